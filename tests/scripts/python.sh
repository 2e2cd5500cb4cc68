#!/bin/sh
# Cells of notebooks, as tests/python/cells.txt holds them: each runs whole, in a session of its own,
# and gives what is behind "--- out", or the one error or notice of which pieces are behind
# "--- err".
set -eu
passed=0
failed=0
cells=$(dirname "$0")/../python/cells.txt
awk '/^=== / { n++; part = "py"; name = substr($0, 5); file = sprintf("cell%02d", n);
               print name > (file ".name"); printf "" > (file ".py"); next }
     /^--- (out|err)$/ { part = $2; printf "" > (file "." part); next }
     { print > (file "." part) }' "$cells"

# Each line of the second file is somewhere in the first.
holds() {
    while IFS= read -r piece; do
        grep -qF -- "$piece" "$1" || return 1
    done <"$2"
}

for cell in cell*.py; do
    name=${cell%.py}
    status=0
    "$BACKSTEP" <"$cell" >got 2>trouble || status=$?
    good=yes
    [ ! -e "$name.out" ] || cmp -s got "$name.out" || good=no
    if [ -e "$name.err" ]; then
        holds trouble "$name.err" || good=no
    else
        [ ! -s trouble ] || good=no
    fi
    [ -e "$name.out" ] && [ "$status" != 0 ] && good=no
    [ "$(grep -c ': error: ' trouble)" -le 1 ] || good=no
    if [ $good = yes ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: exit status %s\n' "$(cat "$name.name")" "$status"
        cat got trouble
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
