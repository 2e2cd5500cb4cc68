#!/bin/sh
# A lesson is played in a script: what was typed is in a file, and all of it is shown.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
passed=0 failed=0
BACKSTEP_LESSONS=$PWD/no-lessons  # what comes next is not looked for
export BACKSTEP_LESSONS

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

# Letters of options are an answer even where they spell a word of the language, and what was typed
# is shown as it was, stars and all.
cat >letters.md <<'END'
---
id: letters
title: Letters
order: 1
---

```ask letters.six
Which?
kind: multi
right: one
right: two
right: three
wrong: four => No.
wrong: five => No.
wrong: six => No.
hint: Three.
```

```ask letters.stars
How much?
kind: number
answer: 10
hint: Add.
```
END
printf 'def\nskip\n1**2+3**2\n' >letters.answers
"$BACKSTEP" lesson letters.md --answers letters.answers >played 2>&1
verdict $? 'the letters are not played to their end'
! grep -q "function's name" played && grep -qE '^  ((one|two|three|four|five|six)(; |$)){3}' played
verdict $? 'def is not taken for three letters'
grep -qF '  1**2+3**2 = 10' played
verdict $? 'stars are lost'

# What follows the lesson's name reaches it.
"$BACKSTEP" lesson "$here/samples/doubling.md" 1 seed x </dev/null >played 2>&1
grep -q 'a seed is a whole number' played
verdict $? 'the words after the lesson are lost'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
