#!/usr/bin/env bash
# progress export and progress import: what one home knows another learns, whole or not at all, once.
set -u
passed=0
failed=0

# expect WHAT PATTERN COMMAND…: does the output match?
expect() {
    local what=$1 pattern=$2 said
    shift 2
    said=$("$@" 2>&1)
    if grep -Eq -- "$pattern" <<<"$said"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: expected %s, got\n%s\n' "$what" "$pattern" "$said"
    fi
}

# at HOME CODE: what the program says there.
at() {
    mkdir -p "$1"
    HOME=$PWD/$1 "$BACKSTEP" -e "$2"
}

line() { printf 'answer\t%d\ttwo-paths.%s\t1\ttwo-paths\tnumber\t3\tright\t77\t0\t%s\n' "$@"; }

# A file of progress of these lines: the hash is FNV-1a, in 64 bits that wrap around.
file() {
    local text hash=$((0xcbf29ce484222325)) i byte lines
    text=$(printf 'backstep progress 1\nsalt\t7\n%s\n.' "$1")
    text=${text%.}
    for ((i = 0; i < ${#text}; i++)); do
        printf -v byte %d "'${text:i:1}"
        hash=$(((hash ^ byte) * 0x100000001b3))
    done
    lines=$(($(wc -l <<<"$text") - 2))
    printf '%send\t%d\t%016x\n' "$text" "$lines" "$hash"
}

file "$(printf 'place\ttwo-paths\t3\n' && line 1700000000 sum 6 && line 1700000009 square '2*b')" >one.txt
file "$(printf 'place\ttwo-paths\t2\nplace\tslope\t6\n' && line 1700000009 square '2*b' && line 1700000005 sum 8)" >two.txt

expect 'an empty log' '^There are no answers in it' at a 'progress export none.txt; progress import none.txt'
expect 'the first' '^2 answers added to your progress; 1 lesson is further' at a 'progress import one.txt'
expect 'again' '^All of it was' at a 'progress import one.txt'
expect 'the second' '^1 answer added to your progress; 1 was there before; 1 lesson is' at a 'progress import two.txt'
expect 'the other way round' '^2 answers added' at b 'progress import two.txt'
expect 'the other way round' '^1 answer added' at b 'progress import one.txt'
expect 'it counts' '3 answers, 3 right' at b 'progress'

# Both homes know the same now, but for the salt, which stays each one's own.
at a 'progress export a.txt' >/dev/null
at b 'progress export b.txt' >/dev/null
for home in a b; do
    grep -v '^salt\|^end' $home.txt >$home.lines
    grep '^salt' $home.txt >$home.salt
    at $home 'progress; lessons' >$home.says
done
expect 'the same' '^$' cmp a.lines b.lines
expect 'a salt of their own' 'differ' cmp a.salt b.salt
expect 'what is due is the same' '^$' cmp a.says b.says
expect 'from one to the other and back' '^All of it was' at a 'progress import b.txt'

# What is damaged, cut off, of another kind or huge changes nothing.
head -c 100 one.txt >half.txt
sed 's/square/circle/' one.txt >damaged.txt
printf 'when,lesson\r\n' >sheet.csv
head -c 300000000 /dev/zero >huge.txt
sed 's/progress 1/progress 2/' one.txt >newer.txt
expect 'half' 'ends too early' at c 'progress import half.txt'
expect 'damaged' 'was changed since it was written' at c 'progress import damaged.txt'
expect 'a sheet' 'not a file of progress; one is written by progress export FILE' at c 'progress import sheet.csv'
expect 'newer' 'newer backstep' at c 'progress import newer.txt'
expect 'huge' 'error: ' at c 'progress import huge.txt'
expect 'none' "there is no file 'x.txt'" at c 'progress import x.txt'
expect 'nothing came of it' 'Nothing has been answered yet' at c 'progress'

# Where nothing can be kept it says so.
mkdir -p d/.local/share/backstep
printf 'no database, but long enough to be taken for one: %0500d' 0 >d/.local/share/backstep/progress.db
expect 'a damaged database' 'nothing was imported: your progress is not being kept' at d 'progress import one.txt'
expect 'no file named' 'a file is missing here' at c 'progress import'
expect 'another word' 'progress is shown, exported, imported' at c 'progress send x'
expect 'csv as before' '^when,lesson,question' at a 'progress export csv'

# Two at once add everything once.
for i in 1 2 3 4; do at e 'progress import one.txt; progress import two.txt' >/dev/null & done
wait
expect 'several at once' '3 answers, 3 right' at e 'progress'

echo "$passed passed, $failed failed"
[ $failed = 0 ]
