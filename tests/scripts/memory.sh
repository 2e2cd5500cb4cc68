#!/bin/sh
# Allocations refused one at a time: a run answers the same, or says that memory ran out. A sample;
# `make hunt` tries them all. What is run there are all commands, kinds of questions, exports and
# pictures that the tables have.
set -eu
tools=$(dirname "$BACKSTEP")/tests/memory
here=$(dirname "$0")
scenarios=$here/../memory/scenarios.txt
source=$here/../../src/core
passed=0
failed=0

# what, words: is each in a scenario?
covered() {
    pattern=$1
    shift
    for word; do
        if grep -qE "$(printf "$pattern" "$word")" "$scenarios"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            echo "no scenario has $word"
        fi
    done
}

# The first arguments of a table's rows.
rows() {
    sed -nE "s/^$1\\(\"?([A-Za-z_]+)\"?.*/\\1/p" "$2"
}

# shellcheck disable=SC2046  # words without blanks
{
    covered '(^|[;∇] *|-e |\$ )%s\\b' $(rows COMMAND "$source/command/commands.def") \
        $(rows COMMAND "$source/play/commands.def")
    covered '^kind: %s$' $(sed -nE 's/^KIND\([A-Z]+, "([a-z]+)".*/\1/p' "$source/lesson/kinds.def")
    covered '^export %s ' $(sed -nE 's/^    \{\{"([a-z0-9]+)", "\..*/\1/p' "$source/export/export.c")
    covered '^(graph|plot|notes) .*\.%s\\b' png svg pdf dot json html md ipynb
}
[ $passed -gt 80 ] || failed=$((failed + 1)) # the tables were read
echo "$passed passed, $failed failed"

"$tools/faults" "$BACKSTEP" "$tools/inject.so" "$scenarios" --sample 12 -v
[ $failed = 0 ]
