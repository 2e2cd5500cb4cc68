#!/bin/sh
# No control character, none that turns the direction of writing, and none that is not seen gets out raw: whatever a name, a
# title, a header, a cell, an option, a path, a lesson or a transcript holds, on both streams, in
# pictures, pages and JSON. Colours are our own escapes: all is run without.
set -eu
passed=0
failed=0

# ESC [ 31 m, BEL, CSI as one character and as one byte, right-to-left override, isolate, mark, zero width
# space, byte order mark, a tag, DEL.
bad=$(printf '\033[31m\007\302\233\233\342\200\256\342\201\247\342\200\217\342\200\213\357\273\277\363\240\201\201\177x')
# The same without the byte that is not UTF-8, for where only text is read.
text=$(printf '\033[31m\007\302\233\342\200\256\342\201\247\342\200\217\342\200\213\357\273\277\363\240\201\201\177x')
entity='&#27;[31m&#155;&#8238;&#8295;&#x200f;&#x200b;&#xfeff;&#xe0041;x'

# Are there raw ones in a file? Newlines and tabs may be.
raw() {
    LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xaf\xa0-\xa4]|\xe2\x80[\x8b\xa8\xa9]|\xef\xbb\xbf|\xf3\xa0' "$1" ||
        ! iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1
}

# what, arguments: both streams, and what was written besides.
try() {
    what=$1
    shift
    "$BACKSTEP" "$@" >streams 2>&1 </dev/null || true
    for file in streams made.*; do
        [ -e "$file" ] || continue
        if raw "$file"; then
            failed=$((failed + 1))
            printf '%s: raw in %s\n' "$what" "$file"
            LC_ALL=C sed -n l "$file" | head -5
        else
            passed=$((passed + 1))
        fi
    done
    rm -f made.*
}

# ---- Statements ----------------------------------------------------------------------------------
try 'a statement' -e "a = $bad"
try 'a name' -e "a$bad = 2"
try 'a string' -e "print \"$bad\""
try 'a comment' -e "a = 2 # $bad
a = zz # $bad"
try 'a label' -e "verbose on; a = 2; a.label = \"$bad\"; vars; L = a*a; L.label = '$bad'; backward L; local L"
try 'a label, as JSON' --json -e "a = 2; a.label = \"$bad\"; vars; L = a*a; graph L"
try 'a label, drawn' -e "a = 2; a.label = \"$text\"; L = a*a; graph L; graph L made.dot; graph L made.svg; graph L made.html; graph L made.json"
try 'a label, exported' -e "a = 2; a.label = '$text'; L = a*a; L.label = '$text'; export latex L; export c L; export torch L"
try 'a command' -e "graph$bad"
try 'an argument' -e "a = 2; graph a $bad"
try 'help' -e "help $bad"
try 'a path to read' -e "load \"$bad\""
try 'a path to write' -e "a = 2; save \"nowhere/$bad\""
try 'a path written' -e "verbose on; a = 2; save \"$text\""
try 'a picture' -e "a = 2; L = a*a; graph L \"nowhere/$bad.svg\""
try 'an attribute' -e "a = 2; a.$bad = 3"
try 'a plot' -e "a = 2; plot a$bad"
try 'questions' -e "ask $bad"
printf 'a = 2\nb = "%s"\nprint b c\n' "$bad" >script.bs
try 'a script' script.bs
cp script.bs "s$text.bs"
try "a script's name" "s$text.bs"
try 'a script that is not there' "$bad.bs"
printf 'a = 1\n%s\n' "$bad" >stdin
"$BACKSTEP" <stdin >streams 2>&1 || true
if raw streams; then failed=$((failed + 1)) && echo 'standard input: raw'; else passed=$((passed + 1)); fi

# ---- Sessions, programs and functions ------------------------------------------------------------
try 'an assertion' -e "a = 2; assert a == 3, \"$bad\""
try 'an assertion, as JSON' --json -e "a = 2; assert a == 3, \"$bad\""
try 'a string that is printed' -e "print \"$text\", \"$text\"; print '$text'"
try 'a string that is printed, as JSON' --json -e "print \"$text\""
try 'a definition' -e "def f$bad(x) = x"
try "a definition's body" -e "def f(x) = x + \"$bad\"; f(2)"
try 'a loop' -e "for i in $bad: print i"
try 'another space' -e "a$(printf '\342\200\213\302\255\357\273\277')b = 2; print a"
try 'a value that is read' -e "a = 2; a.data = \"$bad\""
try 'what is derived' -e "derive x*$bad"
try 'what is staged' -e "stage x*$bad"
try 'a style' -e "a = 2; L = a*a; graph L --$bad"
try 'a plot with a label' -e "a = 2; a.label = \"$text\"; plot a*x; plot tanh(x) made.svg"
try 'a network by layers' -e "X = [[1, 2]]; W = [[1], [2]]; W.label = \"$text\"; h = tanh(X @ W); L = sum(h); backward L; flow L; flow L made.html"
try 'shared' -e "a = 2; a.label = \"$text\"; share"
printf '# backstep session 1, 2 lines: %s\na = 2\n%s\n# digest %s\n' "$bad" "$bad" "$bad" >saved.bs
try 'a saved session' -e 'load saved.bs'
printf 'import torch  # %s\nx = torch.tensor(2.0)\n%s\nx.backward()\n' "$bad" "$bad" >net.py
try 'a program of Python' -e 'verbose on; load net.py'
printf '{"cells": [{"cell_type": "code", "source": ["a = 2 # %s\\n", "b = \\u001b[31m\\u202e"]}]}' "$text" >net.ipynb
try 'a notebook' -e 'load net.ipynb'
printf '{"cells": [%s]}' "$bad" >net.ipynb
try 'a notebook that is none' -e 'load net.ipynb'
try 'a program, as JSON' --json -e 'load net.py'
printf '{"run": "%s"}\n{"%s": 1}\n%s\n{"run": "a = 2; a.label = \\"%s\\"; vars", "id": "%s"}\n' \
    "$text" "$text" "$bad" "$text" "$text" >requests
