#!/usr/bin/env bash
# What lines about small formulas cost beside a million other nodes, in instructions (valgrind's callgrind),
# beyond what they cost without: a line that has come to walk the tape fails.
#   bench/beside.sh     BACKSTEP names the program
set -euo pipefail
backstep=$(realpath "${BACKSTEP:-$(dirname "$0")/../build/backstep}")
lines=$(realpath "$(dirname "$0")/beside.bs")
most=3000000 # some 0.2 ms; to work on each of the nodes takes more
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# The script with these numbers of elements where it says `others`.
script() {
    echo "verbose on"
    sed "s/^others \(.*\) \(.*\)/\1 = randn($1, $1)\n\2 = tanh(\1)/" "$lines" | grep -v '^#'
}

# The instructions of each of its statements: statement_run is called once for each, and what came
# before it is written to a file of its own.
count() {
    script "$1" >script.bs
    rm -f counted*
    valgrind --tool=callgrind --dump-before=statement_run --callgrind-out-file=counted \
        "$backstep" script.bs >said 2>&1 || { grep -A3 'error' said >&2; return 1; }
    for dump in $(ls counted.* | sort -t. -k2n) counted; do
        sed -n 's/^totals: //p' "$dump"
    done | tail -n "$(wc -l <script.bs)"
}

count 1 >few
count 500 >many
script 1 >lines
paste few many lines | awk -F'\t' -v most=$most '
    $3 ~ /^[XU] = randn/ { wrong += $2 - $1 < most }  # each line has its own figures
    NR == 1 || $3 ~ /^[XYUV] = / { next }
    $2 - $1 > most { slower = 1 }
    { printf "%-52s %10d %10d %+10d%s\n", $3, $1, $2, $2 - $1, ($2 - $1 > most ? "  walks" : "") }
    END { if (wrong) print "a line is not one statement"; exit slower + wrong }'
