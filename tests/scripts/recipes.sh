#!/bin/sh
# Carries out the recipes of docs/hacking.md on a copy of the sources: adds the operation, the command
# and the question that it prints, builds, and checks that everything which reads the tables knows them.
set -eu
root=$(dirname "$(realpath "$0")")/../..
passed=0
failed=0

verdict() {  # what, expected, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n  expected %s\n  got      %s\n' "$1" "$2" "$3"
    fi
}

# Flags of the make that runs this test are not for the copy.
unset MAKEFLAGS
mkdir copy
(cd "$root" && cp -R Makefile src tools tests lessons data docs README.md "$OLDPWD/copy")
cd copy

# "In `FILE`, before `TEXT`:" and "New file `FILE`:" say where the fenced lines below them go; lines
# that are fenced as text are a transcript.
awk '
function unquoted(s) { gsub(/^`+ ?| ?`+:?$/, "", s); return s }
!fence && /^In `.*`, before `/ {
    file = $2; sub(/,$/, "", file); file = unquoted(file)
    before = $0; sub(/^.*, before /, "", before); before = unquoted(before)
}
!fence && /^New file `/ { file = unquoted($3); before = "" }
fence && $0 == fence {
    if (file) print file "\t" before > "blocks/" n ".where"
    close("blocks/" n); fence = file = ""
    next
}
!fence && /^```/ {
    fence = $0; sub(/[a-z]+$/, "", fence); n = sprintf("%02d", ++count)
    if (/text$/) file = "transcript"
    next
}
fence { print > "blocks/" n }
BEGIN { system("mkdir blocks") }' docs/hacking.md

{ echo '# The recipes'; } >tests/transcripts/recipes.md
for where in blocks/*.where; do
    block=${where%.where}
    file=$(cut -f 1 "$where")
    before=$(cut -f 2 "$where")
    if [ "$file" = transcript ]; then
        { echo; echo '```backstep new'; cat "$block"; echo '```'; } >>tests/transcripts/recipes.md
    elif [ -z "$before" ]; then
        cp "$block" "$file"
    else
        verdict "one place in $file" 1 "$(grep -cF "$before" "$file")"
        awk -v block="$block" -v before="$before" 'index($0, before) == 1 {
            while ((getline line < block) > 0) print line
            print; next
        } { print }' "$file" >changed
        mv changed "$file"
    fi
done

# Without optimising, and without the helpers: nobody waits for what this program computes.
if ! make -j2 CFLAGS=-O0 BUILD=b WERROR= b/backstep b/tools/records >build.log 2>&1; then
    verdict 'the copy builds' '' "$(grep -m 3 error build.log)"
    exit 1
fi
ln -s "$(dirname "$BACKSTEP")/backstep-render" b
b/tools/records >docs/records.md
verdict 'transcripts' '' "$(b/backstep check tests/transcripts/recipes.md 2>&1 | grep -v '0 failed$')"
verdict 'the lesson' '' "$(b/backstep check lessons/07-two-paths.md 2>&1 |
    grep -v -e '0 failed$' -e ': warning: ' -e 'warnings\{0,1\}$')"
verdict 'the question is there' 1 "$(b/backstep check lessons/07-two-paths.md >/dev/null &&
    grep -c 'ask two-paths.thrice' lessons/07-two-paths.md)"

program=$(pwd)/b/backstep
says() {  # what, expected in its output, statements
    verdict "$1" yes "$("$program" -e "$3" 2>&1 | grep -qF "$2" && echo yes)"
}
says 'help of the operation' 'rises to 1/2' 'help bump'
says 'its expansion is refused' 'bump' 'x = 1; L = bump(x); expand L'
says 'the test of its derivative' '1 right' 'x = 0.4; L = bump(x); check L'
says 'its LaTeX' 'operatorname{bump}' 'x = 1; L = bump(x); export latex L'
says 'help of the command' 'the longest path' 'help depth'
says 'the list of commands' 'depth L' 'help all'
verdict 'docs/records.md' 1 "$(grep -c '^### depth' docs/records.md)"

# The new row alone, in every language: tests/scripts/operations.sh reads the rows of the copy.
mkdir rows
(cd rows && BACKSTEP=$program ROWS=bump sh ../tests/scripts/operations.sh) >rows.log || :
verdict 'programs in other languages' 'passed, 0 failed' "$(tail -n 1 rows.log | sed 's/^[1-9][0-9]* //')"

# An operation that cannot be written in a language is refused there, by its name.
sed -i 's|^OP(BUMP, .*|OP(BUMP, 1, OP_CALL, "bump", "bump", x > 0 ? x/(1 + x*x) : 0, x > 0, 0, 1,|' \
    src/core/engine/ops.def
make -j2 CFLAGS=-O0 BUILD=b WERROR= b/backstep >build.log 2>&1
says 'PyTorch refuses' "torch has no function for 'bump'" 'x = 1; L = bump(x); export torch L'
says 'micrograd refuses' "micrograd has no function for 'bump'" 'x = 1; L = bump(x); export micrograd L'
says 'staged Python refuses' "Python has no function for 'bump'" 'stage bump(x) python'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
