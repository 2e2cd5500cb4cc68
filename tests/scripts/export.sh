#!/bin/sh
# Programs that `export` writes are compiled and run: they print the same value and the same
# gradients as the graph, and train to the same loss.
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/../export/compare"

check_c() {  # the graph's name, the compiler
    "$BACKSTEP" -e "$(cat "$1.bs")
export c $1.c L" >/dev/null 2>&1
    if ! "$2" -std=c17 -Wall -Wextra -Wpedantic -Werror -o "$1.$2" "$1.c" -lm 2>"$1.$2.log"; then
        verdict "$1.c compiles with $2" '' "$(head -n 5 "$1.$2.log")"
        return
    fi
    same_gradients "$1.c, by $2" "$1" "./$1.$2"
}

# With micrograd's own Value, if it is there, and with the one that the program brings along.
check_micrograd() {  # the graph's name
    if ! "$BACKSTEP" -e "$(cat "$1.bs")
export micrograd $1.py L" >"$1.log" 2>&1; then
        verdict "$1.py is refused" strange "$1"
        return
    fi
    same_gradients "$1.py" "$1" "python3 $1.py"
}

cp "$here"/../export/*.bs .
for graph in *.bs; do
    for cc in gcc clang; do
        if command -v "$cc" >/dev/null; then
            check_c "${graph%.bs}" "$cc"
        else
            echo "skipped: $graph, as there is no $cc"
        fi
    done
    if command -v python3 >/dev/null; then
        check_micrograd "${graph%.bs}"
    else
        echo "skipped: $graph for micrograd, as there is no python3"
    fi
done

# No LaTeX is needed to see that brackets and environments close, and that nothing but ASCII is there.
unbalanced() {  # a .tex file
    awk '
    function count(s, what,    n) { n = gsub(what, "", s); return n }
    {
        line = $0
        gsub(/\\\\[{}%_]/, "", line)
        braces += count(line, "{") - count(line, "}")
        pairs += count(line, "\\\\left[^a-z]") - count(line, "\\\\right[^a-z]")
        open += count(line, "\\\\begin{") - count(line, "\\\\end{")
        if (line ~ /[^ -~]/) print "not ASCII: " $0
        if (braces != 0 || pairs != 0) { print "not closed: " $0; exit }
    }
    END { if (open != 0) print "environments: " open }' "$1"
}

for graph in *.bs; do
    name=${graph%.bs}
    if [ "$name" != moons ]; then
        "$BACKSTEP" -e "$(cat "$graph")
export latex $name.tex L" >/dev/null 2>&1
        verdict "$name.tex" '' "$(unbalanced "$name.tex")"
    fi
done

while read -r graph optimiser; do
    "$BACKSTEP" -e "$(cat "$graph.bs")
train L 3 $optimiser
export c $graph.c L" >/dev/null 2>&1
    gcc -std=c17 -Wall -Wextra -Wpedantic -Werror -o "$graph" "$graph.c" -lm
    same_loss "$graph.c trains with $optimiser" "$graph" "$optimiser" "./$graph" 20
done <<'OPTIMISERS'
xor 0.5
xor 0.1 decay 0.01
xor 0.1 momentum 0.8
xor 0.1 nesterov decay 0.05
xor 0.01 rmsprop
xor 0.05 adam decay 0.02
xor 0.05 adamw decay 0.02
moons 0.01 adam
OPTIMISERS
# The same bytes each time, into the file and shown; a file is replaced whole or not at all.
for kind in torch micrograd c latex; do
    "$BACKSTEP" -e "$(cat xor.bs)
export $kind same.1 L" >/dev/null
    "$BACKSTEP" -e "$(cat xor.bs)
export $kind L" | sed 1,2d >same.2
    verdict "$kind twice" '' "$(cmp same.1 same.2)"
done
"$BACKSTEP" -e 'x = randn(600000); L = sum(x*x); export c same.1 L' 2>large.log || true
verdict 'too large' "$(cat same.2)" "$(cat same.1)"
verdict 'too large, it says' 1 "$(grep -c 'has 1799999 nodes' large.log)"
"$BACKSTEP" -e 'a = 2; export c nowhere/a.c a' 2>nowhere.log || true
verdict 'no folder' 1 "$(grep -c "there is no folder 'nowhere'" nowhere.log)"

# What needs PyTorch to be run (make check-torch) is Python at least, also after a training.
is_python() {
    [ -s "$1" ] && python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$1" 2>&1
}
for file in *.bs; do
    graph=${file%.bs}
    if ! command -v python3 >/dev/null; then
        echo "skipped: $graph for PyTorch, as there is no python3"
        continue
    fi
    "$BACKSTEP" -e "$(cat "$file")
export torch $graph-torch.py L" >/dev/null 2>&1 || true
    verdict "$graph for PyTorch is Python" '' "$(is_python "$graph-torch.py" || echo 'no program')"
    for optimiser in '0.5' '0.1 momentum 0.8' '0.1 nesterov decay 0.05' '0.01 rmsprop' '0.05 adamw decay 0.02'; do
        "$BACKSTEP" -e "$(cat "$file")
train L 1 $optimiser
export torch trained.py L" >/dev/null 2>&1 || continue  # where there is nothing to train
        verdict "$graph, trained with $optimiser" '' "$(is_python trained.py || echo 'no program')"
    done
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
