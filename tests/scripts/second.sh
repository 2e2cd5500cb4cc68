#!/usr/bin/env bash
# Second derivatives where a transcript does not reach: records, files, loops.  second.sh, in a
# scratch folder, with BACKSTEP set
set -u
passed=0
failed=0
case $BACKSTEP in /*) ;; *) BACKSTEP=$PWD/$BACKSTEP ;; esac
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here" || exit 1

is() { # what, expected, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n--- expected\n%s\n--- got\n%s\n' "$1" "$2" "$3"
    fi
}

run() { # code
    "$BACKSTEP" -e "$1" 2>&1
}

# ---- Records ----
run 'n = 0.5; o = tanh(n); node g = do/dn; graph g g.json' >/dev/null
is 'boxes of the backward pass are marked' 3 "$(grep -o '"derivative": *true' g.json | wc -l)"
is 'and none of the forward pass' 0 \
    "$("$BACKSTEP" -e 'n = 0.5; o = tanh(n); node g = do/dn; graph o o.json' >/dev/null 2>&1
    grep -c derivative o.json)"
hessian=$("$BACKSTEP" --json -e 'W = ones(5, 4); L = sum(W**3); hessian L' | grep '"kind": *"hessian"')
is 'twenty variables in --json' 400 "$(sed 's/.*"values"//; s/"asymmetry.*//' <<<"$hessian" |
    grep -o '[0-9.]\+' | wc -l)"
is 'sixty-five are refused' 1 \
    "$(run 'W = ones(5, 13); L = sum(W**3); hessian L' | grep -c 'too many for a table')"
is 'a curvature has no such limit' 'along the gradient, whose length is 24.1868, the curvature of L is 6' \
    "$(run 'verbose on; W = ones(5, 13); L = sum(W**3); curvature L' | sed -n 's/^ *\(along.*\)/\1/p')"

# ---- Files ----
run 'x = 2; y = x**3; node g = dy/dx; h = grad(y, x, create_graph=True); y.backward(create_graph=True)
node P = y + 0.1*g**2; save mine.bs' >/dev/null
is 'saved and loaded' '12 12 40.8 12 14.4' "$(run 'load mine.bs
print dg/dx, dh/dx, dP/dx, d2y/dx2, 0.1*g**2')"
is 'a copied line of PyTorch' '12' \
    "$(run 'x = 2; y = x**3; g = torch.autograd.grad(y, x, create_graph=True); print dg/dx')"
printf 'x = 2\ny = x**3\nd2y/dx2\n∂²y/∂x²\n' >script.bs
is 'a script' "$(printf 'd2y/dx2 = 12\n∂²y/∂x² = 12')" "$("$BACKSTEP" script.bs)"

# ---- Loops ----
is 'a loop that builds its gradient graph clears up' 1 "$(run 'param w = 3
repeat 20000 {
  L = (w**2 - 2)**2
  node g = dL/dw
  w.data -= 0.01*g
}
print %1000' | grep -c 'was cleared away by a loop\|there is no node %1000')"
is 'and ends where it should' 1.41421 "$(run 'param w = 3
repeat 2000 { L = (w**2 - 2)**2; node g = dL/dw; node h = dg/dw; w.data -= 0.5*g/h }
print w' | tail -1)"
is 'on a graph that stays nothing stays' 'the last one is %6' "$(run 'param w = 3; L = (w**2 - 2)**2
repeat 5000 { w.data -= 0.001*d2L/dw2/40 }
print %7' | grep -o 'the last one is %6')"
is 'batches of all rows are all rows' "$(run 'seed 2; data X = randn(8, 2); data y = randn(8)
param W = [0.1, -0.2]; L = mse(X@W, y); node P = L + 0.1*sum((dL/dW)**2); train P 20 0.05
precision 9; print W' | tail -1)" "$(run 'seed 2; data X = randn(8, 2); data y = randn(8)
param W = [0.1, -0.2]; L = mse(X@W, y); node P = L + 0.1*sum((dL/dW)**2); train P 20 0.05 batch 8
precision 9; print W' | tail -1)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
