#!/bin/sh
# Reads and writes that a signal interrupts, or that take a few bytes at a time, change nothing; and
# where answers cannot be written, that is an error.
set -eu
inject=$(dirname "$BACKSTEP")/tests/memory/inject.so
passed=0
failed=0

holds() {  # what, a command
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: not so\n' "$what"
    fi
}

cat >all.bs <<'END'
X = load_csv("two.csv")
print X
load "part.bs"
print b
save "saved.bs"
L = b*b
graph L drawn.dot
graph L drawn.svg
export c program.c L
END
printf 'x,y\n1,2\n3,4\n' >two.csv
printf 'a = 2\nb = a*3\n' >part.bs

run() {  # to a folder, with what is set in the environment
    mkdir -p "$1"
    cp all.bs two.csv part.bs "$1"
    (cd "$1" && env LD_PRELOAD="$inject" "$BACKSTEP" all.bs >answers 2>trouble) || true
}

run whole
for each in 1 2 3 4 5 7; do
    BACKSTEP_INTERRUPT=$each run "each $each"
    holds "each $each is interrupted" diff -r whole "each $each"
done
for most in 1 3 1000; do
    BACKSTEP_SHORT=$most run "most $most"
    holds "$most bytes at most" diff -r whole "most $most"
    BACKSTEP_SHORT=$most BACKSTEP_INTERRUPT=2 run "both $most"
    holds "$most bytes at most, and interrupted" diff -r whole "both $most"
done

# The journal of a session, cut, changed and on a full disk, as its own test tries it.
journal=$(dirname "$BACKSTEP")/tests/unit/store_journal_test
interrupted_journal() {  # what is set in the environment
    env LD_PRELOAD="$inject" "$@" "$journal" >answers 2>&1
}
for each in 1 2 5; do
    holds "the journal, each $each is interrupted" interrupted_journal BACKSTEP_INTERRUPT=$each
done
holds 'the journal, 3 bytes at most' interrupted_journal BACKSTEP_SHORT=3 BACKSTEP_INTERRUPT=2

full() {  # arguments: on a full disk they end in an error
    "$BACKSTEP" "$@" >/dev/full 2>trouble && return 1
    grep -q error trouble
}
full_after() {  # bytes, arguments: where no more of them can be written they end in an error
    bytes=$1
    shift
    prlimit --fsize="$bytes" "$BACKSTEP" "$@" >part 2>trouble && return 1
    grep -q error trouble
}
holds 'answers' full -e 'print 1'
holds 'records' full --json -e 'print 1'
holds 'many answers' full -e 'for i in range(10000): print i'
holds 'help' full --help
holds 'the version' full --version
holds 'the lessons' full lessons
printf 'a lesson is none\n' >page.md
printf -- '---\nid: one\ntitle: One\n---\n\n```ask one.first\nWhat is 2*3?\nkind: number\nanswer: 6\n```\n' >one.md
printf '## one.first\n6\n' >answers.md
"$BACKSTEP" -e 'progress handin hand.txt' >/dev/null 2>&1 || true
holds 'what was checked' full check page.md
holds 'grades' full grade one.md answers.md
holds 'grades as a table' full grade --csv one.md answers.md
holds 'a class' full class .
holds 'that a lesson was written' full lesson new mine
holds 'that a notebook was written' full notebook ./one.md one.ipynb

# The disk becomes full at the very end: the last line, which nothing answers, does not fit.
printf '6\nquit\n' >typed
"$BACKSTEP" lesson ./one.md --answers typed >played
all_but_one=$(($(wc -c <played) - 1))
holds 'the last line of a lesson' full_after "$all_but_one" lesson ./one.md --answers typed
"$BACKSTEP" --json -e 'print 1' >played
holds 'the last record' full_after $(($(wc -c <played) - 1)) --json -e 'print 1'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
