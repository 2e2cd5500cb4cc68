#!/bin/sh
# Bounded time and memory. Whatever the graph, a picture or a clean refusal within 5 seconds: sums whose lines pass
# everything, a chain of 30,000, a dense layer; and a picture shows the graph as it was asked for. SLOWER says
# how many times as long a build may take that is not optimised.
set -eu
slower=${SLOWER:-1}
passed=0
failed=0

tell() {  # what, whether it holds (0: yes), what was shown
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: not so\n%s\n' "$1" "$3"
    fi
}

# what, seconds, "a picture" or a word of the refusal, statements
within() {
    rm -f out.*
    began=$(date +%s%N)
    shown=$("$BACKSTEP" -e "$4" 2>&1) && status=0 || status=$?
    took=$((($(date +%s%N) - began) / 1000000))
    if [ "$3" = 'a picture' ]; then
        [ "$status" = 0 ] && [ -s out.svg ] && ok=0 || ok=1
    else
        [ "$status" = 1 ] && printf '%s\n' "$shown" | grep -q -e "$3" && [ ! -e out.svg ] && ok=0 || ok=1
    fi
    tell "$1" "$ok" "$shown"
    [ "$took" -lt $((1000 * $2 * slower)) ] && ok=0 || ok=1
    tell "$1 within $2 s" "$ok" "it took $took ms"
}

terms() {
    printf 'a = 1; L = a'
    i=1
    while [ "$i" -lt "$1" ]; do
        printf ' + a'
        i=$((i + 1))
    done
}

within '150 terms' 5 'a picture' "$(terms 150); graph L out.svg"
within '150 terms, each of them' 5 'a picture' "$(terms 150); graph L out.svg --full"
within '1,000 terms' 5 'a picture' "$(terms 1000); graph L out.svg"
within '1,000 terms, each of them' 5 'leave out --full' "$(terms 1000); graph L out.svg --full"

chain='x = 1; y = x
repeat 30000 { y = tanh(y) }
'
within 'a chain of 30,000' 5 'a picture' "$chain graph y out.svg"
within 'a chain of 30,000, each of them' 5 'leave out --full' "$chain graph y out.svg --full"

dense='param W = randn(16, 16); param b = zeros(16); x = randn(16)
h = tanh(W @ x + b); L = sum(h**2); backward L
'
within 'a dense layer' 5 'a picture' "$dense graph L out.svg"
within 'a dense layer in the terminal' 5 '⊞.*W' "$dense graph L; nothing"
layer='def layer(W, b, x) = tanh(W @ x + b)
param V = randn(64, 64); param b = zeros(64); x = randn(64)
L = sum(layer(V, b, layer(V, b, x)))
'
within 'layers of 64' 5 'a picture' "$layer backward L; graph L out.svg"
named='x = 1; y = x
a0 = 1; a1 = 2
L = a0*a1
'
within 'a part that is not there' 5 'does not depend' "$named graph L out.svg --from x"

# Each value is the sum of all before it: 45 values and 990 lines between them.
every='a0 = 1'
sum=a0
for i in $(seq 45); do
    every="$every; a$i = $sum"
    sum="$sum + a$i"
done
within 'each value uses all before it' 5 'a picture' "$every; graph a45 out.svg"
within 'each value uses all before it, each shown' 5 'a picture' "$every; graph a45 out.svg --full"

