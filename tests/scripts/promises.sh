#!/bin/sh
# What README and docs promise in figures and lists is what the sources say.
set -eu
root=$(dirname "$(realpath "$0")")/../..
passed=0
failed=0

is() {  # what, promised, in the sources
    if [ "$2" = "$3" ] && [ -n "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n  promised:       %s\n  in the sources: %s\n' "$1" "$2" "$3"
    fi
}

one_line() {
    tr '\n' ' ' <"$1" | tr -s ' '
}
constant() {  # its name, a file
    sed -nE "s/.*\\b$1 = ([0-9]+).*/\\1/p" "$root/src/$2" | head -n 1
}

# ---- Which numbers are the C library's, and may differ in their last bit
listed=$(one_line "$root/README.md" |
    sed -nE "s/.*except those that come from the C library: ([^.]*)\\..*/\\1/p" | grep -oE '`[a-z0-9]+`' |
    tr -d '`' | grep -v gelu | sort | tr '\n' ' ')
maths=$root/src/core/engine/maths.c
library=$( (sed -nE 's/^    return ([a-z0-9]+)\((x|y, x)\);/\1/p' "$maths"
    sed -nE 's/.*\? [a-z_]+\(x, [01]\) : (sin|cos)\(x\);/\1/p' "$maths") |
    grep -vE '^(fabs|floor|maths_.*)$' | sort -u | tr '\n' ' ')
is "README: the C library's functions" "$listed" "$library"
is 'README: sin and cos are ours up to' "$(one_line "$root/README.md" | grep -oE 'beyond 2\*\*[0-9]+' | grep -oE '[0-9]+$')" \
    "$(sed -nE 's/.*REDUCIBLE = 0x1p([0-9]+);.*/\1/p' "$maths")"
is 'README: whole powers are ours up to' "$(one_line "$root/README.md" | grep -oE 'is beyond [0-9]+' | grep -oE '[0-9]+')" \
    "$(constant WHOLE_MOST core/engine/maths.c)"

# ---- Every page is whole
is 'marks that a merge left behind' "none" \
    "$(grep -rlE '^(<<<<<<<|>>>>>>>) ' "$root/README.md" "$root/docs" "$root/lessons" "$root/src" "$root/tests" || echo none)"

# ---- Bounds
testing=$(one_line "$root/docs/testing.md" | tr -d ,)
is 'docs/testing.md: how deep functions call each other' \
    "$(echo "$testing" | grep -oE 'call each other [0-9]+ deep' | grep -oE '[0-9]+')" \
    "$(constant DEPTH_MOST core/text/lower_call.c)"
is 'docs/testing.md: a million calls' \
    "$(echo "$testing" | grep -q 'and a million times in one formula' && echo 1000000)" \
    "$(constant CALLS_MOST core/text/lower_call.c)"
is 'docs/testing.md: lines of an answer on a terminal' \
    "$(echo "$testing" | grep -oE 'the first [0-9]+ lines of an answer' | grep -oE '[0-9]+')" \
    "$(constant LINES_MOST host/supply/host.c)"
is 'docs/testing.md: commands that Ctrl-C is tried in' \
    "$(echo "$testing" | grep -oE 'types [0-9]+ commands that take long' | grep -oE '[0-9]+')" \
    "$(sed -n '/^} cases/,/^};/p' "$root/tests/tty/stop_test.c" | grep -c '^    {')"
is 'docs/testing.md: reports of static analysis that are explained' \
    "$(echo "$testing" | grep -oE 'after `// analysis:`; [0-9]+ do' | grep -oE '[0-9]+')" \
    "$(grep -rh '// analysis: ' "$root/src" | wc -l)"
is 'docs/testing.md: ways in which control characters are tried' \
    "$(echo "$testing" | grep -oE 'tries [0-9]+ ways' | grep -oE '[0-9]+')" \
    "$(cd "$HOME" && "$root/tests/scripts/safe.sh" 2>/dev/null | sed -nE 's/^([0-9]+) passed, 0 failed/\1/p')"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
