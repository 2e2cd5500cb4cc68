#!/usr/bin/env bash
# The list of questions (lessons/questions.txt): whole, and every row of it is covered by a question
# of some lesson, and no lesson covers what is not on it.
set -u
lessons=$(dirname "$(realpath "$0")")/../../lessons
list=$lessons/questions.txt
passed=0
failed=0

is() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n--- expected\n%s\n--- got\n%s\n' "$1" "$2" "$3"
    fi
}

ids() {
    grep -v -e '^#' -e '^$' "$list" | cut -d' ' -f1
}

covered() {
    cat "$lessons"/*.md | sed -n 's/^ *covers: *//p' | tr ',' '\n' | tr -d ' \r' | sort -u
}

expected() {
    for group in N:23 I:20 G:6 E:4 T:13 M:3 F:16 C:11 S:28; do
        seq -f "${group%:*}%g" "${group#*:}"
    done
}

is 'the list is whole, and in order' "$(expected)" "$(ids)"
is 'every row has a title' '' "$(grep -v -e '^#' -e '^$' -e '^[A-Z][0-9]* \{1,\}[^ ]' "$list")"
is 'no lesson covers what is not on the list' '' "$(covered | comm -23 - <(ids | sort))"
is 'every row is covered by some lesson' '' "$(ids | sort | comm -23 - <(covered))"

cd "$lessons/.." || exit 1
asked() {
    cat "$@" | grep -c '^```ask'
}
varied=$(cat lessons/[0-9]*.md | awk '/^```ask/ { met = 0 } /^vary:/ { n += !met; met = 1 } END { print n }')
is 'README counts the course' "$(ls lessons/[0-9]*.md | wc -l) lessons with $(asked lessons/[0-9]*.md) questions, $varied of them with new numbers each time, and $(asked lessons/cards-*.md) cards" \
    "$(tr '\n' ' ' <README.md | grep -oE '[0-9]+ lessons with .* cards')"
is 'docs/questions.md is up to date (make docs)' '' "$(tools/questions lessons | diff - docs/questions.md)"

is 'the course gives no warning' '' "$("$BACKSTEP" check lessons | grep warning)"
is 'what is no formula and ends in ? is searched' 1 \
    "$(printf '```backstep\n∇ Learning rate?\n```\n' >"$HOME/ask.md"; "$BACKSTEP" check "$HOME/ask.md" | grep -c 'help learning rate')"

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
