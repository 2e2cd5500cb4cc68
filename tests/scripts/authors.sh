#!/bin/sh
# `check` for authors: every mistake of form in one run, and warnings of what may be meant.
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

cat >bad.md <<'END'
---
id: bad
titel: Bad
order: x
---

Prose {= 2* } here.

```ask bad.one
Question?
kind: number
answer: 2*
hnt: foo
vary: x in 3
```

<div>no</div>

```ask bad.two
Question?
kind: poem
answer: 2
```

```ask bad.three
Q?
kind: choice
right: up
```

```ask bad.four
Q?
kind: do
until: L at most nodes
until: L uses tanh and
until: L =
```

```backstep foo
a = 2
```
END
said=$("$BACKSTEP" check bad.md)
is 'the status' 1 $?
is 'each mistake, in the order of the file' '3:1 4:8 7:12 12:11 13:1 14:13 17:1 21:7 25:1 34:18 36:10 39:1' \
    "$(printf '%s\n' "$said" | sed -n 's/^bad.md:\([0-9]*:[0-9]*\): error: .*/\1/p' | tr '\n' ' ' | sed 's/ $//')"
is 'they are counted' '0 passed, 12 failed' "$(printf '%s\n' "$said" | tail -n 1)"
is 'where one of a question is enough' 1 "$("$BACKSTEP" lesson bad.md 2>&1 | grep -c 'bad.md:3:1')"

many=$(seq 200 | sed 's/.*/key&: x/')
printf -- '---\nid: many\ntitle: Many\n%s\n---\n' "$many" >many.md
is 'no more than a hundred' 100 "$("$BACKSTEP" check many.md | grep -c ': error: ')"

cat >warn.md <<'END'
---
id: warn
title: Warn
---

```backstep
∇ x = 30; y = x*x
  y = 900
```

```ask warn.hint
`x` is {= x}. What is `dy/dx`?
kind: number
vary: x in 20..40
answer: dy/dx
hint: Twice `x`.
hint: It is {= 2*x}.
```

```ask warn.text
`x` is {= x}. Is `dy/dx`, {= dy/dx}, large? What is it?
kind: number
vary: x in 20..40
answer: dy/dx
```

```ask warn.draws
`x` is {= x}. What is `dy/dx`?
kind: number
vary: x in 1..8
answer: dy/dx
when: x*x => That is `y`.
```

```ask warn.letters
Which is it?
kind: choice
right: a
wrong: `b` => No.
wrong: both => No.
```

```ask warn.formula
The derivative of y for any x?
kind: formula
answer: derive x**2
hint: Try 2*x.
```

```ask warn.fine
`x` is {= x}. What is `dy/dx`?
kind: number
vary: x in 20..40
answer: dy/dx
hint: Twice `x`.
when: x => Twice as much.
```
END
said=$("$BACKSTEP" check warn.md)
is 'a warning is no failure' 0 $?
warns() { printf '%s\n' "$said" | sed -n "s/^warn.md:\([0-9:]*\): warning: warn.$1: \(.*\)/\1 \2/p"; }
is 'a hint that tells' '17:7 this hint gives the answer away' "$(warns hint)"
is 'a text that tells' '21:1 the question'"'"'s own text gives the answer away' "$(warns text)"
is 'a number with which a when is right' 1 "$(warns draws | grep -c "^30:7 x is never 2: with it a 'when' is the right answer, .*; 'except 2' says so\$")"
is 'options that are letters' '38:8 this option is itself a letter, so it has to be typed in quotes, "a" 39:8 this option is itself a letter, so it has to be typed in quotes, "b"' \
    "$(warns letters | tr '\n' ' ' | sed 's/ $//')"
is 'a hint that is the formula' '47:7 this hint gives the answer away' "$(warns formula)"
is 'nothing to warn of' '' "$(warns fine)"
is 'they are counted' '6 warnings' "$(printf '%s\n' "$said" | tail -n 2 | head -n 1)"

# In quotes the text is meant, without them the letter.
play() { printf 'skip\nskip\nskip\n%s\n' "$1" >typed; "$BACKSTEP" lesson warn.md --answers typed; }
is 'a text in quotes' 1 "$(play '"a"' | grep -c '^  Right')"
is 'in the marks of code' 1 "$(play '`b`' | grep -c '^  Not yet')"
is 'a text that is none' 1 "$(play '"c"' | grep -c "no option is called 'c'")"
is 'a quotation mark that is open' 1 "$(play '"a' | grep -c 'never closed')"
letter=$("$BACKSTEP" lesson warn.md --answers /dev/null >/dev/null; play x | sed -n 's/^ *\([abc]\)) a$/\1/p')
is 'the letter alone' 1 "$(play "$letter" | grep -c '^  Right')"

# What is to be done: the first condition that does not hold is said after every line that changes something.
cat >do.md <<'END'
---
id: do
title: Do
---

```ask do.it
Build `y` as 4, and `L` with a tanh.
kind: do
graph: none
until: y == 4
until: L uses tanh => Use a `tanh`.
solve: y = 4; L = tanh(y)
```
END
printf 'a = 2\ny = 3\nprint y\ny = 3\ny = 4\nL = y*2\nL = tanh(y)\n' >typed
said=$("$BACKSTEP" lesson do.md --answers typed)
is 'what does not hold, each time' '  Not yet: y is 3;  Not yet: y is 3;  Not yet: Use a tanh. (L does not use tanh);' \
    "$(printf '%s\n' "$said" | grep 'Not yet' | tr '\n' ';')"
is '… until it does' 1 "$(printf '%s\n' "$said" | grep -c '^  Right\.$')"

cat >typed.md <<'END'
---
id: typed
title: Typed
---

