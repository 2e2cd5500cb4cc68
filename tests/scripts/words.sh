#!/bin/sh
# What people type, of Python, NumPy, PyTorch, calculators, papers, shells and plain English: each word and
# line of tests/typed is understood, pointed to the right thing, or met with silence, as its table says; and
# what an error bids to write is understood. Real slips are told.
set -eu
passed=0
failed=0
tables=$(cd "$(dirname "$0")/../typed" && pwd)
before='a = 2; b = -3; x = 3; y = x**2; L = a*b + y'
HOME=$(mktemp -d)
export HOME
trap 'rm -rf "$HOME"' EXIT
cd "$HOME"  # what an error bids to write may write a file

verdict() {  # what was typed, expected, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n  expected %s\n  got      %s\n' "$1" "$2" "$3"
    fi
}

# The sentence of the error that comes of it, without its place; nothing where it is understood.
said() {  # what was typed before, what is typed
    "$BACKSTEP" -e "$1" -e "$2" 2>&1 </dev/null | sed -n 's/^-e:[0-9:]* error: //p' | head -n 1
}

# What kind of answer that is, in the words of the tables; what is expected, where it is a part of it.
kind() {  # what was typed, the error, what is expected
    name="there is no '$1' yet"
    case $2 in
    '') echo understood ;;
    "$name") echo silence ;;
    "$name; give it a value first: $1 = 1" | \
        "$name; give it a value first: $1 = 1; 'ask $1' searches the course") echo 'a name' ;;
    *"$3"*) echo "$3" ;;
    *) echo "$2" ;;
    esac
}

# Each "WORDS => EXPECTED" of a table, without remarks.
rows() {
    grep -v -e '^#' -e '^$' "$tables/$1"
}

words=0
while IFS= read -r row; do
    expected=${row#* => }
    for word in ${row%% => *}; do
        words=$((words + 1))
        error=$(said pass "$word")
        verdict "$word" "$expected" "$(kind "$word" "$error" "$expected")"
    done
done <<END
$(rows words.txt)
END
verdict 'words in the table, at least 300' yes "$([ $words -ge 300 ] && echo yes || echo $words)"

while IFS= read -r row; do
    line=${row%% => *}
    expected=${row#* => }
    error=$(said "$before" "$line")
    verdict "$line" "$expected" "$(kind "$line" "$error" "$expected")"
    case $expected in
    'write '*) verdict "$line: $expected" '' "$(said "$before" "${expected#write }")" ;;
    esac
done <<END
$(rows lines.txt)
END

for slip in tahn=tanh sigmod=sigmoid bakward=backward grpah=graph sofmax=softmax sqrtt=sqrt trian=train; do
    verdict "${slip%=*}" "did you mean '${slip#*=}'?" \
        "$(said pass "${slip%=*}" | sed 's/.*; did/did/')"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
