#!/bin/sh
# expand and fold leave value and gradients as they are, for every operation that has atoms.
set -eu
passed=0
failed=0
look='print L, dL/dx, dL/dy'
while read -r formula; do
    lines=$("$BACKSTEP" -e "precision 10; x = 0.7; y = 1.3; o = $formula; L = o*x
$look; expand o; $look; fold o; $look" 2>/dev/null | grep '^[-0-9.e]* [-0-9.e]* [-0-9.e]*$')
    if [ "$(printf '%s\n' "$lines" | wc -l)" = 3 ] && [ "$(printf '%s\n' "$lines" | sort -u | wc -l)" = 1 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s gives\n%s\n' "$formula" "$lines"
    fi
done <<'FORMULAS'
tanh(x)
sigmoid(x)
softplus(x)
square(x)
sinh(x)
cosh(x)
tan(x)
gelu(x)
relu(x)
abs(x)
sqrt(x)
x/y
x - y
x**y
-x
FORMULAS
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
