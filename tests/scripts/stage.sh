#!/bin/sh
# What `stage` writes, pasted back into the prompt and into Python, computes the same value and the
# same gradients as the graph of the formula.
set -eu
passed=0
failed=0
given='x = 3; y = -4; w = 0.7'

verdict() {  # what, expected, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n  expected %s\n  got      %s\n' "$1" "$2" "$3"
    fi
}

while read -r formula; do
    expected=$("$BACKSTEP" -e "$given; L = $formula; print L, dL/dx, dL/dy, dL/dw" 2>/dev/null)
    stages=$("$BACKSTEP" -e "stage $formula")
    last=$(printf '%s\n' "$stages" | sed -n 's/^\(s[0-9]*\) = .*/\1/p' | tail -n 1)
    start='dx = 0; dy = 0; dw = 0'
    got=$(printf '%s\n%s\n%s\nprint %s, dx, dy, dw\n' "$given" "$start" "$stages" "$last" |
        "$BACKSTEP" 2>/dev/null)
    verdict "stage $formula" "$expected" "$got"
    if command -v python3 >/dev/null; then
        got=$(printf '%s\n%s\n%s\nprint(*("%%.6g" %% (v + 0.0) for v in (%s, dx, dy, dw)))\n' "$given" \
            "$start" "$("$BACKSTEP" -e "stage $formula python")" "$last" | python3 -)
        verdict "stage $formula python" "$expected" "$got"
    else
        echo "skipped: stage $formula python, as there is no python3"
    fi
done <<'FORMULAS'
(x + sigmoid(y))/(sigmoid(x) + (x + y)**2)
x*tanh(w*x + y)
exp(-x**2)*y + log(x)*w
relu(x*y) + leaky_relu(y) + softplus(w) + gelu(y)
max(x, y)*min(w, 2) + abs(y) + square(w)
sqrt(x) + sin(x)*cos(y) + tan(w) + atan2(y, x) + erf(w)
x**y + (y < x)*w + sign(y) - -w
FORMULAS

# A single name is nothing to stage.
"$BACKSTEP" -e 'stage x' >/dev/null 2>&1 && { echo "stage x was accepted"; failed=$((failed + 1)); }
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
