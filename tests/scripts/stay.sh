#!/bin/sh
# -i where nobody types at a terminal: standard input is one more script, in the same session.
set -u
passed=0
failed=0

is() {  # what, what is wanted, what came
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n    wanted: %s\n    came:   %s\n' "$1" "$2" "$3"
    fi
}

echo 'a = 2; L = a*a' >mine.bs
is 'after a file' 4 "$(echo 'print L' | "$BACKSTEP" -i mine.bs)"
is 'after code' 5 "$(echo 'print b' | "$BACKSTEP" -e 'b = 5' -i)"
is 'the long name' 4 "$(echo 'print L' | "$BACKSTEP" mine.bs --interactive)"
is 'alone' 1 "$(echo 'print 1' | "$BACKSTEP" -i)"
is 'without it nothing more is read' '' "$(echo 'print L' | "$BACKSTEP" mine.bs)"
echo 'print L' | "$BACKSTEP" -i -e 'assert 1 == 2' >said 2>trouble
is 'a script that fails: status' 1 $?
is '… and what follows is not run' '' "$(cat said)"
is '… and it is told' 1 "$(grep -c '1 == 2 does not hold' trouble)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
