#!/bin/sh
# Start to exit of `backstep -e 'print 1'` beside `sqlite3 :memory: .quit`: CPU instructions do not
# tell all of it (loading libraries), so both are run many times in turn and the totals compared.
set -eu
command -v sqlite3 >/dev/null || { echo "start: sqlite3 is not here, nothing to compare with"; exit 0; }
runs=200
ours=0
theirs=0
now() { date +%s%N; }
for round in 1 2 3 4 5; do
    t0=$(now)
    i=0; while [ $i -lt $runs ]; do "$BACKSTEP" -e 'print 1' >/dev/null; i=$((i + 1)); done
    t1=$(now)
    i=0; while [ $i -lt $runs ]; do sqlite3 :memory: .quit; i=$((i + 1)); done
    t2=$(now)
    ours=$(((t1 - t0) / runs / 1000))
    theirs=$(((t2 - t1) / runs / 1000))
    echo "start: backstep $ours us, sqlite3 $theirs us, ratio $((100 * ours / theirs))%"
done
