#!/bin/sh
# A lesson is played in a script: what was typed stands in a file, and all of it is shown.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
passed=0 failed=0

verdict() {
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$2"
    fi
}

# The whole play, word for word.
expected=$here/samples/doubling.played
export BACKSTEP_LESSONS="$here/samples"
"$BACKSTEP" lesson "$here/samples/doubling.md" --answers "$here/samples/doubling.answers" >played 2>&1
verdict $? 'the lesson is not played to its end'
diff "$expected" played
verdict $? "the lesson is played otherwise than $expected says"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