# A layout that takes its time: what comes after waits for it, and the picture has none of it.
cat >slow <<'END'
#!/bin/sh
sleep 1
exec "$REAL" "$@"
END
chmod +x slow
shown=$(REAL="$BACKSTEP-render" BACKSTEP_RENDER="$PWD/slow" "$BACKSTEP" -e 'a = 41; L = a + 1
graph L out.svg; a.data = 77; forward; print L' 2>&1)
[ "$shown" = 78 ] && grep -q '>42<' out.svg && ! grep -q '>78<' out.svg && ok=0 || ok=1
tell 'a graph that changes behind its picture' "$ok" "$shown"

# One that sleeps is not waited for as one is that works on a busy machine.
printf '#!/bin/sh\nexec sleep 61\n' >asleep
chmod +x asleep
export BACKSTEP_RENDER="$PWD/asleep"
within 'a layout that sleeps' 12 'the layout took more than 4 s' 'a = 41; L = a + 1; graph L out.svg'
unset BACKSTEP_RENDER

# Names that are bound again and again, in scripts of four times the length: time grows with the
# length, not with its square (which would be 16 times).
rebinding() {  # statements; prints CPU milliseconds
    awk -v n="$1" 'BEGIN { print "x = 1"; for (i = 0; i < n; i++) print "y" i%500 " = x*2 + " i }' >many.bs
    bash -c 'TIMEFORMAT=%U; time "$0" many.bs' "$BACKSTEP" 2>&1 | awk '{ print int(1000*$1 + 1) }'
}
short=$(rebinding 10000)
long=$(rebinding 40000)
[ "$long" -lt $((10 * short + 50)) ] && ok=0 || ok=1
tell 'many rebindings' "$ok" "$short ms, then $long ms"

# ---- Within a second of work and 512 MB: an answer, or one clear error

# what, "an answer" or words of the error, arguments. (Work, as a busy machine takes its time.)
bounded() {
    what=$1
    words=$2
    shift 2
    set +e
    work=$(bash -c 'ulimit -v 524288; TIMEFORMAT="%U"; time "$@" >answers 2>trouble; echo "status $?"' - "$@" 2>&1)
    set -e
    status=$(printf '%s\n' "$work" | sed -n 's/^status //p')
    seconds=$(printf '%s\n' "$work" | sed -n '/^[0-9.]*$/p')
    if [ "$words" = 'an answer' ]; then
        [ "$status" = 0 ] && ok=0 || ok=1
    else
        [ "$status" = 1 ] && grep -q -e "$words" trouble && [ "$(grep -c 'error:' trouble)" = 1 ] && ok=0 || ok=1
    fi
    tell "$what" "$ok" "status $status: $(head -c 500 trouble)"
    awk -v s="$seconds" -v slower="$slower" 'BEGIN { exit !(s != "" && s < 1.5 * slower) }' && ok=0 || ok=1
    tell "$what within a second" "$ok" "it took $seconds s"
}

doubled() {  # how many functions, what the first gives
    awk -v n="$1" -v first="$2" 'BEGIN {
        print "def f0(x) = " first
        for (i = 1; i <= n; i++) print "def f" i "(x) = f" i - 1 "(x) + f" i - 1 "(x)" }'
}
doubled 23 x >calls.bs
bounded '2^23 calls on plain numbers' 'called more than 1000000 times' "$BACKSTEP" calls.bs -e 'print f23(1)'
bounded '2^23 calls on nodes' 'called more than 1000000 times' "$BACKSTEP" calls.bs -e 'a = 2; L = f23(a)'
bounded '2^18 calls on plain numbers' 'an answer' "$BACKSTEP" calls.bs -e 'print f18(1)'
tell '2^18 calls on plain numbers: the answer' \
    "$([ "$(cat answers)" = 262144 ] && echo 0 || echo 1)" "$(cat answers)"
bounded 'a comprehension within another, of 25 million elements' 'more than 1000000 elements' "$BACKSTEP" \
    -e 'L = [[i*j for i in range(5000)] for j in range(5000)]'
bounded 'a sum of 25 million elements' 'more than 1000000 elements' "$BACKSTEP" \
    -e 'L = sum(sum(i*j for i in range(5000)) for j in range(5000))'
bounded 'a comprehension of a million elements' 'an answer' "$BACKSTEP" -e 'L = sum(i*i for i in range(1000000))'
awk 'BEGIN { print "def f0(x) = x + 1"
    for (i = 1; i <= 100000; i++) print "def f" i "(x) = f" i - 1 "(x)" }' >chain.bs
bounded 'a chain of 100,000 functions' 'more than 1000 deep' "$BACKSTEP" chain.bs -e 'print f100000(1)'
bounded 'a chain of 900 functions' 'an answer' "$BACKSTEP" chain.bs -e 'print f900(1)'
awk 'BEGIN { print "a = 1"; for (i = 0; i < 100000; i++) print "b = a + 1"
    for (i = 0; i < 100000; i++) print "undo"; print "print a" }' >undos.bs
