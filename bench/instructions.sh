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

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$backstep" "$1" 2>&1 >"$scratch/out" |
        sed -n 's/.*Collected : //p'
}

for script in scripts/*.bs; do
    printf '%s %s\n' "$(basename "$script" .bs)" "$(count "$script")"
done >"$scratch/now"

if [[ ${1-} = --bless ]]; then
    cp "$scratch/now" instructions.txt
fi
printf '%-8s %15s %15s %8s\n' script instructions before change
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
        printf "%-8s %15d %15d %+7.1f%%%s\n", n, a, b, change, slower ? "  slower" : ""
        exit slower }' || status=1
done <"$scratch/now"
exit $status
