#!/usr/bin/env bash
# Pictures as files for other programs: a PNG has whole dots and says how dense it is, an SVG may
# have outlines for letters, and a .dot has names and numbers that Graphviz's own tools read.
set -u
passed=0
failed=0
canon='a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d*f; backward L'

holds() {  # what, then a test
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$what"
        sed 's/^/    /' said trouble 2>/dev/null
    fi
}

draws() {  # code
    "$BACKSTEP" -e "$1" >said 2>trouble
}

refused() {  # words, code
    draws "$2"
    holds "$2: exit status 1" [ $? = 1 ]
    holds "$2: says '$1'" grep -q -e "$1" trouble
}

# ---- PNG: no alpha (colour type 2), and dots to the metre behind the header
byte() {  # file, place, count
    od -An -tu1 -j"$2" -N"$3" "$1" | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'
}
for options in '' '--dpi 100' '--dpi 133' '--size slide' '--size column' '--size 6,4 --dpi 153' \
    '--size 3.3,2.7 --dpi 71'; do
    dpi=$(sed -n 's/.*--dpi //p' <<<"$options")
    metre=$(awk -v dpi="${dpi:-144}" 'BEGIN { printf "%d", dpi/0.0254 + 0.5 }')
    holds "a PNG, $options" draws "$canon; graph L x.png $options"
    holds "'$options': colours without alpha" [ "$(byte x.png 25 1)" = 2 ]
    holds "'$options': a chunk of its density" [ "$(byte x.png 37 4)" = '112 72 89 115' ]
    holds "'$options': $metre dots to the metre" \
        [ "$(byte x.png 41 4 | awk '{ print (($1*256 + $2)*256 + $3)*256 + $4 }')" = "$metre" ]
    holds "'$options': its unit is the metre" [ "$(byte x.png 49 1)" = 1 ]
done

# ---- Outlines
draws "$canon; graph L text.svg; graph L shapes.svg --outlines; graph L slide.svg --size slide --outlines"
holds 'an SVG has text' grep -q '<text' text.svg
holds 'and with --outlines none' [ "$(grep -c '<text' shapes.svg)" = 0 ]
holds 'but glyphs' grep -q 'glyph' shapes.svg
holds 'on a slide too' [ "$(grep -c '<text' slide.svg)" = 0 ]
refused 'is for .svg files' "$canon; graph L x.png --outlines"
refused 'is for .svg files' "$canon; graph L --outlines"

# ---- A library that has much to say on standard error
cat >talkative <<'END'
#!/bin/sh
yes 'a warning about a font' | head -n 5000 >&2
exec "$REAL" "$@"
END
chmod +x talkative
export REAL=$BACKSTEP-render
holds 'a picture in spite of many warnings' env BACKSTEP_RENDER="$PWD/talkative" "$BACKSTEP" -e "$canon; graph L much.svg"
holds 'it is the same' cmp much.svg <("$BACKSTEP" -e "$canon; graph L same.svg"; cat same.svg)

# ---- DOT as data
draws "$canon; graph L x.dot; W = [[1, 2], [3, 4]]; p = W @ [1, -1]; o = tanh(p[0]*p[1] - 1) + 1;\
    backward o; graph o y.dot; graph o z.dot --size slide; t1 = 3; u = t1*2 + 1; graph u u.dot"
node() { awk -v node="$1" '$1 == node && /\[/ { on = 1 } on { print } on && /\];/ { exit }' "$2"; }
holds 'a node has its name and value' grep -q 'value=-8' <(node L x.dot)
holds 'a gradient' grep -q 'grad=4' <(node f x.dot)
holds 'its place on the tape' grep -q 'tape=6' <(node L x.dot)
holds 'an edge has its share' grep -q 'share=-2' x.dot
holds 'an element is called so' grep -q '"p\[0\]"' y.dot
holds 'a name of the learner is not taken by a value without one' [ "$(grep -c '^	t1	' u.dot)" = 1 ]
holds 'every node is there once' [ "$(grep -c '	tape=\|		tape=' u.dot)" = 5 ]
holds 'no port has a side' [ "$(grep -c 'port="[^"]*:' x.dot)" = 0 ]
holds 'nor hangs on a name of a node' [ "$(grep -c '^	[^<]*:[io][0-9]* \|-> [^ ]*:[io]' x.dot)" = 0 ]
holds 'but is told' grep -q 'headport=i1' x.dot
holds 'numbers have all digits' grep -q '0\.76159415595576' <("$BACKSTEP" -e \
    'a = 1; t = tanh(a); graph t full.dot' >/dev/null; cat full.dot)
if command -v dot >/dev/null && command -v gvpr >/dev/null; then
    for file in x.dot y.dot z.dot; do
        holds "dot reads $file" dot -Tsvg "$file" -o turned.svg
        holds "and turns it" dot -Grankdir=TB -Tsvg "$file" -o turned.svg
    done
    sum=$(gvpr 'BEGIN { double s = 0 } E [head.name == "e"] { s += (float)share } END { print(s) }' x.dot)
    holds "gvpr adds up the shares of e: $sum" [ "${sum%.0*}" = 2 ]
else
    echo 'skipped: what dot and gvpr make of DOT files, as they are not there'
fi
if /usr/bin/python3 -c 'import networkx, pydot' 2>/dev/null; then
    # (pydot makes a node of the end of a line.)
    nodes=$(/usr/bin/python3 -c 'import networkx as nx
g = nx.drawing.nx_pydot.read_dot("x.dot")
print(sorted(n for n in g if n != "\\n"))')
    holds "NetworkX reads the nodes and no others: $nodes" [ "$nodes" = "['L', 'a', 'b', 'c', 'd', 'e', 'f']" ]
else
    echo 'skipped: what NetworkX makes of DOT files, as it is not there'
fi

echo "$passed passed, $failed failed"
[ $failed = 0 ]
