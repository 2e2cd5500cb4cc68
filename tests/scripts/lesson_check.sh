#!/bin/sh
# What `backstep check` finds wrong with lessons, each told by file and line and how to mend it; and
# a lesson that is laid passes.
set -u
passed=0 failed=0

verdict() {
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$2"
    fi
}

# lesson NAME: a lesson of that id, with what comes on standard input after a graph of x and y.
lesson() {
    {
        printf -- '---\nid: %s\ntitle: A lesson\norder: %s\n%s---\n\n' "$1" "${2:-10}" "${3:-}"
        printf '```backstep\n∇ x = 3\n∇ y = x*x\n  y = 9\n```\n\n'
        cat
    } >"$1.md"
}

# finds LINE:COLUMN WORDS: the check of wrong.md fails there and says so.
finds() {
    got=$("$BACKSTEP" check wrong.md 2>&1)
    status=$?
    case $status:$got in
    1:*"wrong.md:$1: "*"$2"*) verdict 0 '' ;;
    *) verdict 1 "expected wrong.md:$1: $2
got $status: $got" ;;
    esac
}

"$BACKSTEP" lesson new two-moons >/dev/null && "$BACKSTEP" check two-moons.md >said
verdict $? "the lesson that is laid does not pass: $(cat said)"
"$BACKSTEP" lesson new two-moons >/dev/null 2>&1
[ $? = 1 ]
verdict $? 'a lesson is laid over another'
"$BACKSTEP" lesson new 'Two moons' >/dev/null 2>&1
[ $? = 2 ]
verdict $? 'an id may have blanks in it'

lesson wrong <<'END'
```ask wrong.one
What is dy/dx?
kind: number
answer: dy/dx
when: 2*x => Twice x.
```
END
finds 17:7 "this 'when' is the right answer"

lesson wrong <<'END'
```ask wrong.one
What is dy/dx?
kind: number
answer: dy/dx
reject: 6
```
END
finds 17:9 "an answer to reject, '6', is right"

lesson wrong <<'END'
```ask wrong.one
What is dy/dx?
kind: number
answer: dy/dx
accept: 7
```
END
finds 17:9 "an answer to accept, '7', is wrong"

lesson wrong <<'END'
```ask wrong.one
What is it?
kind: number
answer: log(x - 3)
```
END
finds 16:9 'the key, log(x - 3), is -inf'

lesson wrong <<'END'
It is {= nosuch}.
END
finds 13:10 "there is no 'nosuch' yet"

lesson wrong <<'END'
```ask wrong.one
Bring y below 100.
kind: do
until: y < 100
solve: forward
```
END
finds 16:8 "'until' holds already"

lesson wrong <<'END'
```ask wrong.one
Bring y below 1.
kind: do
until: y < 1
solve: x.data = 2; forward
```
END
finds 16:8 "after its 'solve' lines 'y < 1' does not hold"

lesson wrong <<'END'
```ask wrong.one
Bring y below 1.
kind: do
until: y < 1
```
END
finds 13:1 "without 'solve' lines"

lesson wrong <<'END'
```backstep
∇ y/4
  y/4 = 2.25
```

```ask wrong.one
What is y/4?
kind: number
answer: y/4
```
END
finds 18:1 'the text above already gives the answer'

lesson wrong <<'END'
```ask wrong.one
What is dy/dx?
kind: number
vary: x in 4..9 step 1
answer: dy/dx
```
END
finds 13:1 "the answer depends on what 'vary' draws, and the text does not say it; write {= x}"

lesson wrong <<'END'
```ask wrong.one
How does it grow?
kind: formula
answer: 2*x
equals: 3*x
```
END
finds 17:9 "comes to 6, and 'equals' says 9"

lesson wrong <<'END'
```text
This line is longer than eighty columns when it is shown, and nobody can read it in a terminal.
```
END
finds 14:1 'columns wide when it is shown'

# Figures: 9.125 is written out. The others are answers of code, computed, code, or too round.
lesson wrong <<'END'
∇ is no code here. Half a `y` of 4.50 is
{= y/2}, or `4.375` and `4.250
and 4.125`, in x2.875, at 0.01 and 12.

> Not 9.125.

```backstep
∇ 0.625*x
  0.625*x = 1.875
```

It was 1.875 there.

```ask wrong.one
Add 0.625 to `x`, which is {= x}.
kind: number
answer: x + 0.625
when: 4.625 => That is 1 more than 3.625.
then: Right: 3.625.
fixed: it is about its figures
```
END
finds 13:34 '4.50 is written out'
finds 17:7 '9.125 is written out'
finds 30:36 '3.625 is written out'
finds 31:14 '3.625 is written out'
case $got in
*'4 failed') verdict 0 '' ;;
*) verdict 1 "more figures are written out: $got" ;;
esac

