#!/usr/bin/env bash
# The lesson that the authors' guide builds from nothing is one: it passes the checks, and is played
# to its end. And the guide tells of every kind of question and of every key.
set -u
guide=$(dirname "$(realpath "$0")")/../../docs/lessons.md
program=$(realpath "$BACKSTEP")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

verdict() {
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$2"
        cat "$folder/out" 2>/dev/null
    fi
}

tables=$(dirname "$guide")/../src/core/lesson
for word in $(sed -n 's/^KEY("\([a-z]*\)".*/\1/p' "$tables/keys.def") \
    $(sed -n 's/^KIND([A-Z]*, "\([a-z]*\)".*/\1/p' "$tables/kinds.def"); do
    grep -qE "(\`|^)$word(:|\`)" "$guide"
    verdict $? "the guide does not tell of $word"
done

cd "$folder" || exit 1
sed -n '/^````markdown$/,/^````$/p' "$guide" | sed '1d;$d' >halves.md
[ -s halves.md ]
verdict $? 'the guide holds no lesson'

"$program" check halves.md >out 2>&1
verdict $? "the guide's lesson does not pass the checks"

printf '%s\n' 100 hint solution '' '2*x/2' '' 'train L 40 0.2' 'forward L' '' >answers
"$program" lesson halves.md --answers answers >out 2>&1
verdict $? "the guide's lesson is not played to its end"
[ "$(grep -c '^  Right' out)" = 2 ]
verdict $? 'two of its questions are answered rightly'

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
