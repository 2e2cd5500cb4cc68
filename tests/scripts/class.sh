#!/usr/bin/env bash
# progress handin and backstep class: who is where, what fails most, answers judged again, and files that
# are cut off, changed, or something else.
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

# FNV-1a in 64 bits, which wrap around, of what is on standard input.
fnv() {
    local hash=$((0xcbf29ce484222325)) byte
    for byte in $(od -An -v -tu1); do
        hash=$(((hash ^ byte) * 0x100000001b3))
    done
    printf '%016x' "$hash"
}

# A log of these lines, which a home imports and hands in: handin HOME "NAME" LINES.
handin() {
    local home=$1 name=$2 text
    mkdir -p "$home" class
    printf 'backstep progress 1\nsalt\t7\n%s\n' "$3" >"$home/log"
    text=$(($(wc -l <"$home/log") - 1))
    printf 'end\t%d\t%s\n' "$text" "$(fnv <"$home/log")" >>"$home/log"
    HOME=$PWD/$home "$BACKSTEP" -e "progress import $home/log; progress handin class/$home.txt $name" >"$home/said" 2>&1 ||
        cat "$home/said"
}
answer() {  # when, question, verdict, given, [lesson, kind]
    printf 'answer\t%d\t%s\t1\t%s\t%s\t3\t%s\t77\t0\t%s\n' "$1" "$2" "${5:-hw}" "${6:-number}" "$3" "$4"
}

mkdir class
cat >class/hw.md <<'END'
---
id: hw
title: Homework
---

```backstep
∇ a = 2; b = 3; L = a*b
  L = 6
```

```ask hw.slope
`b` is {= b}. What is `dL/da`?
kind: number
vary: b in 4..9
answer: dL/da
```

```ask hw.sum
What is `L`?
kind: number
answer: L
```

```ask hw.say
Why?
kind: recall
model: Because.
```
END

# The number of seed 77, as `grade` and `print` do not draw it, but a lesson does.
b=$("$BACKSTEP" lesson class/hw.md --answers /dev/null 2>/dev/null | grep -c 'Question 1 of 3')
is 'the lesson can be played' 1 "$b"
for b in 4 5 6 7 8 9; do
    rm -rf class/probe.txt probe
    handin probe 'Probe' "$(answer 1700000000 hw.slope wrong $b)"
    "$BACKSTEP" class --json class 2>/dev/null | grep -q '"right":1' && break
done
rm -rf class/probe.txt

handin ada 'Ada Lovelace' "$(printf 'place\thw\t3\n'; answer 1700000000 hw.slope right "$b"
    answer 1700000010 hw.sum wrong 5; answer 1700000020 hw.sum right 6; answer 1700000030 hw.say right 'it is' hw recall)"
handin bob 'Bob' "$(printf 'place\thw\t1\n'; answer 1700086400 hw.slope right 1234; answer 1700086410 hw.sum wrong 5)"
handin eve '' "$(answer 1700172800 two-paths.twice right 2 two-paths)"
is 'a name that is not told is the file' "$(printf 'name\teve')" "$(sed -n 2p class/eve.txt)"

said=$("$BACKSTEP" class class 2>trouble)
status=$?
row() { printf '%s\n' "$said" | grep "^$1" | sed 's/  */ /g'; }
is 'Ada' 'Ada Lovelace 1 hw 3/3 4 3 2023-11-14' "$(row 'Ada Lovelace ')"
is 'Bob, judged again' 'Bob 0 hw 1/3 2 0 2023-11-15' "$(row 'Bob  ')"
is 'a lesson of the course' 'eve 0 two-paths 0/7 1 1 2023-11-16' "$(row 'eve ')"
is 'what fails most' 'hw.sum 2 of 2 2 of 3 5 (2 times)' "$(row hw.sum)"
is '… and then' 'hw.slope 1 of 2 1 of 2 1234' "$(row hw.slope)"
is 'the order' 'hw.sum hw.slope' "$(printf '%s\n' "$said" | sed -n 's/^\(hw\.[a-z]*\) .*/\1/p' | tr '\n' ' ' | sed 's/ $//')"
is 'what is marked right and is not' 'Bob (class/bob.txt): 1 answer is marked right and is not' "$(printf '%s\n' "$said" | grep marked)"
is '… the status' 1 "$status"
is 'nothing else is said' '' "$(cat trouble)"
"$BACKSTEP" class --csv class >table.csv
is 'csv' '"Bob","class/bob.txt","hw","2023-11-15T22:13:30Z",1,3,0,2,0,1' "$(grep Bob table.csv)"
is 'json' '1 1' "$("$BACKSTEP" class --json class | grep -c '"kind":"hello"') $("$BACKSTEP" class --json class | grep -c '"kind":"class_report"')"
rm class/bob.txt
"$BACKSTEP" class class >/dev/null 2>&1
is 'all well: the status' 0 $?