bounded '100,000 undos' 'an answer' "$BACKSTEP" undos.bs
# What comes before one large statement goes with it, not before it: moving the large one takes its time.
printf 'a = 1\na = 2\nparam w = 1\nX = ones(1500, 1500)\nL = sum((X*w - 2)**2)\ntrain L 3 1e-9\n' >large.bs
printf 'undo\nundo\nundo\nundo\nundo\nprint a\n' >>large.bs
shown=$("$BACKSTEP" large.bs 2>&1 | tail -n 1)
[ "$shown" = 1 ] && ok=0 || ok=1
tell 'what comes before a large statement can be taken back after it' "$ok" "$shown"
yes '' | head -c 100000000 >empty.bs
bounded '100 MB of empty lines' 'an answer' "$BACKSTEP" empty.bs
bounded '100 MB of empty lines on standard input' 'an answer' sh -c '"$0" - <empty.bs' "$BACKSTEP"
rm empty.bs
bounded 'a derivative 20,000 deep' 'an answer' "$BACKSTEP" \
    -e 'x = 0.5; y = x; repeat 20000 { y = tanh(y)*y + x }; derive y'
tell 'a derivative 20,000 deep: what is left out is counted' \
    "$(grep -q 'more steps' answers && echo 0 || echo 1)" "$(tail -n 2 answers | head -c 300)"
# Written out it would be longer than memory: what comes again has a name, and all of it can be typed.
steps='x = 0.5; u1 = 3; y = x; repeat 1000 { y = sin(y)*y + x }'
bounded 'a derivative of 1,000 steps' 'an answer' "$BACKSTEP" -e "$steps" -e 'derive y x'
{
    echo 'x = 0.5'
    grep '^v[0-9]* = ' answers
    printf 'print '
    tail -n 1 answers
} >named.bs
typed=$("$BACKSTEP" named.bs 2>&1 | tail -n 1)
asked=$("$BACKSTEP" -e "$steps" -e 'print dy/dx')
! grep -q '…$' named.bs && [ -n "$typed" ] && [ "$typed" = "$asked" ] && ok=0 || ok=1
tell 'a derivative of 1,000 steps in parts with names' "$ok" "$typed, not $asked"
bounded 'a derivative of a chain of 10,000' 'an answer' "$BACKSTEP" \
    -e 'x = 0.5; y = x; repeat 10000 { y = sin(y) }; derive y x'
awk 'BEGIN { printf "x = 1\nL = x"; for (i = 1; i < 60000; i++) printf "*x"; print "" }' >product.bs
bounded 'a product of 60,000 factors' 'an answer' "$BACKSTEP" product.bs -e 'derive L x'
awk 'BEGIN { printf "x = 1\nL = x"; for (i = 1; i < 100000; i++) printf " + x*" i; print "" }' >terms.bs
bounded '100,000 terms in stages' 'an answer' "$BACKSTEP" terms.bs -e 'stage L'
bounded '100,000 terms for PyTorch' 'export c' "$BACKSTEP" terms.bs -e 'export torch p.py L'
repeated() {  # a word, how many times
    awk -v word="$1" -v n="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s", word; print "" }'
}
repeated q 1000000 >word.bs
bounded 'a word of a million letters' "there is no 'qqq" "$BACKSTEP" word.bs
{ printf 'L = '; repeated '[' 500000 | tr -d '\n'; printf 1; repeated ']' 500000; } >brackets.bs
bounded '500,000 brackets within each other' 'an answer' "$BACKSTEP" brackets.bs
tell '500,000 brackets: said once' "$([ "$(grep -c notice trouble)" = 1 ] && echo 0 || echo 1)" "$(head -n 4 trouble)"
{ printf 'plot '; repeated '+' 1000000; } >plot.bs
bounded 'a plot of a million signs' 'an expression is missing' "$BACKSTEP" plot.bs
{ printf '{"cells":[{}'; repeated ',{"cell_type":"code","source":["a = 2"]}' 25000; echo ']}'; } >cells.ipynb
bounded 'a notebook of 25,000 cells' 'an answer' "$BACKSTEP" -e 'load cells.ipynb'
{
    printf -- '---\nid: one\ntitle: One\n---\n\n```backstep\na = 3\n```\n\n'
    printf '```ask one.first\nWhat is {= a} + 1?\nkind: number\nanswer: a + 1\n'
    awk 'BEGIN { for (i = 0; i < 500; i++) print "vary: a in 4..9" }'
    printf '```\n'
} >vary.md
bounded 'a check of 500 numbers that are drawn' 'an answer' "$BACKSTEP" check vary.md
bounded 'a million numbers printed' 'an answer' "$BACKSTEP" -e 'print ones(1000, 1000)'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