lesson wrong <<'END'
```ask wrong.one
What?
kind: number
answr: 3
```
END
finds 16:1 'answr'

# A folder is held together.
mkdir course
cd course || exit 1
lesson one 10 'requires: two
' <<'END'
```ask one.y
What is y here?
kind: number
covers: N1, X9
vary: x in 4..9
answer: y
```
END
lesson two 20 'requires: three
' </dev/null
printf 'N1  what it is for\nN2  what a slope says\n' >questions.txt
cd ..
got=$("$BACKSTEP" check course)
for words in "course/one.md:5:11: it requires 'two', which comes after it" \
    "course/two.md:5:11: it requires 'three', and there is no such lesson" \
    "course/one.md:17:9: one.y covers 'X9', which is not a row" 'no question covers N2'; do
    case $got in
    *"$words"*) verdict 0 '' ;;
    *) verdict 1 "expected: $words
got: $got" ;;
    esac
done

# A lesson that loops, and a file that is not one, end soon.
lesson wrong <<'END'
```backstep
repeat 1e12 { a = 1 }
```
END
start=$(date +%s)
"$BACKSTEP" lesson wrong.md --answers /dev/null >said 2>&1
status=$?
[ "$status" = 1 ] && [ $(($(date +%s) - start)) -lt 10 ] && grep -q 'wrong.md:14:1: error: this takes longer' said
verdict $? "a lesson that loops ended with $status: $(cat said)"
ends_soon() {
    start=$(date +%s)
    "$BACKSTEP" "$@" >said 2>&1
    status=$?
    [ "$status" = 1 ] && [ $(($(date +%s) - start)) -lt 15 ] && grep -q 'wrong.md:14.*takes longer' said
    verdict $? "$* ended with $status: $(cat said)"
}
ends_soon check wrong.md
lesson wrong <<'END'
```backstep
repeat 500 { b = sum(randn(1000000)) }
```
END
ends_soon check wrong.md
ends_soon lesson wrong.md --answers /dev/null

# A question outside a lesson is asked of nobody.
printf '# No lesson\n\n```ask no.one\nWhat?\nkind: number\nanswer: 1\n```\n' >wrong.md
finds 3 'a question belongs in a lesson'
head -c 300000 /dev/zero | tr '\0' '*' >big.md
"$BACKSTEP" lesson big.md --answers /dev/null >said 2>&1
[ $? = 1 ]
verdict $? 'a large file is played'
"$BACKSTEP" lesson nosuch.md --answers /dev/null >said 2>&1
[ $? = 1 ]
verdict $? 'a file that is not there is played'

# ---- What has no value, and what cannot be answered ----------------------------------------------

lesson wrong <<'END'
```ask wrong.one
What is it?
kind: number
answer: zz + 1
```
END
finds 16:9 "the right answer cannot be told: there is no 'zz' yet"

lesson wrong <<'END'
```ask wrong.one
What is dy/dx?
kind: number
answer: dy/dx
when: zz => No.
```
END
finds 17:7 "'zz' has no value"

lesson wrong <<'END'
```ask wrong.one
Fill it in.
kind: fill
cell: y => y
cell: dy/dx => dy/dx
when: zz => No.
```
END
finds 18:7 "'zz' has no value"

lesson wrong <<'END'
```ask wrong.one
Fill it in.
kind: fill
cell: y => 9
cell: the same => 9
when: 9 => No.
```
END
finds 18:7 "this 'when' is right in every cell, 9"

lesson wrong <<'END'
```ask wrong.one
Which node is it?
kind: node
answer: zz
```
END
finds 13:1 "the right answer, 'zz', is misread (there is no 'zz' yet)"

lesson wrong <<'END'
```ask wrong.one
What is the derivative of x**2?
kind: formula
answer: 2*x
when: 2* => No.
```
END
finds 17:9 "a number or a name is missing after '*'"

lesson wrong <<'END'
```ask wrong.one
Make z.
kind: do
until: z == 5
solve: z = zz
```
END
finds 17:12 "there is no 'zz' yet"

lesson wrong <<'END'
```ask wrong.one
Make z.
kind: do
until: z == 5
solve: z = 4
```
END
finds 16:8 "after its 'solve' lines"

lesson wrong <<'END'
```ask wrong.one
Make z.
kind: do
until: z == 5
```
END
finds 13:1 "solve"

lesson wrong <<'END'
```ask wrong.one
What does the next step add?
kind: guess
setup: step y; step 2
answer: log(0 - x)
```
END
finds 17:9 "the key"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