# ---- Handed in again, and another of the same name
mv class all
handin max1 'Max' "$(answer 1700000000 hw.sum wrong 5)"
cp all/hw.md class/
"$BACKSTEP" class class >once 2>/dev/null
HOME=$PWD/max1 "$BACKSTEP" -e 'progress handin class/max0.txt Max' >/dev/null
answer 1700500000 hw.sum right 6 >later
{ printf 'backstep progress 1\nsalt\t7\n'; cat later; } >log
printf 'end\t%d\t%s\n' 2 "$(fnv <log)" >>log
HOME=$PWD/max1 "$BACKSTEP" -e 'progress import log; progress handin class/max0.txt Max' >/dev/null
said=$("$BACKSTEP" class class 2>trouble)
is 'the later one counts: the status' 0 $?
is '… whatever the order of the files' 'Max 0 hw 0/3 2 1 2023-11-20' "$(row 'Max')"
is '… and is said' 'backstep: class/max1.txt does not count: Max handed in again, in class/max0.txt' "$(cat trouble)"
handin max2 'Max' "$(answer 1700000000 hw.sum wrong 4)"
said=$("$BACKSTEP" class class 2>trouble)
is 'another of the name' 'Max (class/max0.txt) 0 hw 0/3 2 1 2023-11-20;Max (class/max2.txt) 0 hw 0/3 1 0 2023-11-14' "$(row 'Max' | paste -sd ';')"
is '… whose answers count' 'hw.sum 2 of 2 2 of 3 4' "$(row hw.sum)"
handin max3 'Max' "$(answer 1700000000 hw.sum wrong 5; answer 1700600000 hw.sum right 6)"  # on another computer
is 'of another progress, with an answer in common' 2 "$("$BACKSTEP" class class 2>/dev/null | grep -c '^Max')"
rm -r class
mv all class

# ---- Other files, and what is not whole
head -c 100 class/ada.txt >class/cut.txt
sed 's/right/wrong/' class/ada.txt >class/changed.txt
sed 's/^name.*/name\tMallory/' class/ada.txt >class/renamed.txt
sed 's/handin 1/handin 9/' class/ada.txt >class/newer.txt
sed 's/$/\r/' class/ada.txt >class/windows.txt
printf '%%PDF' >class/scan.pdf
: >class/empty
printf 'a\0b' >class/binary
printf -- '---\nid: broken\n' >class/broken.md
ln -s /etc/passwd class/link.txt
mkfifo class/pipe.txt
mkdir class/deep class/.hidden
cp class/eve.txt class/deep/eve2.txt
cp class/eve.txt class/.hidden/eve3.txt
said=$("$BACKSTEP" class class 2>trouble)
is 'with other files: the status' 1 $?
is '… who is there' 'Ada Lovelace;eve;' "$(printf '%s\n' "$said" | sed -n '2,/^$/p' | sed -n 's/   *.*//p' | sort | tr '\n' ';')"
is '… who handed in again' 'class/ada.txt does not count: Ada Lovelace handed in again, in class/windows.txt;class/deep/eve2.txt does not count: eve handed in again, in class/eve.txt;' \
    "$(sed -n 's/^backstep: \(.*does not count.*\)/\1/p' trouble | tr '\n' ';')"
left() { grep -c "class/$1 is left out: $2" trouble; }
is 'cut off' 1 "$(left cut.txt 'it was cut off or changed')"
is 'changed' 1 "$(left changed.txt 'it was cut off or changed')"
is 'renamed' 1 "$(left renamed.txt 'it was cut off or changed')"
is 'of another version' 1 "$(left newer.txt 'it is of another version')"
is 'something else' '1 1 1' "$(left scan.pdf 'it is not a hand-in') $(left empty 'it is not a hand-in') $(left binary 'it is not a hand-in')"
is 'a lesson with a mistake' 1 "$(left broken.md '')"
is 'a link' 1 "$(left link.txt 'it is a link')"
is 'a pipe' 1 "$(left pipe.txt 'it is not a file')"

# ---- Hostile ones, with a sum that fits
hostile() {  # lines
    rm -rf bad && mkdir bad
    printf 'backstep progress 1\nsalt\t7\n%s\n' "$1" >inner
    printf 'end\t%d\t%s\n' "$(($(wc -l <inner) - 1))" "$(fnv <inner)" >>inner
    { printf 'backstep handin 1\nname\t\033[31mred\n'; cat inner; } >bad/x.txt
    printf 'handin\t%s\n' "$(fnv <bad/x.txt)" >>bad/x.txt
    said=$("$BACKSTEP" class bad 2>trouble)
    status=$?
}
hostile "$(answer 1700000000 two-paths.twice right '$(touch owned); load /etc/passwd' two-paths)"
is 'an answer that is no number' '1 1' "$status $(printf '%s\n' "$said" | grep -c 'marked right and is not')"
is 'a name with an escape' 1 "$(printf '%s\n' "$said" | grep -c '^\\x1b\[31mred  ')"
hostile "$(answer 1700000000 two-paths.twice right "$(printf '(%.0s' $(seq 3000))" two-paths)"
is 'a sea of parentheses' 1 "$status"
hostile "$(answer 1700000000 nothing.here right 3 nothing)"
is 'a lesson that is nowhere' 0 "$status"
hostile "$(for i in $(seq 300); do answer $((1700000000 + i)) "two-paths.twice" wrong "$i" two-paths; done)"
is 'many answers' 1 "$(printf '%s\n' "$said" | grep -c '^two-paths.twice  *1 of 1  *299 of 300')"
is 'nothing is written' '' "$(find . -name owned)"

"$BACKSTEP" class nowhere >/dev/null 2>trouble
is 'no folder' '2 1' "$? $(grep -c 'nowhere is left out: there is no such file' trouble)"
mkdir nobody
"$BACKSTEP" class nobody >/dev/null 2>trouble
is 'no hand-in' '2 1' "$? $(grep -c 'there are no hand-ins' trouble)"
"$BACKSTEP" class >/dev/null 2>trouble
is 'no folder named' 2 $?
said=$("$BACKSTEP" -e 'progress handin' 2>&1)
is 'no file named' 1 "$(printf '%s\n' "$said" | grep -c 'a file is missing here; write progress handin ada.txt')"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
