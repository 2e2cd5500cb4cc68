#!/bin/sh
# --talk: what another program asks and is answered, and what it may send by mistake.
set -u
passed=0
failed=0

# The requests of a file, answered into `got`.
talk() {
    timeout 60 "$BACKSTEP" --talk <ask >got 2>trouble
    status=$?
}

pass_if() {
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$name: exit status $status"
        cut -c1-400 got trouble
    fi
}

# got is this, line by line; in what is expected, * stands for anything.
answers() {
    number=0
    [ "$(wc -l <want)" = "$(wc -l <got)" ] || return 1
    while IFS= read -r line; do
        number=$((number + 1))
        want=$(sed -n "${number}p" want)
        # shellcheck disable=SC2254  # it is a pattern
        case $line in
        $want) ;;
        *) echo "not $want" && return 1 ;;
        esac
    done <got
    [ ! -s trouble ] && [ "$status" = 0 ]
}

cat >ask <<'END'
{"id": 1, "run": "a = 2; L = a*a"}
{"id": "two", "run": "L\nbackward L\na.grad", "mode": "script"}
{"run": "1+1"}
{"id": 4, "run": "print(a)\nb = a +* 2\nc = 3", "plain": true}

{"id": 5, "run": "(1 +"}
{"id": 6, "complete": "back"}
{"id": 7, "complete": "y = 𝒳 + tan + 1", "at": 11}
{"id": 8, "look": "explain a", "plain": true}
{"id": 9, "look": "a = 9"}
{"id": 10, "run": "print(a)"}
{"id": 11, "run": "quit"}
{"id": 12, "run": "1"}
END
cat >want <<'END'
{"kind":"hello","version":1,"talk":1}
{"id":1,"kind":"bind","text":"L","node":1,"name":"L","value":4*}
{"id":1,"kind":"done","end":"done","waits":""}
{"id":"two","kind":"value","text":"L","value":4*}
{"id":"two","kind":"value","text":"a.grad","value":4*}
{"id":"two","kind":"done","end":"done","waits":""}
{"kind":"value","text":"1+1","value":2}
{"kind":"done","end":"done","waits":""}
{"id":4,"plain":"  2\\n","kind":"print",*}
{"id":4,"plain":"  error: a number*","kind":"error","file":"<talk>","line":2,"column":8,*"left":1}
{"id":4,"kind":"done","end":"failed","waits":""}
{"id":5,"kind":"error",*}
{"id":5,"kind":"done","end":"failed","waits":"more"}
{"id":6,"kind":"candidates","items":\["back","backward"\],"from":0,"to":4}
{"id":6,"kind":"done","end":"done","waits":""}
{"id":7,"kind":"candidates","items":\["tan","tanh"\],"from":8,"to":11}
{"id":7,"kind":"done","end":"done","waits":""}
{"id":8,"plain":"  a = 2 is a leaf*","kind":"explain",*}
{"id":8,"kind":"done","end":"done","waits":""}
{"id":9,"kind":"done","end":"failed","waits":""}
{"id":10,"kind":"print","values":\[2\]}
{"id":10,"kind":"done","end":"done","waits":""}
{"id":11,"kind":"done","end":"quit","waits":""}
END
talk
pass_if "a conversation" answers

