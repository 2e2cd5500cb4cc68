#!/bin/sh
# Whichever way a text comes in (-e, a file, standard input, a lesson), a notice quotes only what was
# typed: never the environment, nor the lines that follow.
set -eu
export SECRETVAR=hello
passed=0
failed=0

# how it came in, what was shown
quotes_only_what_was_typed() {
    if printf '%s' "$2" | tr -d '\000' | grep -q -e SECRET -e BEYOND -e '\\x0'; then
        failed=$((failed + 1))
        printf '%s: quotes what was never typed\n%s\n' "$1" "$2"
    else
        passed=$((passed + 1))
    fi
}

# Each function of the prelude, with as many arguments as its row says.
rows=$(sed -nE 's/^PRELUDE\("([a-z_]+)", "[a-z_]+\(([a-z, ]+)\)".*/\1 \2/p' \
    "$(dirname "$0")/../../src/core/text/prelude.def")
[ "$(echo "$rows" | wc -l)" -ge 7 ] || failed=1
for function in $(echo "$rows" | cut -d ' ' -f 1); do
    case $(echo "$rows" | sed -n "s/^$function //p") in
    *,*,*) third=', inf' ;;
    *) third= ;;
    esac
    for values in '0, inf' '1, 0' 'sigmoid(40), 1' '-1e308, 1e308' '[inf], [0, 1]' '[], 1' \
        'nan, 1' '0, nan' '[nan, inf], [1, 0]' '[[1, 2], [3, 4]], [1, 2, 3]' '[1, 2], [[1], [2]]'; do
        statement="x = 1; L = $function($values$third)"
        printf '%s\n# BEYOND BEYOND BEYOND\n' "$statement" >script.bs
        printf -- '---\nid: l\ntitle: T\n---\n\nA.\n\n```backstep\n∇ %s\n```\n\nBEYOND.\n' \
            "$statement" >lesson.md
        quotes_only_what_was_typed "-e $statement" "$("$BACKSTEP" -e "$statement" 2>&1 || true)"
        quotes_only_what_was_typed "a file, $statement" "$("$BACKSTEP" script.bs 2>&1 || true)"
        quotes_only_what_was_typed "stdin, $statement" "$("$BACKSTEP" - <script.bs 2>&1 || true)"
        quotes_only_what_was_typed "a lesson, $statement" \
            "$(printf '%s\nquit\n' "$statement" | "$BACKSTEP" lesson ./lesson.md 2>&1 |
                grep -v 'BEYOND[.]$' || true)"
    done
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
