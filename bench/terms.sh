#!/bin/sh
# A script whose one statement is a+a+… with ten million terms: seconds, and peak bytes a node.
set -eu
script=$(mktemp)
figures=$(mktemp)
trap 'rm -f "$script" "$figures"' EXIT
awk 'BEGIN { printf "a = 1\nb = a"; for (i = 1; i < 10000000; i++) printf "+a"; print "\nprint b" }' \
    >"$script"
for round in 1 2 3; do
    /usr/bin/time -f '%e %U %M' -o "$figures" "$BACKSTEP" "$script" >/dev/null
    read -r wall user peak <"$figures"
    echo "terms: $wall s ($user s user), peak $((peak * 1024 / 10000000)) bytes a node, text included"
done
