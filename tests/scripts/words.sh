#!/bin/sh
# Words that people type, of Python, NumPy, PyTorch, calculators, shells and lessons: each is known,
# pointed somewhere or met with silence, but never taken for a slip in another word. Real slips are.
set -eu
passed=0
failed=0
words=$(dirname "$0")/../python/words.txt

said() {
    "$BACKSTEP" -e "$1" 2>&1 </dev/null | grep -o "did you mean '[^']*'" | head -n 1 || true
}

verdict() {  # word, expected, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n  expected %s\n  got      %s\n' "$1" "$2" "$3"
    fi
}

for word in $(cat "$words"); do
    case $word in
    question) verdict "$word" "did you mean 'questions'" "$(said "$word")" ;;
    *) verdict "$word" '' "$(said "$word")" ;;
    esac
done
for slip in tahn=tanh sigmod=sigmoid bakward=backward grpah=graph sofmax=softmax sqrtt=sqrt trian=train; do
    verdict "$slip" "did you mean '${slip#*=}'" "$(said "${slip%=*}")"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
