#!/bin/sh
# load_csv reads the file in the working folder first, then what came with the program; a path is
# only itself. A million rows are read; 10^9 elements are not.
set -eu
passed=0
failed=0
check() { # what, expected, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: expected\n%s\ngot\n%s\n' "$1" "$2" "$3"
    fi
}
case $BACKSTEP in /*) ;; *) BACKSTEP=$PWD/$BACKSTEP ;; esac
tree=$(cd "$(dirname "$0")/../.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"

run() { "$BACKSTEP" -e "$1" 2>&1 || true; }

for name in line exam; do
    check "$name.csv is what $name.bs prints" "$("$BACKSTEP" "$tree/data/$name.bs" | tr ' ' ',')" \
        "$(tail -n +2 "$tree/data/$name.csv")"
done
check 'what came with the program' '[-2, -4.301]' "$(run 'print load_csv("line.csv")[0]')"
printf 'x,y\n7,8\n' > line.csv
check 'the file that is here' '[7, 8]' "$(run 'print load_csv("line.csv")[0]')"
check 'a path is only itself' "-e:1:11: error: there is no file './iris.csv'
load_csv(\"./iris.csv\")
          ^" "$(run 'load_csv("./iris.csv")')"
mkdir sub
check 'a folder' 1 "$(run 'load_csv("sub")' | grep -c 'error: .*sub')"

awk 'BEGIN { print "a,b,c"; for (i = 0; i < 1000000; i++) print i "," i % 7 "," (-i) }' > large.csv
check 'a million rows' '1e+06 [999999, 0, -999999]' \
    "$(run 'X = load_csv("large.csv"); print len(X), X[-1]')"
awk 'BEGIN { for (i = 0; i < 18000000; i++) print "1" }' > larger.csv
check 'more than an array holds' 1 "$(run 'load_csv("larger.csv")' |
    grep -c 'larger.csv, line 16777217: this is more than an array holds, 16777216 elements')"
printf 'w;h\r\n\r\n1;2\r\n"3";4.5.6\r\n' > comma.csv
check 'a bad cell is named' '-e:1:15: error: comma.csv, row 2 (line 4), column 2 (h): '"'4.5.6'"' is not a number; where a number is missing leave the cell empty
X = load_csv("comma.csv")
              ^' "$(run 'X = load_csv("comma.csv")')"
printf '1,2\n3\n' > ragged.csv
check 'a ragged table' '-e:1:7: error: in '"'f'"': ragged.csv, line 2: 1 cell, where the first line has 2; all rows of a table have the same length
print f()
      ^' "$(run 'def f() = load_csv("ragged.csv")
print f()' | sed 's/^-e:2/-e:1/')"
printf 'x;y\n1,5;NA\n2;$1.200\n' > money.csv
check 'decimal commas' '-e:1:7: notice: money.csv: 1 of 4 numbers is missing (nan) or infinite, the first in row 1, column 2 (y)
[[1.5, nan], [2, 1200]]' "$(run 'print load_csv("money.csv")')"
printf '4o,2\n1,2\n' > slip.csv
check 'a header that may be a row' '-e:1:7: notice: slip.csv: the first line is taken as the header; header=no after the file'"'"'s name makes it a row
[[1, 2]]' "$(run 'print load_csv("slip.csv")')"
check 'a header stated' "-e:1:17: error: slip.csv, row 1 (line 1), column 1: '4o' is not a number; where a number is missing leave the cell empty
print load_csv(\"slip.csv\", header=no)
                ^" "$(run 'print load_csv("slip.csv", header=no)')"
check 'rows without a header' '[[1, 2], [3, 4]]' "$(printf '1,2\n3,4\n' > rows.csv; run 'print load_csv("rows.csv", header=None)')"
printf '1,2\n3,\n' > gap.csv
check 'what is missing is said' '-e:1:7: notice: gap.csv: 1 of 4 numbers is missing (nan) or infinite, the first in row 2, column 2
[3, nan]' "$(run 'print load_csv("gap.csv")[1]')"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
