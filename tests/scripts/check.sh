#!/usr/bin/env bash
# shellcheck disable=SC2016  # backquotes are fences here
# backstep check: what holds, what does not, what is blessed.  check.sh PROGRAM, in a scratch folder
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

# fence WORDS < content: a fenced block
fence() {
    printf '```%s\n' "$1"
    cat
    printf '```\n'
}

# ---- What holds ----
{
    echo '# Prose, and blocks that are not ours'
    fence python <<<'a ='
    fence '' <<<'plain'
    fence backstep <<'END'
∇ a = 2; b = a*a
  b = 4

∇ (b +
…  1)
  (b +
   1) = 5
> b*2
  ...= 8

∇ backward b
...
  a ...  4 ...
END
    echo 'the next begins afresh'
    fence 'backstep new' <<<'∇ vars
  no names yet; try a = 2'
    fence backstep <<<'x = 3
print x   # a script says nothing'
    fence '' <<<'> x
  x = 3
> quit
> vars
  no names yet; try a = 2'
    printf -- '- item\n  > ```backstep\n  > ∇ 1/8\n  >   1/8 = 0.125\n  > ```\n'
} >good.md
is 'all hold' '10 passed, 0 failed' "$("$backstep" check good.md)"

# ---- What does not ----
{
    fence backstep <<'END'
stray
∇ 1 + 1
  1 + 1 = 3
∇ 2 + 2
END
    fence backstep <<<'x = nowhere'
    fence 'backstep fresh' <<<'∇ 1'
} >bad.md
is 'differences are shown' "bad.md:2: nothing can be expected before the first input
bad.md:3:
    ∇ 1 + 1
  -   1 + 1 = 3
  +   1 + 1 = 2
bad.md:5:
    ∇ 2 + 2
  +   2 + 2 = 4
bad.md:7: this script does not run
bad.md:8:5: error: there is no 'nowhere' yet; give it a value first: nowhere = 1
x = nowhere
    ^
bad.md:10: a block is marked backstep, or backstep new
(- was expected, + came)
0 passed, 5 failed" "$("$backstep" check bad.md)"
"$backstep" check bad.md >out
is 'and the status tells' 1 $?

# ---- Blessing ----
printf 'kept \t \r\n```backstep\n∇ a = 2; L = a*a\n∇ backward L\n  old\n  ...\n  a ... 7\n\n∇ a\n\n```\n- x\n\n  ```backstep\n  ∇ a\n  ```\nno newline' >bless.md
printf 'kept \t \r\n```backstep\n∇ a = 2; L = a*a\n  L = 4\n∇ backward L\n  node  value  grad   chain rule\n  ...\n  a         2     4   dL/dL * a + dL/dL * a  = 1 * 2 + 1 * 2\n\n∇ a\n  a = 2\n\n```\n- x\n\n  ```backstep\n  ∇ a\n    a = 2\n  ```\nno newline' >blessed.md
chmod 640 bless.md
"$backstep" check --bless bless.md >out
is 'blessing passes' '0 4 passed, 0 failed' "$? $(tail -1 out)"
is 'only the answers change' "$(od -c blessed.md)" "$(od -c bless.md)"
is 'what is blessed holds' '4 passed, 0 failed' "$("$backstep" check bless.md)"
is 'permissions stay' 640 "$(stat -c %a bless.md)"
cp good.md before.md
"$backstep" check --bless good.md >out
is 'what holds is not touched' "$(cat before.md)" "$(cat good.md)"
printf '```backstep\r\n∇ 1 + 1\r\n```\r\n' >crlf.md
"$backstep" check --bless crlf.md >out
is 'lines end as before' "$(printf '```backstep\r\n∇ 1 + 1\r\n  1 + 1 = 2\r\n```\r\n' | od -c)" "$(od -c crlf.md)"

# ---- Files and folders ----
mkdir -p folder/inner folder/.hidden
fence backstep <<<'∇ 1' >folder/b.md
fence backstep <<<'∇ 2' >folder/inner/c.md
fence backstep <<<'∇ 3' >folder/.hidden/d.md
fence backstep <<<'∇ 4' >folder/a.txt
echo 'no blocks' >folder/a.md
is 'folders, by name' 'folder/b.md:2: folder/inner/c.md:2: ' \
    "$("$backstep" check folder | sed -n 's/^\(folder.*\)/\1/p' | tr '\n' ' ')"
is 'no transcript is fine' '0 0 passed, 0 failed' "$("$backstep" check folder/a.md | sed "s/^/$? /")"
"$backstep" check nowhere.md >out 2>&1
is 'no file is not' 2 $?
"$backstep" check folder/.hidden/nothing folder/a.md >out 2>&1
is 'nor is one of several' 1 $?

# ---- Its own folder, which is removed ----
mkdir tmp
fence backstep <<'END' >files.md
∇ a = 2
∇ save mine.bs
  wrote mine.bs
∇ load mine.bs
∇ a
  a = 2
END
is 'files are written aside' '4 passed, 0 failed' "$(TMPDIR=$PWD/tmp "$backstep" check files.md)"
is 'and removed' '' "$(ls tmp)$(ls mine.bs 2>/dev/null)"

# ---- Hostile files ----
head -c 2000000 /dev/zero | tr '\0' 'x' >large.md
is 'a large file is refused' "large.md:1: 'large.md' is larger than 1 MB" \
    "$("$backstep" check large.md | head -1)"
{
    echo ---
    head -c 300000 /dev/zero | tr '\0' 'x'
} >lesson.md
is 'a lesson sooner' 'lesson.md:1: this lesson is larger than 256 KiB' \
    "$("$backstep" check lesson.md | head -1)"
{
    for _ in $(seq 40000); do printf '1. '; done
    for _ in $(seq 100000); do echo; done
} >slow.md
is 'a slow one is given up' 'slow.md:1: this file cannot be read as Markdown in 2 seconds' \
    "$(timeout 30 "$backstep" check slow.md | head -1)"
printf 'Text.\n\n```backstep\n> print 1\0\n```\n' >zero.md
is 'a byte 0 is named' 'zero.md:4: this file is not text: it has a byte 0 here' \
    "$("$backstep" check zero.md | head -1)"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