# Each line that is not a request is refused in words, and the next is answered.
cat >ask <<'END'
junk
{"id": 1, "run": "1+1"
{"id": 2, "run": 5}
{"id": 3}
{"id": [4], "run": "1"}
{"id": 5, "run": "1", "mode": "fast"}
{"id": 6, "complete": "ba", "at": -1}
{"id": 7, "needs": ["course"]}
{"id": 8, "supply": "nobody asked"}
[1, 2]
{"id": 9, "run": "a = 1\u0000; 1"}
{"id": 10, "run": "1+1"}
END
printf '{"id": 11, "run": "\377"}\n{"id": 12, "run": "2+2"}' >>ask
cat >want <<'END'
{"kind":"hello",*}
{"kind":"done","end":"refused","waits":"","message":"this line is not JSON, at byte 1: *
{"kind":"done","end":"refused",*at byte 23: a bracket is not closed*
{"id":2,"kind":"done","end":"refused",*"this should be a text"*
{"id":3,"kind":"done","end":"refused",*"this line asks for nothing"*
{"kind":"done","end":"refused",*"an id is a number or a text"*
{"id":5,"kind":"done","end":"refused",*"a mode is *
{"id":6,"kind":"done","end":"refused",*
{"id":7,"kind":"done","end":"refused",*"the needs that a program can answer are *
{"id":8,"kind":"done","end":"refused",*"this line asks for nothing"*
{"kind":"done","end":"refused",*"this line asks for nothing"*
{"id":9,"kind":"error",*
{"id":9,"kind":"done","end":"failed","waits":""}
{"id":10,"kind":"value","text":"1+1","value":2}
{"id":10,"kind":"done","end":"done","waits":""}
{"kind":"done","end":"refused",*at byte 20: this is not allowed in a string*
{"id":12,"kind":"value","text":"2+2","value":4}
{"id":12,"kind":"done","end":"done","waits":""}
END
talk
pass_if "what is no request" answers

# Needs that the program answers itself.
cat >ask <<'END'
{"id": 1, "needs": ["read", "write"]}
{"id": 2, "run": "load \"x.bs\""}
{"id": 3, "run": "print(1)"}
{"supply": "q = 7"}
{"id": 4, "run": "print(q)"}
{"id": 5, "run": "load \"y.bs\""}
{"refuse": "y.bs is locked"}
{"id": 6, "run": "save \"z.bs\""}
{"supply": ""}
{"id": 7, "run": "load \"w.bs\""}
END
cat >want <<'END'
{"kind":"hello",*}
{"id":1,"kind":"done","end":"done","waits":""}
{"id":2,"kind":"need","what":"read","path":"x.bs"*}
{"id":3,"kind":"done","end":"refused","waits":"","message":"what is needed has not been supplied yet",*
{"id":2,"kind":"done","end":"done","waits":""}
{"id":4,"kind":"print","values":\[7\]}
{"id":4,"kind":"done","end":"done","waits":""}
{"id":5,"kind":"need","what":"read","path":"y.bs"*}
{"id":5,"kind":"error",*"message":"y.bs is locked"*
{"id":5,"kind":"done","end":"failed","waits":""}
{"id":6,"kind":"need","what":"write","path":"z.bs",*q = 7*}
{"id":6,"kind":"written","path":"z.bs"}
{"id":6,"kind":"done","end":"done","waits":""}
{"id":7,"kind":"need",*}
{"id":7,"kind":"error",*"message":"it can no longer be supplied"*
{"id":7,"kind":"done","end":"failed","waits":""}
END
talk
pass_if "needs" answers
[ ! -e z.bs ]
status=$?
pass_if "what the program writes is not written here" [ $status = 0 ]

# What waits: a guess, and a lesson's answer.
cat >ask <<'END'
{"id": 1, "run": "a = 2; L = a*a; predict on"}
{"id": 2, "run": "step L"}
{"id": 3, "run": "1", "forms": true}
{"id": 4, "run": "predict off\nlesson two-paths"}
END
talk
last() {
    [ "$(sed -n 's/.*"kind":"done",.*"waits":"\(.*\)"}/\1/p' got | tr '\n' ' ')" = " guess  answer " ]
}
pass_if "what is waited for" last
forms() {
    grep -q '"forms":{"text/plain":"[^"]*","text/html":' got
}
pass_if "forms" forms

# A line that is too long is dropped up to its end.
{
    printf '{"id": 1, "run": "'
    head -c 67200000 /dev/zero | tr '\0' ' '
    printf '"}\n{"id": 2, "run": "1+1"}\n'
} >ask
cat >want <<'END'
{"kind":"hello",*}
{"kind":"done","end":"refused","waits":"","message":"this line is longer than 64 MB"*
{"id":2,"kind":"value",*}
{"id":2,"kind":"done",*}
END
talk
pass_if "a line that is too long" answers

# An interrupt ends what was asked before it, and nothing after it.
cat >ask <<'END'
{"id": 1, "run": "param w = 1; E = (w - 3)**2"}
{"id": 2, "run": "train E 1000000000 0.000001"}
{"id": 3, "run": "train E 1000000000 0.000001"}
END
{
    cat ask
    sleep 0.5
    echo '{"interrupt": true}'
    echo '{"id": 4, "run": "print(1)"}'
} | timeout 60 "$BACKSTEP" --talk >got 2>trouble
status=$?
interrupted() {
    [ "$(grep -c '"kind":"print"' got)" = 1 ] && [ "$(grep -c '"kind":"done"' got)" = 4 ] &&
        grep -q '"id":2,.*"steps"' got && [ $status = 0 ]
}
pass_if "an interrupt" interrupted

"$BACKSTEP" --talk x.bs >got 2>trouble </dev/null
status=$?
usage() {
    [ $status = 2 ] && grep -q -- '--talk takes what is to be run from its input' trouble
}
pass_if "a file beside --talk" usage

here=$(dirname "$0")
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$here/../../src/python python3 "$here/../python/talk_test.py" \
    >got 2>trouble
status=$?
pass_if "from Python" [ $status = 0 ]

echo "$passed passed, $failed failed"
[ $failed = 0 ]
