#!/usr/bin/env bash
# What fixed scripts cost, in instructions (valgrind's callgrind): a figure that does not depend on
# what else the machine does. Held against bench/instructions.txt, within 5%.
#   bench/instructions.sh [--bless]     BACKSTEP names the program
set -euo pipefail
backstep=$(realpath "${BACKSTEP:-$(dirname "$0")/../build/backstep}")
cd "$(dirname "$0")"
margin=5
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0

# (A child says what it collected, too, before its parent does.)
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$backstep" "$1" 2>&1 >"$scratch/out" |
        sed -n 's/.*Collected : //p' | tail -n 1
}

# A script of many short statements is made here.
awk 'BEGIN {
    print "x = 1; a = 0.5; param w = 2"
    for (i = 0; i < 5000; i++) {
        printf "y%d = x*a + %d\nz%d = tanh(y%d) - w*(x + 1)\nu%d = -z%d\nv%d = 0.%d\n", i, i % 7, i, i, i, i, i, i
    }
    print "print z4999"
}' >"$scratch/statements.bs"

for script in scripts/*.bs "$scratch/statements.bs"; do
    printf '%s %s\n' "$(basename "$script" .bs)" "$(count "$script")"
done >"$scratch/now"

if [[ ${1-} = --bless ]]; then
    cp "$scratch/now" instructions.txt
fi
printf '%-10s %15s %15s %8s\n' script instructions before change
while read -r name now; do
    before=$(awk -v n="$name" '$1 == n { print $2 }' instructions.txt)
    if [[ -z $before ]]; then
        echo "$name: instructions.txt has no figure; run $0 --bless"
        status=1
        continue
    fi
    awk -v n="$name" -v a="$now" -v b="$before" -v m="$margin" 'BEGIN {
        change = 100 * (a - b) / b
        slower = (change > m)
        printf "%-10s %15d %15d %+7.1f%%%s\n", n, a, b, change, slower ? "  slower" : ""
        exit slower }' || status=1
done <"$scratch/now"
exit $status
