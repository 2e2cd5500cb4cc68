#!/usr/bin/env bash
# Pictures that fit an area: graphs of a class have readable letters on a slide, the choice is the
# same every time, options do what they say, and what cannot be is refused.
set -u
samples=$(dirname "$(realpath "$0")")/../samples/fit
passed=0
failed=0

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

# The smallest letters of an SVG, fitted into an area of points.
letters() {  # file, width, height
    awk -v width="$2" -v height="$3" '
        match($0, /viewBox="[^"]*"/) { split(substr($0, RSTART + 9, RLENGTH - 10), box, " ") }
        /id="graph0"/ && match($0, /scale\([0-9.]+/) { scale = substr($0, RSTART + 6, RLENGTH - 6) }
        { line = $0
          while (match(line, /font-size="[0-9.]+/)) {
              size = substr(line, RSTART + 11, RLENGTH - 11) + 0
              if (least == 0 || size < least) least = size
              line = substr(line, RSTART + RLENGTH)
          } }
        END { fit = width / box[3] < height / box[4] ? width / box[3] : height / box[4]
              most = 2 / scale
              printf "%.2f\n", least * scale * (fit < most ? fit : most) }' "$1"
}

at_least() {  # number, bound
    awk -v x="$1" -v least="$2" 'BEGIN { exit !(x >= least) }'
}

near() {  # number, other
    awk -v x="$1" -v y="$2" 'BEGIN { exit !(x - y < 0.15 && y - x < 0.15) }'
}

# What the record of a picture says of its letters.
said_letters() {  # graph, root, options
    { cat "$samples/$1.bs"; echo "graph $2 again.svg $3"; } >script.bs
    "$BACKSTEP" --json script.bs 2>trouble |
        grep '^{"kind":"scene"' | grep -o '"letters":[0-9.]*' | cut -d: -f2
}

root() {  # graph
    sed -n 's/^backward //p' "$samples/$1.bs"
}

# ---- The graphs of a class, on a slide
for graph in canon neuron sigatoms net221 net16 skip lstm ce attn bn; do
    { cat "$samples/$graph.bs"; echo "graph $(root $graph) $graph.svg --size slide"; } >script.bs
    "$BACKSTEP" script.bs >said 2>trouble
    size=$(letters $graph.svg 880 420)
    holds "$graph on a slide: letters of 10.5 pt, not $size" at_least "$size" 10.5
    told=$(said_letters $graph "$(root $graph)" '--size slide')
    holds "$graph: its record says $told pt, and they are $size" near "$told" "$size"
    holds "$graph is drawn the same again" cmp -s $graph.svg again.svg
done

# ---- Other areas: nothing is larger than its area, and a narrow one says how small its letters are
fits() {  # file, width, height: at most so many points
    awk -v width="$2" -v height="$3" 'match($0, /viewBox="[^"]*"/) {
        split(substr($0, RSTART + 9, RLENGTH - 10), box, " ")
        exit !(box[3] <= width + 1 && box[4] <= height + 1) }' "$1"
}
for area in 'a4 480 700' 'column 240 340' 'square 450 450' '3,2 216 144'; do
    set -- $area
    { cat "$samples/lstm.bs"; echo "graph h $1.svg --size $1"; } >script.bs
    "$BACKSTEP" script.bs >said 2>trouble
    holds "$1 is no larger than it may be" fits "$1.svg" "$2" "$3"
done
holds 'small letters are spoken of' grep -q 'letters are [0-9.]* pt on 3 x 2 in: ' trouble
holds 'larger letters, fewer boxes' at_least "$(said_letters net221 L '--size slide --letters 16')" 13

# ---- Directions and styles
direction() {  # options
    { cat "$samples/net16.bs"; echo "graph L way.dot --size slide $1"; } >script.bs
    "$BACKSTEP" script.bs >said 2>trouble
    grep -o 'rankdir=[A-Z]*' way.dot
}
holds '--lr' [ "$(direction --lr)" = rankdir=LR ]
holds '--down' [ "$(direction --down)" = rankdir=TB ]
holds 'a .dot tells nothing of the choice' [ "$(grep -c trial way.dot)" = 0 ]
holds 'a style of one line' draws 'a = 2; L = a*a*a; style line; graph L line.svg'
holds 'has a gradient in the line of its name' grep -q '∂' line.svg

# ---- What there is to read
{ cat "$samples/attn.bs"; echo 'graph L attn.svg --size slide'; } >script.bs
"$BACKSTEP" script.bs >said 2>trouble
holds 'a formula as it was typed' grep -q 'Q @ K.T / sqrt(2)' <(sed 's/\xc2\xa0/ /g' attn.svg)
holds 'a shape' grep -q '3×3' attn.svg
holds 'an element' grep -q '>−0.12<' attn.svg
holds 'a sum that cancelled is 0' [ "$(grep -c 'e−18' attn.svg)" = 0 ]
holds 'how it was folded' grep -q '188 values in [0-9]* boxes' trouble
{ cat "$samples/sigatoms.bs"; echo 'graph s sig.svg --size slide'; } >script.bs
"$BACKSTEP" script.bs >said 2>trouble
holds 'a value without a name is called by its formula' grep -q '>w0·x0<' sig.svg
holds 'a long one by a number' grep -q '>exp(−t1)<' sig.svg
holds 'nothing is called by its place on the tape' [ "$(grep -c '>%[0-9]' sig.svg)" = 0 ]


# ---- Elements of an array that nobody named are one box
{ cat "$samples/transformer.bs"; echo 'fold attention; fold mlp; style line; graph L block.svg --size slide'; } >script.bs
"$BACKSTEP" script.bs >said 2>trouble
holds 'a transformer block in few boxes' grep -q '1114 values in 13 boxes' trouble
for name in 'X·Wq' 'X·Wk' 'X·Wv'; do
    holds "$name is one of them" [ "$(grep -c ">$name<" block.svg)" = 1 ]
done

# ---- Up to ten operations nothing changes without --size
draws 'a = 2; b = -3; L = a*b + a; backward L; graph L plain.svg'
holds 'a small picture is as ever' grep -q '>value<' plain.svg

# ---- All of a large graph
{ cat "$samples/net16.bs"; echo 'graph L full.svg --full'; } >script.bs
"$BACKSTEP" script.bs >said 2>trouble
holds 'nobody can read it on a slide' grep -q 'the letters are smaller than 4 pt' trouble

# ---- Refused
refused 'more than the 6000' 'a = 2; L = a*a; graph L x.png --down --dpi 1200'
refused 'slide, a4, column, square' 'a = 2; L = a*a; graph L x.png --size poster'
refused 'from 4 to 72' 'a = 2; L = a*a; graph L x.png --letters 3'
refused 'from 4 to 72' 'a = 2; L = a*a; graph L x.png --letters'
refused 'different ways' 'a = 2; L = a*a; graph L x.png --lr --down'
refused 'are for drawn files' 'a = 2; L = a*a; graph L --letters 12'
refused 'are for drawn files' 'a = 2; L = a*a; graph L x.html --down'
{
    echo 'a = 1'
    for i in $(seq 400); do echo "a$i = a*$i"; done
    echo "L = $(seq -s '+' -f 'a%.0f' 400)"
    echo 'graph L x.png'
} >script.bs
"$BACKSTEP" script.bs >said 2>trouble
holds 'too many for one picture' grep -q 'too many for one picture' trouble

echo "$passed passed, $failed failed"
[ $failed = 0 ]
