#!/bin/sh
# Every row of ops.def that is typed as a function, in every language that the program writes: the
# exported programs and the staged lines are run, and give the value and the gradients of the graph.
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/../export/compare"
rows=$(sed -n 's/^OP([A-Z0-9_]*, \([12]\), OP_CALL, "\([a-z0-9_]*\)".*/\2 \1/p' \
    "$here/../../src/core/engine/ops.def" | grep "^${ROWS:-.*} ")
python=$(command -v python3 || :)
[ -n "$python" ] || echo 'skipped: every operation in Python, as there is no python3'
torch=
"${TORCH_PYTHON:-/usr/bin/python3}" -c 'import torch' 2>/dev/null && torch=${TORCH_PYTHON:-/usr/bin/python3}
[ -n "$torch" ] || echo 'skipped: every operation with PyTorch, as there is none'

# Away from the edges of calculus, and inside the domain of every row.
printf '%s\n' "$rows" | while read -r name arity; do
    f="$name(x)"; g="$name(w)"
    if [ "$arity" = 2 ]; then
        f="$name(x, y)"; g="$name(w, x*y)"
    fi
    echo "x = 0.3; y = 0.6; w = 0.7; L = 2*$f*x + 3*y - $g" >"$name.bs"
done

staged() {  # the row's name
    "$BACKSTEP" -e "$(cat "$1.bs")
precision 17; print L, dL/dx, dL/dy, dL/dw" >"$1.expected" 2>/dev/null
    tr ';' '\n' <"$1.bs" | sed 's/^ *//; /^L =/d' >"$1.py"
    echo 'dx = dy = dw = 0' >>"$1.py"
    "$BACKSTEP" -e "$(cat "$1.bs")" -e "stage L python" >>"$1.py" 2>"$1.log"
    echo "print(*(v + 0.0 for v in ($(sed -n 's/^\(s[0-9]*\) = .*/\1/p' "$1.py" | tail -n 1), dx, dy, dw)))" \
        >>"$1.py"
    "$python" "$1.py" >"$1.got" 2>>"$1.log" || :
    verdict "stage $1 python" '' "$(differences "$1.expected" "$1.got")"
}

exported() {  # the row's name, the language, the file's end, the command that runs it
    if "$BACKSTEP" -e "$(cat "$1.bs")
export $2 $1.$3 L" >"$1.log" 2>&1; then
        if [ "$2" = c ] && ! gcc -std=c17 -Wall -Wextra -Werror -o "$1.run" "$1.c" -lm 2>"$1.log"; then
            verdict "$1.c compiles" '' "$(head -n 5 "$1.log")"
        else
            same_gradients "export $2, $1" "$1" "$4"
        fi
    else
        verdict "export $2, $1" '' "$(head -n 3 "$1.log")"
    fi
}

for name in $(printf '%s\n' "$rows" | cut -d ' ' -f 1); do
    exported "$name" c c "./$name.run"
    if [ -n "$python" ]; then
        staged "$name"
        exported "$name" micrograd mg.py "$python $name.mg.py"
    fi
    if [ -n "$torch" ]; then
        exported "$name" torch torch.py "$torch $name.torch.py"
    fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
