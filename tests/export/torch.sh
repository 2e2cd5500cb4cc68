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
same_loss "xor.py trains in two processes" xor '0.05 adamw decay 0.02' \
    "timeout 100 $python xor.py --distributed --steps" 20

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