```backstep
∇ param x = 4
∇ L = x**2
  L = 16
```

```ask typed.moved
Train ten steps with a rate of 0.1. Where is `x`?
kind: number
setup: train L 10 0.1
answer: x
hint: `train L 10 0.1`, then `print x`.
```

```ask typed.formula
What is `dL/dx`?
kind: number
answer: dL/dx
hint: The exponent comes down.
hint: `2*x**2`
```

```ask typed.fails
What is `dL/dx`?
kind: number
answer: dL/dx
hint: A pass: `backward K` does it.
```

```ask typed.short
Bring `L` below 0.001.
kind: do
until: L < 0.001
solve: train L 40 0.1
solve: forward L
hint: Train.
hint: `train L 2 0.1`, then `forward L`.
```

```ask typed.fine
Bring `L` below 0.001.
kind: do
until: L < 0.001
solve: train L 40 0.1
solve: forward L
hint: `train L 40 5` overshoots.
hint: A loop: `repeat 40 { … }`, of `zero; backward L; update 0.1`.
hint: `repeat 40 { zero; backward L; update 0.1 }`, then `forward L`. That is enough.
```

```ask typed.number
What is `dL/dx`?
kind: number
answer: dL/dx
hint: `zero`, then `backward L` and `print x.grad`.
hint: `2*x` for x = 4. Half of it is `x`.
hint: `8`
```
END
said=$("$BACKSTEP" check typed.md)
is 'hints that do not work as they are printed' \
    "17:7 moved: this hint prints 0.0461169, which, typed, is wrong|25:7 formula: this hint's '2*x**2', typed, is wrong|32:7 fails: this hint's 'backward K', typed, fails: there is no 'K' yet|42:7 short: what this last hint says was typed, and the task is still not done|" \
    "$(printf '%s\n' "$said" | sed -n 's/^typed.md:\([0-9:]*\): typed.\(.*\)/\1 \2/p' | tr '\n' '|')"
is 'and hints that do' '4 passed, 4 failed' "$(printf '%s\n' "$said" | tail -n 1)"

# In a course a question for numbers has others each time, or says why not.
course() { printf -- '---\nid: fixed\ntitle: Fixed\n%s\n---\n\n```ask fixed.it\nWhat is 2*3%s?\nkind: number\ngraph: none\n%s\n```\n' "$1" "$2" "$3" >fixed.md; }
check() { "$BACKSTEP" check fixed.md | sed 's/fixed.md://; s/;.*//; s/ (where x = [0-9])$//' | tr '\n' '|'; }
course 'order: 1' '' 'answer: 6'
is 'no vary' "7:1: fixed.it: it has the same numbers each time|0 passed, 1 failed|" "$(check)"
course 'order: 1' '' 'answer: 6
fixed: it is about 6'
is 'fixed' '1 passed, 0 failed|' "$(check)"
course 'order: 1' '*{= x}' 'answer: 6*x
vary: x in 3..9'
is 'vary' '1 passed, 0 failed|' "$(check)"
course 'order: 1' '*{= x}' 'answer: 6*x
vary: x in 3..9
fixed: it is about 6'
is 'both' "13:8: fixed.it: it has a 'vary', so it is not fixed|0 passed, 1 failed|" "$(check)"
course 'order: 1' '' 'answer: 6
fixed:'
is 'no reason' "12:1: error: 'fixed' says nothing|fixed:|^|0 passed, 1 failed|" "$(check)"
course '' '' 'answer: 6'
is 'no course' '1 passed, 0 failed|' "$(check)"

# Who always takes the longest option fares no better than by chance.
mkdir choices
choices() {
    printf -- '---\nid: long\ntitle: Long\n---\n' >choices/long.md
    for i in 1 2 3 4 5 6; do
        printf '\n```ask long.q%s\nWhich is it?\nkind: choice\nright: %s\nwrong: not this\nwrong: nor `a`\n```\n' "$i" "$([ "$i" -le "$1" ] && echo 'that other' || echo 'that')" >>choices/long.md
    done
    "$BACKSTEP" check choices | grep -v passed
}
is 'four of six' '' "$(choices 4)"
is 'five of six' "choices: the right option is the longest in 5 of 6 choices, where chance makes it 2: long.q1, long.q2, long.q3, long.q4, long.q5; put what explains it after '=>', or let a wrong one say as much" "$(choices 5)"

# Two ideas that come to one number cannot be told apart.
cat >alike.md <<'END'
---
id: alike
title: Alike
---

```ask alike.drawn
`x` is {= x}. What is three times its square?
kind: number
graph: none
vary: x in 1..4
answer: 3*x**2
when: 3*x => Square `x`.
when: x**2 => Three times.
```

```ask alike.always
`x` is {= x}. What is three times its square?
kind: number
graph: none
vary: x in 2..9
answer: 3*x**2
when: 3*x => Square `x`.
when: x + 2*x => That is a sum.
```

```ask alike.said
`x` is {= x}. What is three times its square?
kind: number
graph: none
vary: x in 2..9
answer: 3*x**2
when: 3*x => Square `x`.
when: x + 2*x => Square `x`.
```
END
said=$("$BACKSTEP" check alike.md)
is 'where they are alike for some numbers' 1 "$(printf '%s\n' "$said" | grep -c "^alike.md:10:7: warning: alike.drawn: x is never 1, 3: with them .*; 'except 1, 3' says so\$")"
is 'and for all' '23' "$(printf '%s\n' "$said" | sed -n "s/^alike.md:\([0-9]*\):[0-9]*: alike.always: this 'when' has the same value as one above it.*/\1/p")"
is 'no other' '2 passed, 1 failed' "$(printf '%s\n' "$said" | tail -n 1)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
