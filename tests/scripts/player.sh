#!/bin/sh
# `graph L out.html`: the steps in it are those that `step` answers with, nothing in the session is
# moved by it, and what cannot be played is refused.
set -eu
passed=0
failed=0
canonical='a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d*f'

verdict() {  # what, expected, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n  expected %s\n  got      %s\n' "$1" "$2" "$3"
    fi
}

# Each record of the walk is in the trace, and in the file, as it is.
"$BACKSTEP" --json -e "$canonical; graph L page.html" | grep '"kind":"trace"' >trace
"$BACKSTEP" --json -e "$canonical; step L; run; run" |
    grep '"kind":"step"' >steps
while IFS= read -r step; do
    verdict "a step in the trace" yes "$(grep -qF "$step" trace && echo yes)"
    verdict "a step in the page" yes "$(grep -qF "$step" page.html && echo yes)"
done <steps
verdict "steps" 7 "$(wc -l <steps | tr -d ' ')"

# Gradients held, stale values and a walk that is on are as they were, and the walk goes on: all is
# as after a picture, which walks nowhere.
rest_of() {  # before, format, after
    "$BACKSTEP" --json -e "$canonical; $1; graph L page.$2; verbose on; $3" 2>&1 |
        grep -v -e '"kind":"trace"' -e '"kind":"scene"' -e '"kind":"need"' -e 'L is stale' |
        sed "s/page.$2/page/g"
}
for before in "backward L; backward L" "a.data = 5" "backward L; step L; step 4" \
    "step backward L; step; a.grad = 7"; do
    for after in 'vars; grads' 'step' 'L.backward(); vars' 'print L, a.grad, L.grad'; do
        verdict "$before; graph; $after" "$(rest_of "$before" json "$after")" \
            "$(rest_of "$before" html "$after")"
    done
done

# Nothing in the page points anywhere else.
verdict "addresses" "" "$(grep -oE '(https?:)?//[a-z][^"]*' page.html | grep -v '^http://www.w3.org/' |
    sort -u)"

refused() {  # what is said, text
    verdict "$2" yes "$("$BACKSTEP" -e "$2" 2>&1 | grep -qF "$1" && echo yes)"
}
sum=$(printf 'x%.0s + ' $(seq 400))
refused 'depends on 401 values, and a player shows 300 at most' "x = 1; L = ${sum}x; graph L large.html --full"
refused 'graph L picture.svg draws it folded' "x = 1; L = ${sum}x; graph L large.html --full"
network='def layer(W, b, x) = tanh(W @ x + b)
param V = randn(16, 16); param b = zeros(16); x = randn(16); h = layer(V, b, x)
L = sum(layer(V, b, h))'
refused 'graph h[15] page.html plays the part that h[15] depends on' "$network; graph L large.html --full"
# … as is promised: the part can be played, and the whole drawn.
verdict 'the part' yes "$("$BACKSTEP" -e "$network; graph h[15] part.html" && [ -s part.html ] && echo yes)"
# What is large is played folded, and each box that can be opened has a picture for that.
verdict 'folded' yes "$("$BACKSTEP" -e "$network; graph L folded.html" && [ -s folded.html ] && echo yes)"
verdict 'its openings' yes "$(grep -q '^{"kind":"opening","of":"n[0-9]*","picture":{' folded.html && echo yes)"
verdict 'its steps' yes "$(grep -q '^{"kind":"trace","digits":6,"steps":\[\],"about":\[\]' folded.html && echo yes)"
verdict 'its graph' yes "$(grep -q '"below":{"ops":' folded.html && echo yes)"
verdict 'the whole' yes "$("$BACKSTEP" -e "$network; graph L whole.svg" 2>/dev/null && [ -s whole.svg ] && echo yes)"
refused 'a page is light or dark as its reader' "$canonical; graph L page.html dark"
refused 'no/page.html' "$canonical; graph L no/page.html"
[ ! -e large.html ] || { echo "large.html was written"; failed=$((failed + 1)); }

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
