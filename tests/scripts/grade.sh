#!/bin/sh
# Grading: points and reasons, every kind of task, hostile answers, folders with other files in them.
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

# The line of the report about a task, blanks squeezed.
line() { printf '%s\n' "$said" | grep "^$1 " | sed 's/  */ /g'; }
grade() { said=$("$BACKSTEP" grade "$@" 2>trouble); status=$?; }

cat >tasks.md <<'END'
---
id: t
title: Tasks
---

```backstep
∇ a = 2; b = -3; c = 10; f = -2
∇ e = a*b; d = e + c; L = d*f
  L = -8
```

```ask t.number
What is `dL/da`?
kind: number
answer: dL/da
when: f => You left out the factor {= b}.
```

```ask t.formula
Derive x**2 for any x.
kind: formula
answer: derive x**2
```

```ask t.choice
Which way?
kind: choice
right: up
wrong: down => It is the other way.
```

```ask t.multi
Which of them?
kind: multi
right: one
right: two
wrong: three => No.
```

```ask t.order
In order.
kind: order
item: first
item: second
item: third
```

```ask t.fill
Fill in.
kind: fill
worth: 2
cell: dL/dc => dL/dc
cell: dL/df => dL/df
```

```ask t.node
Which node is e + c?
kind: node
answer: d
```

```ask t.edge
Which edge?
kind: edge
answer: L d
```

```ask t.guess
Guess.
kind: guess
answer: 3
```

```ask t.say
Why?
kind: recall
worth: 5
model: Because.
```

```ask t.canonical
The graph of the lesson, in a script.
kind: do
graph: none
worth: 5
until: L == -8
until: a.grad == 6
until: L depends on a => L is no function of a.
until: L == -2 where a = 3
until: L at most 9 nodes
```

```ask t.tanh
A tanh on the lesson's graph.
kind: do
until: y uses tanh
until: wrote .png
```
END

cat >right.md <<'END'
## t.tanh
y = tanh(L); graph y picture.png
## t.canonical
```backstep
∇ a = 2; b = -3; c = 10; f = -2
∇ L = (a*b + c)*f
  L = -8
∇ L.backward()
```
## t.edge
L d
## t.node
d
## t.fill
dL/dc = -2
dL/df = 4
## t.say
It just is,
isn't it?
## t.formula
x + x
## t.number
6
END

# Letters and orders are shuffled: whichever they are, one of these is right.
for letter in a b; do for pair in 'a b' 'a c' 'b c'; do
    for order in 'a b c' 'a c b' 'b a c' 'b c a' 'c a b' 'c b a'; do
        cp right.md all.md
        printf '## t.choice\n%s\n## t.multi\n%s\n## t.order\n%s\n' "$letter" "$pair" "$order" >>all.md
        [ ! -f perfect ] || continue
        grade tasks.md all.md
        case $said in *': 15 of 20, '*) cp all.md perfect; printf '%s' "$said" >perfect.said ;; esac
    done
done; done
is 'all of it right, in any order' 1 "$(grep -c 'all.md: 15 of 20, and 1 answer to be read' perfect.said)"
said=$(cat perfect.said)
is 'words are left to be read' "t.say ? of 5 to be read: It just is, isn't it?" "$(line t.say)"
is 'a guess is no task' '' "$(line t.guess)"
is 'nothing was written' '' "$(find . -name '*.png')"
grade tasks.md perfect
is 'the status is 0' 0 "$status"

# ---- Wrong in every way
cat >wrong.md <<'END'
## t.number
-2
## t.formula
x**3
## t.choice
c
## t.multi
a b c
## t.order
a
## t.fill
dL/dc = -2
dL/df = 5
dL/df = 4
## t.node
e
## t.edge
d L
## t.canonical
a = 2
L = -8; a.grad = 6
## t.tanh
y = relu(L)
graph y picture.png
z +
## t.nothing
3
END
grade tasks.md wrong.md
is 'the status is 1' 1 "$status"
is 'what the author says' 't.number 0 of 1 wrong: -2: You left out the factor -3.' "$(line t.number)"
is 'a letter that is none' 1 "$(line t.choice | grep -c "not understood: c: 'c' is not the letter")"
is 'a cell counts once' 't.fill 1 of 2 a cell is there twice; the first number counts; 1 of 2 cells are right' \
    "$(line t.fill | sed 's/2 dL.*; a cell/2 a cell/')"
is 'a node' 't.node 0 of 1 wrong: e' "$(line t.node)"
is 'an edge' 1 "$(line t.edge | grep -c 'not understood: d L: there is no edge from d to L')"
is 'typed numbers are no solution' \
    't.canonical 0 of 5 wrong: a = 2 L = -8; a.grad = 6: L is no function of a. (L does not depend on a); L is -8 where a = 3' \
    "$(line t.canonical)"
is 'what fails is told' 1 "$(line t.tanh | grep -c 'line 25: .*; y does not use tanh')"
is 'no task' 1 "$(printf '%s\n' "$said" | grep -c '^t.nothing is not a task (line 26)')"

# ---- One task swallows no other
printf '## t.number\n2x((\n## t.canonical\n```\nf((((\n## t.tanh\ny = tanh(L); graph y a.png\n## t.node\nd\n' >open.md
grade tasks.md open.md
is 'after what cannot be read' 't.node 1 of 1 right' "$(line t.node)"
is 'after a fence that is open' 't.tanh 1 of 1 right' "$(line t.tanh)"

# ---- Several guesses
printf '## t.number\n5\n6\n' >two.md
grade tasks.md two.md
is 'one answer is one line' 1 "$(line t.number | grep -c '^t.number 0 of 1.*the first is the answer')"

