#!/bin/sh
# Files that cannot be read or written: status 1, a sentence that says why, and what was in the
# file before is still there.
set -u
passed=0
failed=0

holds() {  # what, then a test
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$what"
        sed 's/^/    /' trouble 2>/dev/null
    fi
}

# Runs backstep, which must fail and say this on standard error.
refused() {  # words, arguments of backstep
    words=$1
    shift
    "$BACKSTEP" "$@" 2>trouble >/dev/null
    holds "backstep $*: exit status 1" [ $? = 1 ]
    holds "backstep $*: says '$words'" grep -q "$words" trouble
}

saves() {  # file
    "$BACKSTEP" -e "a = 2; save $1" >/dev/null 2>trouble
}

nothing_left_over() {
    [ -z "$(find . -name '.backstep*')" ]
}

mkdir folder
echo 'old = 1' >old.bs

# ---- Reading
refused "there is no file 'gone.bs'" gone.bs
refused "there is no file 'gone.bs'" -e 'load gone.bs'
refused "'folder' cannot be read: it is a folder" folder
refused 'cannot be read: a part of its path is a file' old.bs/new.bs
refused "'/dev/zero' is larger than 256 MB" -e 'load /dev/zero'
ln -s circle circle
refused 'its links lead in a circle' circle

# A pipe that nobody writes into, where nobody named it: it is passed over, and told.
within() {  # words, arguments of backstep: ends within 10 seconds, and says this
    words=$1
    shift
    timeout 10 "$BACKSTEP" "$@" >trouble 2>&1 </dev/null
    holds "backstep $*: ends" [ $? != 124 ]
    holds "backstep $*: says '$words'" grep -q "$words" trouble
}
mkdir -p pipes .local/state/backstep
mkfifo pipes/01-wait.md pipes/questions.txt .local/state/backstep/theme
BACKSTEP_LESSONS=pipes within "'pipes/01-wait.md' is not a file" lessons
BACKSTEP_LESSONS=pipes within "'pipes/01-wait.md' is not a file" -e 'lesson wait'
within "'pipes/01-wait.md' is not a file" check pipes
within "'pipes/questions.txt' is not a file" check pipes
within "'pipes/01-wait.md' is not a file" lesson pipes/01-wait.md
within '2' --color=always -e 'print 2'

# The end of a long path is said: the file's name is there.
long=here/is/a/folder/in/a/folder/in/a/folder
refused "there is no file '….*/in/a/folder/gone.bs'" "$long/gone.bs"

# ---- Writing
refused "there is no folder 'gone'" -e 'a = 2; save gone/new.bs'
refused "'folder' is a folder" -e 'a = 2; save folder'
refused 'the disk is full' -e 'a = 2; save /dev/full'
refused '^-e:1:13: error: ' -e 'a = 2; save folder'
holds 'what was there is there' [ "$(cat old.bs)" = 'old = 1' ]

# No more than half a kilobyte may be written to a file: as if the disk were full.
yes 'x = 123456789' | head -n 1000 >large.bs
(
    ulimit -f 1
    "$BACKSTEP" -e 'load large.bs; save old.bs' >/dev/null 2>trouble
)
holds 'a write that fails half-way: exit status 1' [ $? = 1 ]
holds 'a write that fails half-way: says why' grep -q 'larger than a file may be' trouble
holds 'a write that fails half-way: the old file is whole' [ "$(cat old.bs)" = 'old = 1' ]
holds 'a write that fails half-way leaves nothing' nothing_left_over

# Somebody who may not. (Root may do anything, so it becomes somebody else.)
as_other=
if [ "$(id -u)" = 0 ]; then
    as_other='setpriv --reuid=65534 --regid=65534 --clear-groups'
fi
if $as_other "$BACKSTEP" --version >/dev/null 2>&1; then
    mkdir -m 555 closed
    echo 'old = 1' >closed/old.bs
    chmod 444 closed/old.bs
    for file in closed/new.bs closed/old.bs; do
        $as_other "$BACKSTEP" -e "a = 2; save $file" >/dev/null 2>trouble
        holds "save $file: exit status 1" [ $? = 1 ]
        holds "save $file: says why" grep -q "you may not write '$file'" trouble
    done
    holds 'a closed file is untouched' [ "$(cat closed/old.bs)" = 'old = 1' ]
    chmod 000 closed/old.bs
    $as_other "$BACKSTEP" closed/old.bs >/dev/null 2>trouble
    holds 'a closed file is not read' grep -q "you may not read 'closed/old.bs'" trouble
    chmod 755 closed
