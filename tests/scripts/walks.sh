#!/usr/bin/env bash
# All steps of a pass as pictures, and worksheets: nothing moves from one to the next, what is not
# known yet is not in the file, and what cannot be is refused.
set -u
samples=$(dirname "$(realpath "$0")")/../samples/fit
passed=0
failed=0
canon='a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d*f'

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

# Where every text of a picture is, one digest for each geometry among these.
geometries() {  # files
    for file in "$@"; do
        { grep -o 'viewBox="[^"]*"' "$file"
          grep -o '<text [^>]*y="[^"]*"' "$file"; } | sed 's/font-weight="[^"]*" *//' | cksum
    done | sort -u | wc -l
}

count() { ls "$@" 2>/dev/null | wc -l; }

# ---- The backward pass of L = d*f: nothing, the seed, and a step for each operation
holds 'numbered pictures' draws "$canon; graph L walk-%d.svg"
holds 'five of them' [ "$(count walk-*.svg)" = 5 ]
holds 'from 0 on' [ -e walk-0.svg ]
holds 'of one geometry' [ "$(geometries walk-*.svg)" = 1 ]
text() { grep -o '>[^<]*</text>' "$1" | sed 's/^>//; s/<.*//'; }
hidden() { grep -o '<text[^>]*>−4</text>' "$1"; }
holds 'the first has no gradient' [ -z "$(hidden walk-0.svg)" ]
holds 'nor its digits in any colour' [ "$(text walk-0.svg | grep -c '^6$')" = 0 ]
holds 'but zeros in the colour of their ground' grep -q '<text[^>]*fill="#ddeefa">0</text>' walk-0.svg
holds 'the last has all of them' grep -q '<text[^>]*fill="#a63c00">6</text>' walk-4.svg
holds 'the seed comes first' grep -q 'fill="#a63c00">1</text>' walk-1.svg
holds 'then what it is passed to' grep -q 'fill="#a63c00">4</text>' walk-2.svg
holds 'one box is the current one' [ "$(grep -c '<polygon fill="#1a1a1a"' walk-3.svg)" = 1 ]
draws "$canon; backward L; print a.grad; graph L walk-%d.svg; print a.grad; print b.grad"
holds 'gradients stay as they were' [ "$(tr '\n' ' ' <said)" = '6 6 -4 ' ]

# ---- In a walk, its pass
rm -f walk-*
holds 'the forward pass' draws "$canon; step L; graph L walk-%d.svg; step; print L"
holds 'four pictures' [ "$(count walk-*.svg)" = 4 ]
holds 'of one geometry too' [ "$(geometries walk-*.svg)" = 1 ]
holds 'whose first does not know L' [ "$(text walk-0.svg | grep -c '^−8$')" = 0 ]
holds 'and whose last does' [ "$(text walk-3.svg | grep -c '^−8$')" = 1 ]

# ---- Every style, both directions, folded
for style in cells terse line bare; do
    for way in --lr --down; do
        rm -f step-*
        { cat "$samples/net221.bs"; echo "style $style"; echo "graph L step-%d.svg $way"; } >script.bs
        "$BACKSTEP" script.bs >said 2>trouble
        holds "$style $way: more than two pictures" [ "$(count step-*.svg)" -gt 2 ]
        holds "$style $way: nothing moves" [ "$(geometries step-*.svg)" = 1 ]
    done
done
for graph in lstm attn skip bn; do
    rm -f step-*
    { cat "$samples/$graph.bs"; echo "graph $(sed -n 's/^backward //p' "$samples/$graph.bs") step-%d.svg"; } >script.bs
    "$BACKSTEP" script.bs >said 2>trouble
    holds "$graph: nothing moves" [ "$(geometries step-*.svg)" = 1 ]
done

# ---- One file for all: pages, and an SVG that moves
holds 'many pages' draws "$canon; graph L walk.pdf; graph L other.pdf --walk; graph L one.pdf"
pages() { grep -ao '/Count [0-9]*' "$1" | sed 's/.* //'; }
holds 'five pages' [ "$(pages walk.pdf)" = 5 ]
holds '--walk does the same' [ "$(pages other.pdf)" = 5 ]
holds 'any other file has one' [ "$(pages one.pdf)" = 1 ]
holds 'a picture that moves' draws "$canon; graph L walk.svg"
holds 'has five frames' [ "$(grep -c '<animate attributeName="visibility"' walk.svg)" = 5 ]
holds 'the last is seen where nothing moves' [ "$(grep -c '<g visibility="visible">' walk.svg)" = 1 ]
holds 'each with its own names' [ "$(grep -o ' id="[^"]*"' walk.svg | sort | uniq -d | wc -l)" = 0 ]
if command -v xmllint >/dev/null; then
    holds 'it is well-formed' xmllint --noout walk.svg
else
    echo 'skipped: is a walk well-formed, as there is no xmllint'
fi
holds 'pictures of dots' draws "$canon; graph L dots-%d.png --dpi 50"
holds 'are of one size' [ "$(for f in dots-*.png; do od -An -tx1 -j16 -N8 "$f"; done | sort -u | wc -l)" = 1 ]

# ---- Worksheets
holds 'a worksheet' draws "$canon; graph L sheet.svg --blank grads; graph L key.svg --blank none;\
    graph L hard.svg --blank locals"
holds 'has values' grep -q '>−8</text>' sheet.svg
holds 'and local gradients' grep -q 'fill="#6a2c70">−3</text>' sheet.svg
holds 'but no gradient' [ "$(grep -c 'fill="#a63c00"' sheet.svg)" = 0 ]
holds 'the key has them all' [ "$(grep -c '<text[^>]*font-weight="bold"[^>]*fill="#a63c00"' key.svg)" -ge 7 ]
holds 'in a picture of the same size' \
    [ "$(grep -o 'viewBox="[^"]*"' sheet.svg)" = "$(grep -o 'viewBox="[^"]*"' key.svg)" ]
holds 'local gradients may be asked for too' [ "$(grep -c 'fill="#6a2c70"' hard.svg)" = 0 ]
holds 'nothing was passed back' draws "$canon; graph L key.pdf --blank none; print a.grad"

# ---- Refused
refused 'a .png holds one picture' "$canon; graph L x.png --walk"
refused 'can be .png, .svg or .pdf' "$canon; graph L walk-%d.dot"
refused 'is for drawn files' "$canon; graph L --walk"
refused 'needs what is to be filled in' "$canon; graph L x.pdf --blank"
refused 'needs what is to be filled in' "$canon; graph L x.pdf --blank values"
refused 'a worksheet is one' "$canon; graph L x-%d.pdf --blank grads"
refused 'a worksheet is one' "$canon; graph L x.html --blank grads"
refused 'more than 16 pictures' 'a = 1; L = a
repeat 120: L = tanh(L*a)
graph L walk-%d.svg --full --size 90,90'
refused 'there is no folder' "$canon; graph L no/such/walk-%d.svg"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
