#!/bin/sh
# stage of arrays: its lines give the engine's gradients when they are pasted back, and when NumPy
# runs them (where there is one; PYTHON names another Python).
set -eu
passed=0
failed=0
python=
for p in "${PYTHON:-python3}" /usr/bin/python3; do
    if [ -z "$python" ] && "$p" -c 'import numpy' 2>/dev/null; then
        python=$p
    fi
done
[ -n "$python" ] || echo 'skipped: stages of arrays run by NumPy, as there is none'

# Each case: the statements that build L, a line each; a blank line ends it.
cases='x = [1, 2]; y = 1; param W1 = [[0.1, 0.2], [0.3, 0.4]]; param b1 = [0.01, 0.02]
param W2 = [0.5, 0.6]; param b2 = 0.05; z1 = W1 @ x + b1; a1 = sigmoid(z1)
z2 = W2 @ a1 + b2; p = sigmoid(z2); L = bce(p, y)

x = [[1], [2]]; y = 1; param W1 = [[0.1, 0.2], [0.3, 0.4]]; param b1 = [[0.01], [0.02]]
param W2 = [[0.5, 0.6]]; param b2 = 0.05; a1 = sigmoid(W1 @ x + b1); p = sigmoid(W2 @ a1 + b2)
L = -(y*log(p) + (1 - y)*log(1 - p))

seed 1; X = randn(4, 3); k = [0, 1, 2, 0]; param V = randn(5, 3); param c = [0.1, 0.2, 0.3, 0.4, 0.5]
param U = randn(3, 5); param d = zeros(3); S = relu(X @ V.T + c) @ U.T + d; L = cross_entropy(S, k)

seed 2; X = randn(4, 3); param V = randn(2, 3); Y = [[1, 0], [0, 1], [1, 0], [0.5, 0.5]]
P = softmax(X @ V.T); L = -sum(Y*log(P))/4

seed 3; X = randn(3, 4); param V = randn(3, 4); P = softmax(V*X, axis=0); L = sum(P**2*X)

seed 4; X = randn(3, 4); param r = randn(1, 4); param q = randn(3, 1); param s = 0.3; param v = randn(4)
L = mean((tanh(X*r + q*s) - v)**2) + sum(mean(X*v, axis=1)**2) + sum(sum(X + q, axis=0)*v)

seed 5; X = randn(3, 2); param W = randn(4, 2); param u = randn(4); def net(x) = u @ tanh(W @ x)
L = sum(([net(x) for x in X] - [1, 0, 1])**2)

seed 6; param W = randn(3, 3); v = [1, -1, 2]
L = sum(outer(v, W[0])*W) + W[1, 2]**2 + sum(W[:, 0]*v) + 2*v[1]*W[0, 0]

seed 7; param A = randn(2, 3); param B = randn(3, 2); L = sum((A @ B).T @ A) + sum((A.T - B)**2)

seed 8; x = randn(5); param g = randn(5)
L = mean(gelu(g*x)) + mean(silu(g)) + mean(softplus(g) + elu(g) + leaky_relu(g)) + mean(softsign(g))

seed 9; X = randn(3, 4); param W = randn(4); param b = 0.1; y = [0, 1, 1]; L = bce(sigmoid(X @ W + b), y)

x = [1, -1]; h0 = [0, 0.5]; param W = [[0.5, 0.1], [-0.2, 0.3]]; param U = [[1, 0.2], [0.1, 1]]
h1 = tanh(W @ x + U @ h0); h2 = tanh(W @ x + U @ h1); L = sum((h2 + x)**2)

seed 10; data X = randn(6, 2); data y = [1, -1, 1, 1, -1, 1]; param W = he(3, 2); param b = zeros(3)
param V = xavier(1, 3); param c = zeros(1); s = (relu(X @ W.T + b) @ V.T + c)[:, 0]; L = hinge(s, y)

param w = [0.5, -1.5, 2]; m = [1, -1, 1]; L = sum(abs(w)) + sum(max(w, m)) + sum(min(w, 0.2)) + mean(w/m)'

check() {  # the statements
    names=$(printf '%s\n' "$1" | grep -o 'param [A-Za-z0-9]*' | sed 's/param //')
    lines=$("$BACKSTEP" -e "$1" -e 'stage L')
    asks=$(for n in $names; do printf 'print max(abs(d%s - dL/d%s)) < 1e-9\n' "$n" "$n"; done)
    back=$("$BACKSTEP" -e "$1" -e "$lines" -e "$asks" 2>&1 | grep -v notice || true)
    if [ -n "$names" ] && [ -z "$(printf '%s\n' "$back" | grep -v '^1$')" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'pasted back:\n%s\n%s\n%s\n' "$1" "$lines" "$back"
    fi
    if [ -n "$python" ]; then
        "$BACKSTEP" -e "$1" -e 'precision 17; stage L python' >stage.py
        for n in $names; do
            printf 'print(asarray(d%s).reshape(-1).tolist())\n' "$n" >>stage.py
            "$BACKSTEP" -e "$1" -e "precision 17; print dL/d$n"
        done >engine.txt
        if "$python" stage.py >numpy.txt 2>trouble.txt && "$python" - <<'P'
import re
number = r'-?[0-9.]+(?:e[-+]?[0-9]+)?'
read = lambda f: [[float(x) for x in re.findall(number, l)] for l in open(f)]
a, b = read('numpy.txt'), read('engine.txt')
assert len(a) == len(b) > 0
for x, y in zip(a, b):
    assert len(x) == len(y) > 0 and all(abs(u - v) < 1e-9*(1 + abs(v)) for u, v in zip(x, y))
P
        then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            printf 'in NumPy:\n%s\n' "$1"
            cat stage.py trouble.txt numpy.txt engine.txt
        fi
    fi
}

case=
nl='
'
while IFS= read -r line; do
    if [ -z "$line" ]; then
        check "$case"
        case=
    else
        case="$case${case:+$nl}$line"
    fi
done <<END
$cases

END
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
