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

# ---- Formulas that hold a derivative ----
# What derive says is the slope of the same as nodes.
graph='precision 10; x = 0.7; W = [1, 2, 3]; M = [[1, 2], [3, 4]]; y = x**3*W[0]
L = sum(W**3)*x + sum(tanh(M @ [x, 1])**2) + W[0]*W[1]'
while read -r formula variable; do
    derived=$(run "$graph
derive $formula $variable" | tail -1)
    is "derive $formula $variable" "$(run "$graph
node K = $formula; print grad(K, $variable)" | tail -1)" "$(run "$graph
print $derived" | tail -1)"
done <<'END'
dL/dW[0]*dL/dx W[0]
sum(dL/dW*W) W[1]
d2L/dW[0]dW[1]+x*dL/dx x
sum(dL/dM)*dy/dx x
d(dL/dx)/dx-dy/dW[0] x
(dL/dW)[1]*d2y/dxdW[0] W[1]
grad(grad(y,x),x)*dL/dM[0,0] x
END

# ---- Files ----
run 'x = 2; y = x**3; node g = dy/dx; h = grad(y, x, create_graph=True); y.backward(create_graph=True)
node P = y + 0.1*g**2; save mine.bs' >/dev/null
is 'saved and loaded' '12 12 40.8 12 14.4' "$(run 'load mine.bs
print dg/dx, dh/dx, dP/dx, d2y/dx2, 0.1*g**2')"
is 'a copied line of PyTorch' '12' \
    "$(run 'x = 2; y = x**3; g = torch.autograd.grad(y, x, create_graph=True); print dg/dx')"
printf 'x = 2\ny = x**3\nd2y/dx2\n∂²y/∂x²\n' >script.bs
is 'a script' "$(printf 'd2y/dx2 = 12\n∂²y/∂x² = 12')" "$("$BACKSTEP" script.bs)"

# ---- Names ----
# Every name in the table of the graph, typed again, is the same node.
named() { # a program: names that are refused or mean another node
    "$BACKSTEP" --json -e "$1; topo" 2>/dev/null | grep '"kind": *"topo"' |
        sed 's/{"node": *\([0-9]*\), *"name": *"\([^"]*\)"/\n\1 \2\n/g' | grep '^[0-9]* .' |
        while read -r node name; do
            "$BACKSTEP" --json -e "$1; explain $name" 2>&1 | tail -1 |
                grep -q "\"kind\": *\"explain\", *\"node\": *$node," || echo "$node $name"
        done
}
while read -r program; do
    is "names of: $program" '' "$(named "$program")"
done <<'END'
x = 2; y = x**3; node g = dy/dx; node h = d2y/dx2; node P = y + g**2
a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d*f; backward L graph; backward dL/da graph
x = 0.5; y = tanh(x)*x; node u = dy/dx; node v = d2y/dx2; backward u graph
W = [[1, 2], [3, 4]]; v = [1, -1]; L = sum(relu(W@v + 2)**2); backward L graph; node q = d2L/dW[0,1]2; node r = d2L/dW[0,1]dW[0,0]; backward q graph
x = 3; x2 = 2; y = sin(x*x2)*x**3; node g = grad(grad(y, x), x); node h = d2y/dxdx2; node k = grad(grad(y, x2), x2); backward k graph
a = 1; ad = 2; y = exp(a*ad)*ad; L = tanh(y*a); node g = dL/da; node h = grad(grad(L, a), ad); z = sin(h*g); node k = grad(z, g); backward L graph
z = [1, 2, 3]; p = softmax(z); L = -log(p[0]); node G = dL/dz; node H = grad(G[0], z); backward L graph; backward H[1] graph
z = [1, 2, 3]; q = z**3; node G = grad(q[1], z[1]); u = exp(q[2]); node K = d2u/dz[2]2; node M = d2q[2]/dz[2]2; backward q[2] graph
x = 2; %0*3; y = sin(%2)*x; node g = dy/d%2; node h = grad(g, x)
END

# ---- Programs ----
# In exported programs too a derivative goes by what it is.
penalty='a = 2; W = [1, 2]; u = tanh(sum(W**2)*a/20); node g = du/da; node P = u*d2u/dadW[0]*d2u/dW[1]2'
run "$penalty; export c P P.c; export torch P P.py; export micrograd P m.py; export latex P P.tex
export c du/da g.c" >/dev/null
is 'C' 2 "$(grep -c 'v.dg_dW_0 = \|v.d2u_dW_1dW_1 = ' P.c)"
is 'micrograd' 2 "$(grep -c ' dg_dW_0 = \| d2u_dW_1dW_1 = ' m.py)"
is 'PyTorch' 1 "$(grep -c 'torch.autograd.grad(.*, W, create_graph=True)\[0\]\[0\]' P.py)"
is 'LaTeX' 1 "$(grep -c 'frac{.partial^{2} u}{.partial W_{1}^{2}} &=' P.tex)"
is 'a derivative alone, under the name that it has' '// g and its derivatives, as backstep computes them.' \
    "$(head -1 g.c)"
run 'x = 2; y = x**3*x; backward y graph; export c dy/dx y.c' >/dev/null
is 'and one without a name' '// dy/dx and its derivatives, as backstep computes them.' "$(head -1 y.c)"
if command -v cc >/dev/null; then
    is 'the program in C has its values' "$(run "$penalty; precision 12; print P, dP/da" | tail -1)" \
        "$(cc -O1 -o P P.c -lm && ./P | sed -n 's/^P = //p; s/^dP\/da = //p' |
            xargs printf '%.12g %.12g\n')"
else
    echo 'skipped: the program in C, as there is no cc'
fi

# ---- How much is made ----
last() { # code: the number of the last node
    run "$1
print %999999999" | sed -n 's/.*the last one is %//p'
}
layer='X = randn(200, 20); W = randn(20, 20); Y = randn(200, 20); L = mse(X@W, Y)'
is 'values' 176401 "$(last "$layer")"
is 'with the gradients of a layer no more than twice as many' 1 \
    "$(($(last "$layer; node G = dL/dW") < 349023))"
is 'and the gradient of their squares' 1 \
    "$(($(last "$layer; node G = dL/dW; s = sum(G**2); node H = ds/dW") < 706022))"

# ---- Loops ----
is 'a loop that builds its gradient graph clears up' 1 "$(run 'param w = 3
repeat 100000 {
  L = (w**2 - 2)**2
  node g = dL/dw
  w.data -= 0.01*g
}
print %1000' | grep -c 'was removed by a loop\|there is no node %1000')"
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
