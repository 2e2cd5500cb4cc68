#!/bin/sh
# flow in files, on a narrow and on an ASCII terminal's terms, and as records.
set -eu
passed=0
failed=0
net='x = [1, 2]; y = 1; param W1 = [[0.1, 0.2], [0.3, 0.4]]; param b1 = [0.01, 0.02]
param W2 = [0.5, 0.6]; param b2 = 0.05; z1 = W1 @ x + b1; a1 = sigmoid(z1)
p = sigmoid(W2 @ a1 + b2); L = bce(p, y)'

expect() {  # what, a word that must be shown, what was shown
    if printf '%s\n' "$3" | grep -q -e "$2"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: no %s in\n%s\n' "$1" "$2" "$3"
    fi
}

"$BACKSTEP" -e "$net
flow L net.png; flow L 0.1 ./net.svg dark; flow L net.json; flow L net.dot --size 6,4
flow L net.pdf"
expect 'a PNG' 'PNG' "$(head -c 4 net.png | tail -c 3)"
expect 'a PDF' '%PDF' "$(head -c 4 net.pdf)"
expect 'an SVG' 'layer' "$(cat net.svg)"
expect 'the parameters of a layer' 'W1' "$(cat net.svg)"
expect 'a scene' '"name":"z1".*"parameters":6.*"name":"a1".*"from":"n3"' "$(cat net.json)"
expect 'a size' '6,4!' "$(cat net.dot)"
expect 'the same file twice' 'layer 2' "$("$BACKSTEP" -e "$net
flow L net.json"; cat net.json)"
expect 'a full disk' 'error' "$("$BACKSTEP" -e "$net
flow L /nonexistent/net.png" 2>&1 || true)"
expect 'a page of layers' '"flow":{.*"rate":0.1.*"view":"layers"' "$("$BACKSTEP" -e "$net
flow L 0.1 net.html"; cat net.html)"
expect 'a page of the graph that has layers' '"flow":{"kind":"flow"' "$("$BACKSTEP" -e "$net
graph L page.html"; cat page.html)"
expect 'a page without layers' '0' "$("$BACKSTEP" -e "a = 2; L = 3*a
graph L plain.html"; grep -c '"flow":{' plain.html || true)"
expect 'an option of drawn files' 'for drawn files' "$("$BACKSTEP" -e "$net
flow L net.html --size 6,4" 2>&1 || true)"
expect 'an option of graph' 'always draws all layers' "$("$BACKSTEP" -e "$net
flow L net.png --full" 2>&1 || true)"
expect 'no loss' 'flow of which loss' "$("$BACKSTEP" -e "$net
flow net.png" 2>&1 || true)"
expect 'no format' 'does not end in' "$("$BACKSTEP" -e "$net
flow L 0.1 net" 2>&1 || true)"
expect 'records' '"kind":"flow".*"activation":"sigmoid".*"rate":0.1' \
    "$("$BACKSTEP" --json -e "$net
flow L 0.1")"
deep='seed 1; n = MLP(2, [3, 3, 3, 3, 3, 1]); L = n([1, 2])**2'
expect 'a deep network, top to bottom' '"direction":"TB"' "$("$BACKSTEP" -e "$deep
flow L deep.json"; cat deep.json)"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
