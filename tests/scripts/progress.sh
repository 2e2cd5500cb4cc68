#!/usr/bin/env bash
# Progress and review from the command line: what the log comes to.  progress.sh PROGRAM
set -u
backstep=$1
passed=0
failed=0

is() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n--- expected\n%s\n--- got\n%s\n' "$1" "$2" "$3"
    fi
}

has() {
    case $3 in
    *"$2"*) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        printf '%s\n--- expected in it\n%s\n--- got\n%s\n' "$1" "$2" "$3"
        ;;
    esac
}

mkdir lessons
cat >lessons/01-one.md <<'END'
---
id: one
title: One
order: 10
---

Two names.

```backstep
a = 3
b = 2*a
```

```ask one.first
What is the first?
kind: number
covers: N1, G2
vary: a in 4..9
answer: b
```
END
export BACKSTEP_LESSONS=$PWD/lessons
head='when,lesson,question,version,type,rating,right,skipped,hints,seed,given'

# ---- Nothing yet ----
is 'an empty log has a head' "$head" "$("$backstep" -e 'progress export csv' | tr -d '\r')"
is 'looking makes no file' '' "$(find . -name 'progress.db*')"
has 'what comes next' 'Next: lesson one   One' "$("$backstep" -e progress)"
is 'nothing to review' 'Nothing is due: what you answer in lessons comes back here.' \
    "$("$backstep" -e review)"

# ---- A script is nobody's progress ----
printf 'b\n' >answers
"$backstep" lesson one --answers answers >played
has 'it is played' 'What is the first?' "$(cat played)"
is 'and not kept' '' "$(find . -name 'progress.db*')"
"$backstep" lesson one --answers answers >again
is 'with the same numbers each time' "$(cat played)" "$(cat again)"

# ---- Exports ----
"$backstep" -e 'progress export csv log.csv'
is 'into a file' "$head" "$(tr -d '\r' <log.csv)"
is 'lines end as the standard says' "$(printf '%s\r\n' "$head" | od -c)" "$(od -c <log.csv)"
has 'not anywhere' "there is no folder 'nowhere'" \
    "$("$backstep" -e 'progress export csv nowhere/log.csv' 2>&1)"
has 'not as anything' 'progress is shown, exported, imported or handed in' \
    "$("$backstep" -e 'progress today' 2>&1)"
is 'records are facts' '{"kind":"attempts","rows":[]}' \
    "$("$backstep" --json -e 'progress export csv' | tail -1)"

# ---- Trouble ----
mkdir -p .local/share/backstep
printf 'a letter to somebody, and no database' >.local/share/backstep/progress.db
"$backstep" -e 'lessons' >list 2>trouble
has 'the list is there' 'One' "$(cat list)"
has 'the trouble is told' 'is damaged; it is left as it is' "$(cat trouble)"
is 'once' 1 "$(grep -c notice trouble)"
is 'the file is as it was' 'a letter to somebody, and no database' \
    "$(cat .local/share/backstep/progress.db)"
rm -r .local
is 'no home is no trouble for a script' '' "$(HOME='' "$backstep" -e 'lessons' 2>&1 >/dev/null)"

# ---- Lessons that cannot be read ----
printf -- '---\nid: two\ntitle: Two\nwhat: x\n---\n' >lessons/02-two.md
has 'are listed with the reason' '02-two.md:4:' "$("$backstep" -e lessons)"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
