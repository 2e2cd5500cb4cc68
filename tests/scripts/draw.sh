#!/bin/sh
# Drawing where it is not made easy: without the program that lays out, from inside a loaded file and
# a loop, as JSON, and in a window that shows only ASCII.
set -eu
passed=0
failed=0
canonical='a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d*f'

expect() {  # what, a word that must be shown, what was shown
    if printf '%s\n' "$3" | grep -q -e "$2"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: no %s in\n%s\n' "$1" "$2" "$3"
    fi
}

expect 'with a layout' '►' "$("$BACKSTEP" -e "$canonical; graph")"
expect 'without the program' 'local gradients' \
    "$(BACKSTEP_RENDER=/nonexistent "$BACKSTEP" -e "$canonical; graph")"
expect 'with a program that fails' 'local gradients' \
    "$(BACKSTEP_RENDER=/bin/false "$BACKSTEP" -e "$canonical; graph")"
expect 'with a program that talks nonsense' 'local gradients' \
    "$(BACKSTEP_RENDER=/bin/echo "$BACKSTEP" -e "$canonical; graph")"
expect 'a walk without the program' '▶e' \
    "$(BACKSTEP_RENDER=/nonexistent "$BACKSTEP" -e "watch on; $canonical; step L")"

echo "$canonical; graph L; g = L + 1" >drawn.bs
expect 'in a loaded file' '►' "$("$BACKSTEP" -e 'load drawn.bs; print g')"
expect 'after a drawing in a loaded file' '^-7$' "$("$BACKSTEP" -e 'load drawn.bs; print g')"
expect 'in a loop' '= 5 ' "$("$BACKSTEP" -e 'a = 2; L = a*a; repeat 3 { a.data += 1; graph L }' 2>&1)"
expect 'as JSON' '"kind":"scene".*"layout":"graph' "$("$BACKSTEP" --json -e "$canonical; graph")"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
