#!/bin/sh
# The lesson on the worked network: whoever types a figure of the well-known notes that is wrong is
# told that the notes say so, and why, and never that it is nearly right; and the right figures are
# right, as they are and rounded as the notes round.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
passed=0 failed=0

cat >answers <<'END'
0.51
0.854
0.815
0.355
0.367
-0.299
-0.307
dL/dW2[0] = -0.187
dL/dW2[1] = -0.226
dL/dW2[1] = -0.225
dL/db2 = -0.299
-0.192, -0.231, -0.307
-0.035
-0.036
-0.033
-0.034
dL/dW1[0, 0] = -0.035
dL/dW1[0, 1] = -0.070
dL/db1[0] = -0.035
-0.036, -0.072, -0.036
zero; backward L; update 0.1
forward L
flow L 0.1
0.629, 0.758
0.872
0.8787
0.880
p = 0.705
L = 0.350
0.707, 0.347
END
"$BACKSTEP" lesson "$here/../lessons/22-worked-network.md" --answers answers >played 2>&1

count() {  # what, how often it is to be said, the words
    n=$(grep -c -e "$3" played)
    if [ "$n" = "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: said %s times and not %s\n' "$1" "$n" "$2"
        cat played
    fi
}

# 16 figures are typed that the notes have wrong, or that follow from those.
count 'figures of the notes' 16 "hat is what the notes say\|the notes' δ\|the notes' own numbers\|That is two times the notes"
count 'nearly right' 0 'Near'
count 'right answers' 13 '^  Right\.'
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