"$BACKSTEP" --talk <requests >streams 2>&1 || true
if raw streams; then failed=$((failed + 1)) && echo 'a conversation: raw'; else passed=$((passed + 1)); fi
mkdir -p "home$text/backstep"
HOME="$PWD/home$text" XDG_STATE_HOME="$PWD/home$text" try 'a home' -e 'a = 2; save "~/x.bs"; load "~/y.bs"'
TERM="$text" NO_COLOR="$text" LANG="$text" try 'the environment' -e 'a = 2; L = a*a; graph L'

# ---- Options -------------------------------------------------------------------------------------
try 'an option' "--$bad"
try 'an option without a value' -e "a" "--color=$bad"
try 'a lesson to lay' lesson new "$bad"
try 'a lesson to play' lesson "$bad"
try 'answers that are not there' lesson slope --answers "$bad"
try 'what is to be checked' check "$bad"

# ---- Data ----------------------------------------------------------------------------------------
printf '%s,y\n1,2\n%s,3\n' "$bad" "$bad" >data.csv
try 'a header and a cell' -e 'X = load_csv("data.csv"); print X; vars'
try 'a header, as JSON' --json -e 'X = load_csv("data.csv"); print X; vars'
printf '"%s","%s"\n1,2\n3,4\n' "$text" "$text" >data.csv
try 'headers' -e 'verbose on; X = load_csv("data.csv"); print X; X[0]; graph X[0]'

# ---- Lessons and transcripts ---------------------------------------------------------------------
lesson() {  # title, prose
    printf -- '---\nid: bad\ntitle: %s\n---\n\n# %s\n\n%s and `%s` and *%s*.\n\n| %s | b |\n|---|---|\n| %s | %s |\n\n```\n%s\n```\n\n```backstep\n∇ a = 3\n```\n\n```ask bad.one\n%s: what is `a`?\nkind: number\nanswer: 3\nhint: %s\nthen: %s\n```\n' \
        "$1" "$2" "$2" "$2" "$2" "$2" "$2" "$2" "$2" "$2" "$2" "$2" >bad.md
    printf 'hint\n%s\n%s\n3\nprint a\n' "$bad" "2$bad" >answers
}
lesson "$text" "$text"
try "a lesson's text" lesson bad.md --answers answers
try "a lesson's text, as JSON" --json lesson bad.md --answers answers
try "a lesson's text, checked" check bad.md
lesson "$entity" "$entity"
try 'entities' lesson bad.md --answers answers
try 'entities, as JSON' --json lesson bad.md --answers answers
try 'entities, checked' check bad.md
lesson plain "$bad"
try 'bytes' lesson bad.md --answers answers
lesson "$entity" "$entity"
try 'a lesson, printed' print bad.md made.html
try 'a lesson, graded' grade bad.md answers
try 'a lesson, graded as JSON' --json grade bad.md answers
printf 'a = 2; a.label = "%s"\nnotes made.md\nnotes made.html\nnotes made.ipynb\n' "$text" >answers
try 'notes' lesson bad.md --answers answers
printf '## bad.one\n3%s\n## %s\n4\n' "$bad" "$bad" >"student$text.md"
try 'answers of a student' grade bad.md "student$text.md"
mkdir -p "class$text" && cp "student$text.md" "class$text/"
try 'a class' class "class$text"
try 'a lesson, as a notebook' notebook ./bad.md made.ipynb
printf 'Text\n\n```backstep\n∇ a = 2; a.label = "%s"\n  %s\n∇ %s\n```\n' "$text" "$text" "$text" >page.md
try 'a transcript' check page.md
cp page.md "p$text.md"
try "a transcript's name" check "p$text.md"

# In what is typed they are room between words: a zero width space, a thin space, a byte order mark.
answer=$("$BACKSTEP" -e "$(printf 'a\342\200\213=\342\200\2112\357\273\277; print a\342\200\213*3')" 2>&1) || true
if [ "$answer" = 6 ]; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    printf 'unseen characters between words: %s\n' "$answer"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
