#!/bin/sh
# load FILE.py and FILE.ipynb: what can run runs, what cannot is listed, and all of it is one statement.
set -u
passed=0
failed=0
here=$(dirname "$0")

pass_if() {
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$name"
        cat got trouble
    fi
}

run() {
    "$BACKSTEP" -e "$1" >got 2>trouble
}

says() {
    cat >want
    cmp -s want got
}

cat >net.py <<'END'
import math
import requests

class Foo(object):
    def __init__(self):
        self.x = 1

    def go(self):
        return self.x

def f(x):
    return 3*x**2 - 4*x + 5

h = 0.001
x = 3.0
print((f(x + h) - f(x))/h)
if h > 1:
    print('big')
elif h > 2:
    print('bigger')

# a comment further out
else:
    print('small')
a = Value(2.0, label='a')
c = Foo(); e = a*x
e.backward()
for i in range(3):
    a = i
    nothing.bar(i)
xs = [1,
      nothing,
      3]
try:
    y = 1
except Exception:
    pass
print(a.grad)
END
run 'load net.py; print(e)'
pass_if "a program" says <<'END'
14.003
3
net.py: 10 statements ran, 6 did not
line  statement           why not
4     class Foo(object):  classes are not supported
17    if h > 1:           there are no branches here
26    c = Foo()           there is no function 'Foo'
28    for i in range(3):  there is no 'nothing' yet
31    xs = [1,            there is no 'nothing' yet
34    try:                errors are not caught here
6
END

run 'z = 1; load net.py
undo
print(z)'
pass_if "is one statement" grep -qx 1 got
run 'load net.py
save kept.bs'
"$BACKSTEP" -e 'load kept.bs; print(e)' >got 2>trouble
pass_if "can be saved" grep -qx 6 got
"$BACKSTEP" --json -e 'load net.py' >got 2>trouble
pass_if "as records" grep -q '"kind":"loaded","path":"net.py","done":10,"rows":\[{"line":4,' got

cat >walk.ipynb <<'END'
{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [
 {"cell_type": "markdown", "metadata": {}, "source": ["a = nothing here"]},
 {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1,
  "source": ["%matplotlib inline\n", "import numpy as np\n", "a = 2\n", "b = foo(a)"]},
 {"cell_type": "code", "metadata": {}, "outputs": [], "source": "%%bash\nls"},
 {"cell_type": "code", "metadata": {}, "outputs": [],
  "source": "%%time\nL = a*a\nprint(L)\nwhile L > 3:\n    L = L - 1\n\n    print(L)"}]}
END
run 'load walk.ipynb'
pass_if "a notebook" says <<'END'
4
walk.ipynb: 5 statements ran, 2 did not
place           statement     why not
cell 2, line 4  b = foo(a)    there is no function 'foo'
cell 4, line 4  while L > 3:  a loop here needs a known number of turns
END
printf '%s\n' '{"worksheets": [{"cells": [{"cell_type": "code", "input": ["q = 5\n", "print(q)"]}]}]}' >old.ipynb
run 'load old.ipynb'
pass_if "an old notebook" says <<'END'
5
END

refused() {
    printf '%s' "$1" >bad.ipynb
    ! run 'a = 3
load bad.ipynb' && grep -qF -- "$2" trouble && [ ! -s got ]
}
pass_if "no JSON" refused '{"cells": [' 'this is not a notebook: a value is missing here'
pass_if "no text" refused "$(printf '"\377"')" 'this is not a notebook: this is not allowed in a string'
pass_if "no cells" refused '{"a": 1}' 'this is not a notebook: it has no cells'
pass_if "no list" refused '{"cells": 5}' 'this is not a notebook: it has no cells'
pass_if "nothing" refused '' 'this is not a notebook: a value is missing here'
printf '{"cells": [1, null, {"cell_type": "code"}, {"cell_type": "code", "source": [1, "p = 4"]}]}' >odd.ipynb
run 'load odd.ipynb; print(p)'
pass_if "odd cells" says <<'END'
4
END

# More than can be listed.
i=0
while [ $i -lt 100 ]; do
    echo "a$i = nothing"
    i=$((i + 1))
done >many.py
run 'load many.py'
pass_if "many" grep -qx '… 60 more' got
pass_if "are counted" grep -q 'many.py: 0 statements ran, 100 did not' got
printf 'x = (1,\n2\n' >open.py
run 'load open.py'
pass_if "an open bracket" grep -q '0 statements ran, 1 did not' got
printf 'a = 1\r\nif a:\r\n\tb = 2\r\n  \r\n\tc = 3\r\nd = 4\r\n' >tabs.py
run 'load tabs.py; print(d)'
pass_if "tabs and returns" grep -q '2 statements ran, 1 did not' got
printf 'a = 1\nload "bad.ipynb"\nload "tabs.py"\nprint(d)\n' >nested.py
run 'load nested.py'
pass_if "files in files" grep -q 'nested.py: 3 statements ran, 1 did not' got

# What may be pasted runs as a file, too, and says the same.
awk '/^=== / { n++; part = "py"; file = sprintf("cell%02d", n); printf "" > (file ".py"); next }
     /^--- (out|err)$/ { part = $2; printf "" > (file "." part); next }
     { print > (file "." part) }' "$here/../python/cells.txt"
for cell in cell*.py; do
    name=${cell%.py}
    if [ -e "$name.out" ] && ! grep -q error "$name.err" 2>/dev/null; then
        run "load $cell"
        pass_if "$cell" cmp -s got "$name.out"
    fi
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