else
    echo 'skipped: files of somebody else, as nobody else may run this program here'
fi

# ---- What can be written is written as it should be
chmod 640 old.bs
ln -s old.bs link.bs
ln -s fresh.bs dangling.bs
holds 'save over a file' saves old.bs
holds '… keeps its permissions' [ "$(stat -c %a old.bs)" = 640 ]
holds 'save through a link' saves link.bs
holds '… keeps the link' [ -L link.bs ]
holds '… and writes what it leads to' grep -q 'a = 2' old.bs
holds 'save through a link to nothing' saves dangling.bs
holds '… makes what it leads to' grep -q 'a = 2' fresh.bs
(umask 027 && saves masked.bs)
holds 'a new file obeys the umask' [ "$(stat -c %a masked.bs)" = 640 ]
mkfifo pipe
cat pipe >piped &
holds 'save into a pipe' saves pipe
wait
holds '… reaches who reads it' grep -q 'a = 2' piped
"$BACKSTEP" -e 'print 1; a = 2; save /dev/stdout; print 3' >both 2>trouble
holds 'save to standard output, in order' [ "$(sed 1q both) $(tail -n 1 both)" = '1 3' ]
holds '… all of it' grep -q 'a = 2' both
holds 'nothing is left over' nothing_left_over

# ---- Answers that reach nobody
for stream in /dev/full '&-'; do
    eval '"$BACKSTEP" -e "print 1" 2>trouble >'"$stream"
    holds "answers to $stream: exit status 1" [ $? = 1 ]
    holds "answers to $stream: says so" grep -q 'could not be written' trouble
done
{
    sleep 0.2
    "$BACKSTEP" -e 'print 1; print 2' 2>trouble
    echo $? >status
} | :
holds 'answers to a closed pipe: exit status 1' [ "$(cat status)" = 1 ]
holds 'answers to a closed pipe: says so' grep -q 'could not be written' trouble

# A stream that was not given is not mistaken for the next file.
"$BACKSTEP" -e 'a = 2; save apart.bs; b = 3; save apart.bs; print 4' >&- 2>/dev/null
holds 'a file is no standard output' [ "$(grep -vc '^#' apart.bs)" = 2 ]

# A saved session that was cut or changed: what is whole runs, the rest is told.
"$BACKSTEP" -e 'a = 2
L = a*a
b = 5
save kept.bs' >/dev/null 2>trouble
holds 'a whole session is loaded without a word' \
    [ "$("$BACKSTEP" -e 'load kept.bs; print L' 2>&1)$("$BACKSTEP" kept.bs -e 'print b' 2>&1)" = 45 ]
head -n 3 kept.bs >cut.bs
printf 'b' >>cut.bs
for how in "-e 'load cut.bs; print L'" "cut.bs -e 'print L'"; do
    eval "\"\$BACKSTEP\" $how" >answers 2>trouble
    holds "a session that was cut, $how: what is left runs" [ "$(cat answers)" = 4 ]
    holds "a session that was cut, $how: told" grep -q 'was cut: 1 of its 3 lines are missing' trouble
done
sed 's/a\*a/a*q/' kept.bs >changed.bs
"$BACKSTEP" -e 'load changed.bs; print b' >answers 2>trouble
holds 'a session that was changed: what still runs does' [ "$(tail -n 1 answers)" = 5 ]
holds 'a session that was changed: what does not is listed' grep -q "there is no 'q'" answers
holds 'a session that was changed: told' grep -q 'was changed after it was saved' trouble

# Files and codes run in the order given, whatever their number.
echo 'b = a + 1; print b' >order.bs
holds 'codes and files in the order given' \
    [ "$("$BACKSTEP" -e 'a = 2' order.bs -e 'print b*10' -e 'print a' | tr '\n' ' ')" = '3 30 2 ' ]
holds 'what follows -- is a file' [ "$("$BACKSTEP" -e 'a = 4' -- order.bs)" = 5 ]

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