# ---- Hostile scripts
mkdir data && printf 'x\n1\n2\n' >data/ok.csv && printf 'x\n1\n' >../outside.csv
hostile() { printf '## t.canonical\n%s\n' "$1" >hostile.md; grade tasks.md hostile.md; said=$(line t.canonical); }
says() { is "$1" 1 "$(printf '%s\n' "$said" | grep -c "$2")"; }
hostile 'X = load_csv("/etc/passwd")';      says 'a file elsewhere' "there is no data '/etc/passwd'"
hostile 'X = load_csv("../outside.csv")';   says 'a file above' "there is no data '../outside.csv'"
hostile 'X = load_csv("tasks.md")';         says 'the tasks' "there is no data 'tasks.md'"
ln -s ../outside.csv data/link.csv
hostile 'X = load_csv("data/link.csv")';    says 'a link to elsewhere' "there is no data 'data/link.csv'"
mkfifo data/pipe.csv
hostile 'X = load_csv("data/pipe.csv")';    says 'a pipe' "there is no data 'data/pipe.csv'"
hostile 'X = load_csv("data/ok.csv"); L = sum(X)'; says 'data beside the tasks' "L is 3"
hostile 'load data/ok.csv';                 says 'a script' 'no file is read'
hostile 'view';                             says 'a page' 'this is not done'
hostile 'solution';                         says 'the commands of lessons' "no 'solution'"
hostile 'lesson two-paths';                 says 'another lesson' 'error\|lesson'
hostile 'quit
a = 2';                                     says 'quit ends it' "no 'L' yet"
hostile 'a = 2; save x.bs; export c x.c a; plot tanh(a) x.svg; notes x.md; graph a x.pdf; L = a*a'
says 'what is written is dropped' 'L is 4'
is '… all of it' '' "$(find . -name 'x.*')"
hostile 'a = 2; repeat 1000000000000 { a = a/2 + a }';  says 'a loop' 'stopped: all tasks together have 10 seconds'
hostile 'repeat 100000000 { print 1 }';     says 'a loop that talks' 'stopped'
hostile 'param p = 2; Y = zeros(2000, 1000) + p'; says 'a graph' 'at most 1000000 nodes'
hostile 'X = zeros(4000, 4000); Y = zeros(4000, 4000)+1; Z = X+Y; W = Z*2; V = W@W'
says 'memory, or time' '0 of 5'
hostile "$(printf '%030000d' 0 | tr 0 '(')"; says 'a sea of parentheses' '0 of 5'
printf '## t.canonical\na = 2; repeat 1000000000000 { a = a/2 + a }\n## t.tanh\ny = tanh(L); graph y a.png\n' >loop.md
grade tasks.md loop.md
is 'a loop takes no other task its time' 't.tanh 1 of 1 right' "$(line t.tanh)"

# ---- Trusted
printf '## t.tanh\ny = tanh(L); save mine.bs; graph y made.png\n' >trusted.md
grade --trust tasks.md trusted.md
is 'trusted: right' 't.tanh 1 of 1 right' "$(line t.tanh)"
is 'trusted: files are written' yes "$([ -s mine.bs ] && [ -s made.png ] && echo yes)"

# ---- Folders
mkdir -p class/deep class/.hidden
cp perfect class/ada.md
printf 'L = -8' >class/deep/bob.bs
printf 'a\0b' >class/binary.md
head -c 300000 /dev/zero | tr '\0' x >class/large.md
printf '%%PDF' >class/scan.pdf
ln -s /etc/passwd class/link.md
mkfifo class/pipe.md
echo x >class/.hidden/x.md
printf '## t.number\n6\n' >'class/=cmd|x.md'
cp tasks.md class/tasks.md
grade class/tasks.md class
is 'a folder: the students' '=cmd|x.md ada.md deep/bob.bs' \
    "$(printf '%s\n' "$said" | sed -n 's/^\([^ ]*\): [0-9.]* of .*/\1/p' | sort | tr '\n' ' ' | sed 's/ $//')"
is 'a folder: the table' 1 "$(printf '%s\n' "$said" | grep -c '^student  *number ')"
is 'a folder: what is passed over' 'binary.md large.md link.md pipe.md scan.pdf' \
    "$(sed -n 's/^backstep: class\/\([a-z.]*\) is not graded.*/\1/p' trouble | sort | tr '\n' ' ' | sed 's/ $//')"
is 'a folder: the status' 1 "$status"
"$BACKSTEP" grade --csv class/tasks.md class >table.csv 2>/dev/null
is 'csv: a line each' 4 "$(wc -l <table.csv)"
is 'csv: no formulas' 1 "$(grep -c "^\"'=cmd|x.md\",1,0,0" table.csv)"
"$BACKSTEP" grade --json class/tasks.md class 2>/dev/null >records
is 'json: a record each' '1 3 1' "$(grep -c '"kind":"hello"' records) $(grep -c '"kind":"graded",' records) $(grep -c '"kind":"graded_class"' records)"

# ---- What cannot be graded
grade gone.md right.md
is 'no tasks: the status' 2 "$status"
is 'no tasks: it is told' 1 "$(grep -c "there is no file 'gone.md'" trouble)"
printf 'hello\n' >prose.md
grade prose.md right.md
is 'no lesson: the status' 2 "$status"
printf -- '---\nid: x\ntitle: X\n---\n\nHello.\n' >empty.md
grade empty.md right.md
is 'no questions' 1 "$(grep -c 'there is no task in empty.md' trouble)"
mkdir nobody
grade tasks.md nobody
is 'no students: the status' 2 "$status"
is 'no students: it is told' 1 "$(grep -c 'there are no answers to grade' trouble)"
grade tasks.md
is 'no students named' 2 "$status"
grade --seed x tasks.md right.md
is 'a seed that is none' 1 "$(grep -c 'seed is a whole number' trouble)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
