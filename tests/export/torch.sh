#!/bin/sh
# Programs that `export torch` writes are run with PyTorch: they print the same value and the same
# gradients as the graph, and train to the same loss, in one process and in two.
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/compare"
python=${PYTHON:-/usr/bin/python3}
if ! "$python" -c 'import torch' 2>/dev/null; then
    echo "$python has no torch; install Debian's python3-torch, or say PYTHON=… which has"
    exit 1
fi
export OMP_NUM_THREADS=1

cp "$here"/*.bs .
for graph in *.bs; do
    name=${graph%.bs}
    "$BACKSTEP" -e "$(cat "$graph")
export torch $name.py L" >/dev/null 2>&1
    same_gradients "$name.py" "$name" "$python $name.py"
done

# Statements on arrays stay such.
verdict 'tensors' 2 "$(grep -c -e 'a1 = torch.sigmoid(W1 @ x + b1)' -e 'p = torch.sigmoid(W2 @ a1 + b2)' \
    sigmoid.py)"

while read -r graph optimiser; do
    "$BACKSTEP" -e "$(cat "$graph.bs")
train L 3 $optimiser
export torch $graph.py L" >/dev/null 2>&1
    same_loss "$graph.py trains with $optimiser" "$graph" "$optimiser" "$python $graph.py --steps" 20
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

# Batches of all rows are all rows, in whatever order; with fewer, the order is PyTorch's own.
"$BACKSTEP" -e "$(cat batches.bs)
train L 3 0.05 adam batch 12
export torch batches.py L" >/dev/null 2>&1
verdict 'draws rows' 1 "$(grep -c 'for step, rows in enumerate(batches(steps), 1):' batches.py)"
same_loss 'batches.py trains' batches '0.05 adam batch 12' "$python batches.py --steps" 20
same_loss 'batches.py trains in two processes' batches '0.05 adam batch 12' \
    "timeout 100 $python batches.py --distributed --steps" 20
"$BACKSTEP" -e "$(cat batches.bs)
train L 3 0.05 batch 5
export torch fewer.py L" >/dev/null 2>&1
verdict "trains in batches of 5" yes "$("$python" fewer.py --steps 400 |
    awk '/^step 20:/ { early = $3 } /^step 400:/ { print $3 < early ? "yes" : "no" }')"
# Where a number was made from all rows, none are drawn.
"$BACKSTEP" -e "$(cat batches.bs)
L = sum((net(rows)[:, 0] - k)**2)/len(rows)
train L 3 0.05 batch 5
export torch whole.py L" >/dev/null 2>&1
verdict 'says that it takes all rows' 1 "$(grep -c 'each step with all 12 rows' whole.py)"
verdict 'and does' 1 "$("$python" whole.py --steps 20 | grep -c '^step 20:')"

same_loss "xor.py trains in two processes" xor '0.05 adamw decay 0.02' \
    "timeout 100 $python xor.py --distributed --steps" 20

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
