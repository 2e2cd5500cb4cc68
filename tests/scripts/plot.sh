#!/bin/sh
# Plots in files: whole pictures of a sensible size, whatever the names; and what happens where
# gnuplot is missing, fails, hangs or is told to run something.
set -u
passed=0
failed=0
moons='seed 1; M = moons(40); X = M[:, 0:2]; y = M[:, 2]; def model(X) = tanh(X @ [1, -2] + 0.3)'

holds() {  # what, then a test
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$what"
        sed 's/^/    /' trouble 2>/dev/null
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

begins() {  # file, bytes in octal
    [ "$(od -An -to1 -N4 "$1" | tr -d ' \n')" = "$2" ]
}

# The two numbers of four bytes each that a PNG has at byte 16.
png_size() {
    od -An -tu1 -j16 -N8 "$1" | awk '{ print $3*256 + $4 "x" $7*256 + $8 }'
}

whole() {  # png
    begins "$1" 211120116107 && [ "$(png_size "$1")" = 1600x1000 ] &&
        [ "$(tail -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 49454e44ae426082 ]
}

# ---- Formats, and every form
holds 'a curve' draws 'plot tanh(x), sigmoid(x), relu(x)/3 from -3 to 3 curve.png'
holds 'a curve is a whole PNG' whole curve.png
holds 'is silent in a script' [ ! -s said ]
holds 'a history' draws 'param w = 1; L = w*w; train L 30 0.1; plot history history.svg'
holds 'a history is a whole SVG' grep -q '</svg>' history.svg
holds 'its letters are letters' grep -q '>loss<\|> loss<' history.svg
holds 'an array' draws 'W = randn(2, 50); plot W[0], W[1] array.pdf'
holds 'an array is a PDF' begins array.pdf 045120104106
holds 'a PDF has its end' grep -aq '%%EOF' array.pdf
holds 'a boundary' draws "$moons; plot boundary model X y moons.png"
holds 'a boundary is a whole PNG' whole moons.png
holds 'no number at all' draws "$moons; def none(X) = log(X[:, 0]*0 - 1); plot boundary none X y none.png"
holds 'a class that is nowhere' draws "$moons; def one(X) = X[:, 0]*0 + 1; plot boundary one X y one.png"
holds 'a pole' draws 'plot 1/x pole.png'
holds 'a needle' draws 'plot exp(-1e6*x**2) needle.png'
holds 'numbers so large that gnuplot has none' draws 'plot exp(x) from 0 to 690 large.png'
refused 'too large to be drawn into a file' 'plot exp(x) from 0 to 709 larger.png'
holds 'words at the prompt' sh -c "echo 'plot x said.png' | '$BACKSTEP' >/dev/null && [ -f said.png ]"

# ---- Themes, sizes, titles, logarithms
trained='param w = 3; L = w*w + 0.001; train L 40 0.2; w.data = 3; train L 40 0.3 adam'
holds 'trainings side by side' draws "$trained; plot history all log all.svg dark --title \"Two 'rates' \$x @_1\""
holds 'the title is as it was typed' grep -q "Two &#39;rates&#39; \$x @_1\|Two 'rates' \$x @_1" all.svg
holds 'optimiser and rate are there' grep -q 'adam 0.3' all.svg
holds 'ticks are losses' grep -q '>0.01<\|> 0.01<' all.svg
holds 'the paper is dark' grep -qi '1b1f24' all.svg
holds 'a slide' draws "$trained; plot history slide.png --size slide"
holds 'a slide is of its size' [ "$(png_size slide.png)" = 1760x840 ]
holds 'inches' draws "$moons; plot boundary model X y small.png dark --size 4,3"
holds 'inches are dots' [ "$(png_size small.png)" = 576x432 ]
holds 'a page of a PDF' draws 'plot tanh(x), x, x/2, x/3, x/4, x/5 six.pdf --size a4'
holds 'less than a decade' draws 'param w = 0; L = (w - 1)**2 + 1; train L 10 0.1; plot history log near.svg'
holds 'has round numbers' grep -q '>1.5<\|> 1.5<\|>1.2<\|> 1.2<' near.svg
refused 'has no option' 'plot x a.png --color red'
refused 'dots, more than' 'plot x a.png --size 90,90'
refused 'comes after the name of a file' 'plot x --size slide'

# ---- How sure a model is: full colour far from the boundary, and none at it
drawn() {  # score, file; prints its size
    draws "X = [[0, 0], [1, 1]]; def model(X) = $1; plot boundary model X, [-1, 1] $2 --size 4,3" &&
        wc -c <"$2"
}
holds 'a slope has more colours than a step' \
    [ "$(drawn 'X[:, 0] - 0.5' slope.png)" -gt "$(drawn 'sign(X[:, 0] - 0.5)' step.png)" ]

# ---- Landscapes
holds 'a landscape' draws 'param w = -2; param b = 3; L = (w - 1)**2 + 4*(b + w)**2; train L 60 0.05; w.data = -2; b.data = 3; train L 60 0.2 adam; plot L over w, b land.png'
holds 'a landscape is a whole PNG' whole land.png
holds 'its paths are called' draws 'param w = -2; param b = 3; L = (w - 1)**2 + 4*(b + w)**2; train L 9 0.2 adam; plot L over w, b land.svg dark'
holds '… by optimiser and rate' grep -q 'adam 0.2' land.svg
holds 'a saddle' draws 'plot x**2 - y**2 over x, y saddle.pdf'
holds 'holes' draws 'plot log(x)*y over x, y holes.png'
holds 'a cliff' draws 'plot exp(300*x)*y**2 over x, y cliff.png'
holds 'numbers next to the largest' draws 'plot exp(700*x) + y over x, y from -1 to 1 steep.png'

# ---- Names
for name in 'with blank.png' "it's.png" '$(touch pwned).png' '`touch pwned`.png' 'ö η.png' \
    '%d@x.png' '-e.png' 'a#b.png'; do
    quote='"'
    holds "a file called $name" draws "plot x $quote$name$quote"
    holds "$name is whole" whole "./$name"
done
holds 'names in formulas' draws 'η_1 = 2; plot η_1*δ**2, [1, 2] @ [δ, 1] names.svg'
holds 'names are as they were typed' grep -q 'η_1\*δ\*\*2' names.svg
holds 'an @ is an @' grep -q '\[1, 2\] @ \[δ, 1\]' names.svg
holds 'labels cannot end their block' draws 'backstep_end = 2; plot backstep_end*x ends.svg'
holds '… and are shown' grep -q 'backstep_end\*x' ends.svg
holds 'nothing was run' [ ! -e pwned ]

# ---- Where it goes wrong, the old file stays
refused "there is no folder 'gone'" 'plot x gone/a.png'
mkdir folder.png
refused "'folder.png' is a folder" 'plot x folder.png'
refused "does not end in a picture's format" 'plot x a.gif'
refused "does not end in a picture's format" 'plot history /tmp/a'

# Runs it where this program is called gnuplot, if it is one.
refused_with() {  # program, words, code
    mkdir -p other
    rm -f other/gnuplot
    if [ -n "$1" ]; then
        printf '#!/bin/sh\n%s\n' "$1" >other/gnuplot
        chmod +x other/gnuplot
    fi
    echo old >kept.png
    PATH=$PWD/other "$BACKSTEP" -e "$3" >said 2>trouble
    holds "gnuplot is '$1': exit status 1" [ $? = 1 ]
    holds "gnuplot is '$1': says '$2'" grep -q -e "$2" trouble
    holds "gnuplot is '$1': the old file is whole" [ "$(cat kept.png)" = old ]
}

refused_with '' 'install the package gnuplot-nox' 'plot x kept.png'
refused_with 'echo half of a picture; exit 3' 'gnuplot cannot draw this' 'plot x kept.png'
refused_with 'echo "unknown terminal type" >&2; exit 1' 'unknown terminal type' 'plot x kept.png'
refused_with 'kill -9 $$' 'gnuplot ended before the plot was drawn' 'plot x kept.png'
refused_with ':' 'gnuplot cannot draw this' 'plot x kept.png'
holds 'without a file nobody asks for gnuplot' \
    [ "$(PATH=$PWD/other "$BACKSTEP" -e 'plot x' | wc -l)" = 19 ]

# Ctrl-C ends it, and what it started.
rm other/gnuplot
printf '#!/bin/sh\n/bin/sleep 61.%s & wait\n' $$ >other/gnuplot
chmod +x other/gnuplot
PATH=$PWD/other:/bin:/usr/bin "$BACKSTEP" -e 'plot x kept.png' >said 2>trouble &
drawing=$!
sleep 1
kill -INT "$drawing"
wait "$drawing"
holds 'Ctrl-C: exit status 1 or that of the signal' [ $? != 0 ]
holds 'Ctrl-C: nothing was written' [ "$(cat kept.png)" = old ]
if command -v ps >/dev/null; then
    holds 'Ctrl-C: nothing goes on' [ -z "$(ps -eo args= | grep "^/bin/sleep 61.$$\$")" ]
else
    echo 'skipped: what goes on after Ctrl-C, as there is no ps'
fi
holds 'nothing is left over' [ -z "$(find . -name '.backstep*')" ]

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
