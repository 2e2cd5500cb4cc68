#!/bin/sh
# Handouts: what is on them, the same numbers as in `grade`, the answers apart, PDF, and what cannot
# be printed.
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

cat >tasks.md <<'END'
---
id: t
title: Tasks <of> today
---

# Begin

Prose with `code`, **strong** words & more.

- one
- two

| a | b |
|---|---|
| 1 | 2 |

```backstep
∇ a = 2; b = 3
∇ L = a*b
  L = 6
∇ graph L
∇ save never.bs
∇ backward L
```

```ask t.slope
`a` is {= a}. What is `dL/db`?
kind: number
vary: a in 2..90
answer: dL/db
then: It is `a` itself.
```

```ask t.pick
Which?
kind: choice
right: up
wrong: down => No.
```

```ask t.fill
Fill in.
kind: fill
worth: 3
cell: dL/db => dL/db
```

```ask t.do
Build it.
kind: do
graph: none
until: y == 4
solve: y = 2*2
```

```ask t.say
Why?
kind: recall
model: Because <it> is so.
```

```ask t.guess
Guess.
kind: guess
answer: 3
```
END

print() { "$BACKSTEP" print "$@" >said 2>trouble; status=$?; }
count() { grep -c "$1" "$2"; }

print tasks.md all.html
is 'a page: the status' 0 "$status"
is 'a page: nothing is said' '' "$(cat said trouble)"
is 'a frame for each question' 6 "$(count '<section class="task"' all.html)"
is 'the title is text' 1 "$(count '<h1>Tasks &lt;of&gt; today</h1>' all.html)"
is 'points' 1 "$(count '<span>t.fill</span><span>3 points</span>' all.html)"
is 'a guess has none' 1 "$(count '<span>t.guess</span><span></span>' all.html)"
is 'a picture' 1 "$(count '<svg ' all.html)"
is 'what code answers' 1 "$(count 'bs-backward' all.html)"
is 'how a script is asked for' 1 "$(count '>a script<' all.html)"
is 'the answers' 1 "$(count '<h2>Answers</h2>' all.html)"
is 'a solution' 1 "$(count '<pre>y = 2\*2</pre>' all.html)"
is 'a model answer is text' 1 "$(count 'Because &lt;it&gt; is so' all.html)"
is 'nothing is written besides' '' "$(find . -name 'never*')"

print tasks.md bare.html --no-keys
is 'without answers' '0 0' "$(count 'Answers' bare.html) $(count 'Because' bare.html)"
is '… the frames' 6 "$(count '<section class="task"' bare.html)"

# The numbers are those that `grade` asks for, of each seed.
for seed in 1 2 77; do
    print --seed $seed tasks.md seed.html
    a=$(sed -n 's/.*<code>a<\/code> is \([0-9]*\)\. What.*/\1/p' seed.html)
    printf '## t.slope\n%s\n' "$a" >ada.md
    is "seed $seed" 't.slope 1 of 1 right' \
        "$("$BACKSTEP" grade --seed $seed tasks.md ada.md | grep '^t.slope' | sed 's/  */ /g')"
done
is 'other seeds, other numbers' differ "$(print --seed 5 tasks.md a.html; print --seed 6 tasks.md b.html; cmp -s a.html b.html || echo differ)"

# ---- PDF
print tasks.md all.pdf
is 'pdf: the status' 0 "$status"
is 'pdf: its beginning' '%PDF-' "$(head -c 5 all.pdf)"
is 'pdf: its end' 1 "$(tail -c 10 all.pdf | grep -c '%%EOF')"
print tasks.md bare.pdf --no-keys
pages() { grep -a -o '/Count [0-9]*' "$1" | grep -o '[0-9]*'; }
is 'pdf: the answers have a page of their own' 1 $(($(pages all.pdf) - $(pages bare.pdf)))
if command -v pdftotext >/dev/null; then
    pdftotext -layout all.pdf all.txt
    is 'pdf: its words' '1 1 1' "$(count 'Tasks <of> today' all.txt) $(count 'Prose with code, strong words & more' all.txt) $(count 'Because <it> is so' all.txt)"
else
    echo 'skipped: the words of a PDF, as there is no pdftotext'
fi
print two-paths course.pdf
is 'a lesson of the course' '0 %PDF-' "$status $(head -c 5 course.pdf)"
BACKSTEP_PRINT=/nonexistent "$BACKSTEP" print tasks.md gone.pdf 2>trouble
is 'without backstep-print' '1 1' "$? $(count 'backstep-print cannot be started; it makes PDF' trouble)"
is '… nothing is written' '' "$(find . -name gone.pdf)"

# ---- A picture that cannot be drawn is told, and the rest is there
sed 's/^∇ save never.bs/∇ plot a from 0 to 1/' tasks.md >plots.md
for form in html pdf; do
    PATH=/nonexistent "$BACKSTEP" print plots.md plots.$form 2>trouble
    is "$form: no gnuplot" '1 1' "$? $(count "plots.$form was written without a picture: plots are drawn into files by gnuplot" trouble)"
done
is '… the other picture is there' 1 "$(count '<svg ' plots.html)"

# ---- What backstep-print refuses
helper=$BACKSTEP-print
refuses() {
    printf "$2" | "$helper" >out 2>trouble
    is "$1" '1 1' "$? $(count "$3" trouble)"
}
refuses 'nothing' '' 'no document'
refuses 'words' 'hello\n' 'no document'
refuses 'an unknown kind' 'poem 0 - 0\n\n' 'no document'
refuses 'too short a text' 'text 0 - 99\nhi\n' 'no document'
refuses 'a huge length' 'text 0 - 99999999999999999999999\nhi\n' 'no document'
refuses 'bad markup' 'text 0 - 3\n<b>\n' 'bad markup'
refuses 'a picture that is not a PNG' 'picture 0 - 3\nabc\n' 'not a PNG'

# ---- What cannot be printed
print tasks.md all.docx
is 'another form' '2 1' "$status $(count 'written to a .html or .pdf file' trouble)"
print gone.md all.html
is 'no file' '2 1' "$status $(count "there is no file 'gone.md'" trouble)"
print nowhere all.html
is 'no lesson of the course' 2 "$status"
print tasks.md folder/all.html
is 'no folder' '1 1' "$status $(count "there is no folder 'folder'" trouble)"
print tasks.md
is 'no file named' 2 "$status"
sed 's/^∇ L = a\*b/∇ L = a*nothing/' tasks.md >broken.md
print broken.md broken.html
is 'a mistake of the lesson' '1 1' "$status $(count "there is no 'nothing' yet; backstep check" trouble)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
