#!/bin/sh
# What a loop asks of the host in the middle of its turn, a picture or a file, comes once a turn, and
# the turn goes on where it was. And what its turns made and nothing uses any more takes no memory.
set -eu
passed=0
failed=0

verdict() {  # what, expected, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n  expected %s\n  got      %s\n' "$1" "$2" "$3"
    fi
}

got=$("$BACKSTEP" -e 'a = 2; L = a*a
repeat 3 { a.data += 1; graph L turn.dot; save turn.bs }
forward; print a, L' 2>/dev/null)
verdict 'a loop asks in each turn' '5 25' "$got"
verdict 'two files' yes "$([ -s turn.dot ] && [ -s turn.bs ] && echo yes)"

# 10,000 graphs of 1,100 nodes would take 280 MB. (Sanitizers want more than there is in any case.)
few() {
    (ulimit -v 100000 && "$BACKSTEP" -e "$1") 2>&1
}
if [ "$(few 'print 1')" = 1 ]; then
    verdict 'a training in a loop, in 100 MB' 'yes' "$(few 'seed 1
X = randn(20, 2); y = X[:, 0] > 0
param W = randn(8, 2); param v = randn(8)
def f(X) = sigmoid(tanh(X @ W.T) @ v)
repeat 10000 { L = mse(f(X), y); backward L; update 0.1; zero }
forward; print L' | awk '{ print $1 < 0.001 ? "yes" : $0 }')"
    verdict 'what is kept does not fit' 'yes' "$(few 'a = 1; y = a
repeat 10000000 { y = y + a }' | grep -q 'more memory than' && echo yes)"
fi

# A training that stops early is saved with the schedule that it had, and loaded so.
"$BACKSTEP" -e 'param w = 3; L = w**4
train L 100 5 schedule cosine warmup 50; save early.bs' >/dev/null 2>&1
verdict 'a schedule is for the steps that were wanted' 'train L 7 5 schedule cosine 100 warmup 50' \
    "$(grep '^train' early.bs)"
verdict 'and comes back so' 'train L 7 5 schedule cosine 100 warmup 50' \
    "$("$BACKSTEP" -e 'load early.bs
save again.bs' >/dev/null 2>&1; grep '^train' again.bs)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
