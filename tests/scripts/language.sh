#!/bin/sh
# Lessons in another language: what the program says is one table, and it is whole.
set -u
root=$(dirname "$(realpath "$0")")/../..
passed=0
failed=0

is() {  # what, what is wanted, what came
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n    wanted: %s\n    came:   %s\n' "$1" "$2" "$3"
    fi
}

# Each translation against what the code says.
for table in "$root"/src/core/base/phrases_*.def; do
    is "${table##*/}" '' "$(cd "$root" && python3 tests/phrases.py "$table")"
done

cat >de.md <<'END'
---
id: de
title: Steigungen
language: de
---

Ein Graph.

```backstep
∇ a = 2; b = 3; L = a*b
  L = 6
```

```ask de.steigung
Wie groß ist `dL/da`?
kind: number
answer: dL/da
hint: Der andere Faktor.
then: Ja, `b`.
```

```ask de.wahl
Was stimmt?
kind: choice
right: dies
wrong: das => Das nicht.
```

```ask de.formel
Die Ableitung von x**2?
kind: formula
answer: derive x**2
```

```ask de.tun
Baue `y = 4`.
kind: do
until: y == 4
until: y at least 1 nodes => Baue y.
solve: y = 4
```
END
printf '5\nfoo\nhint\n3\nz\nskip\nx**3\n7\nskip\ny = 3\ny = 4\n' >typed
said=$("$BACKSTEP" lesson de.md --answers typed)
has() { is "$1" 1 "$(printf '%s\n' "$said" | grep -c "$1")"; }
has '^  Frage 1 von 4$'
has '^  eine Zahl mit 3 Stellen, oder ein Ausdruck aus Zahlen wie 1/3$'
is 'Noch nicht' 1 "$([ "$(printf '%s\n' "$said" | grep -c '^  Noch nicht\.$')" -ge 1 ] && echo 1)"
has "gefragt ist eine Zahl, und 'foo' ist keine"
has '^  Noch nicht: y ist 3$'
has 'Tipp 1 von 1: Der andere Faktor'
has "'z' ist kein Buchstabe einer Antwort; die Antworten sind a bis b"
has 'Probiere es bei x = '
has 'gefragt ist eine Formel, und das ist eine Zahl; schreibe sie mit Namen'
has 'Das war „Steigungen“: '
is 'übersprungen' 2 "$(printf '%s\n' "$said" | grep -c '^  Übersprungen\.$')"
is 'right' 2 "$(printf '%s\n' "$said" | grep -c '^  Richtig\.$')"
is 'nothing is left in English' 0 "$(printf '%s\n' "$said" | grep -cE 'Right\.|Not yet|Question|Skipped|asked for|Hint')"
is 'records say which' 1 "$([ "$("$BACKSTEP" --json lesson de.md --answers typed | grep -c '"language":"de"')" -gt 5 ] && echo 1)"
is 'it is checked as any other' 0 "$("$BACKSTEP" check de.md >checked; echo $?)"
"$BACKSTEP" print de.md de.html
is 'on paper' '1 1 1 1' "$(grep -c 'lang="de"' de.html) $(grep -c 'Datum' de.html) $(grep -c '<h2>Antworten' de.html) $(grep -c '>ein Skript<' de.html)"

sed 's/language: de/language: xx/' de.md >xx.md
is 'a language that is none' 1 "$("$BACKSTEP" check xx.md | grep -c "xx.md:4:11: error: the program does not speak 'xx'; it speaks en and de")"
sed 's/language: de/language: en/' de.md >en.md
is 'English, if it is said' 1 "$("$BACKSTEP" lesson en.md --answers typed | grep -c '^  Question 1 of 4')"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
