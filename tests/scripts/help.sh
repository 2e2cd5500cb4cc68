#!/usr/bin/env bash
# There is help on everything that help lists, its first screen fits 24 lines, and docs/language.md
# tells of each command and has what --help says.
set -u
export LC_ALL=C.UTF-8
language=$(dirname "$(realpath "$0")")/../../docs/language.md
passed=0
failed=0

verdict() {  # status, what
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n' "$2"
    fi
}

help_on() {
    out=$("$BACKSTEP" -e "help $1" 2>&1)
    verdict $? "there is no help on '$1': $out"
}

help_on ''
verdict $(($(wc -l <<<"$out") > 22)) "help does not fit a screen: $out"
for word in $(sed -n 's/^[a-z ]*[a-z]  *  \([a-z].*\)/\1/p' <<<"$out" | sed '/^command\|^how\|^every\|^all/d; s/   */\n/g' | grep -v = | cut -d' ' -f1 | sort -u); do
    help_on "$word"
done
help_on backward
grep -q '^∇ backward L$' <<<"$out" && grep -q '^  a         2     4   dL/dL' <<<"$out"
verdict $? "help backward shows no transcript: $out"
help_on all
overview=$out
commands=$(sed -n '/^more:/q; s/^\([a-z]*\) .*  .*/\1/p; s/^\([a-z]*\)   .*/\1/p' <<<"$overview" | sort -u)
verdict $(($(wc -w <<<"$commands") < 40)) "help lists few commands: $commands"
for command in $commands; do
    help_on "$command"
    grep -qE "(\`|^)$command\b" <<<"$(sed '/^```/,/^```/d' "$language")"
    verdict $? "docs/language.md does not tell of $command"
done

topics=$(sed -n '/^more:/,$p' <<<"$overview" | tail -n +2 | tr -d ',')
for topic in $topics; do
    help_on "$topic"
done

while IFS= read -r line; do
    grep -qxF -- "$line" "$language"
    verdict $? "docs/language.md does not have the line of --help: $line"
done < <("$BACKSTEP" --help)

help_on functions
for name in $(sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' <<<"$out" | sort -u); do
    help_on "$name"
done

help_on glossary
terms=$(head -n -1 <<<"$out" | tr '\n' ' ')
while read -r term; do
    help_on "$term"
done < <(tr ',' '\n' <<<"$terms")

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
