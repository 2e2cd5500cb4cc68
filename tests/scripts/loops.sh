#!/bin/sh
# What a loop asks of the host in the middle of its turn, a picture or a file, comes once a turn, and
# the turn goes on where it was.
set -eu
got=$("$BACKSTEP" -e 'a = 2; L = a*a
repeat 3 { a.data += 1; graph L turn.dot; save turn.bs }
forward; print a, L' 2>/dev/null)
if [ "$got" = '5 25' ] && [ -s turn.dot ] && [ -s turn.bs ]; then
    echo '1 passed, 0 failed'
else
    echo "expected '5 25' and two files, got '$got'"
    echo '0 passed, 1 failed'
    exit 1
fi
