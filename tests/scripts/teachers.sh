#!/bin/sh
# Carries out docs/teachers.md: lays the files that it prints, runs the commands, compares what comes.
set -eu
root=$(dirname "$(realpath "$0")")/../..
passed=0
failed=0

# "New file `NAME`:" says where the fenced lines below it go. Fences marked console are commands after
# "$ ", and what they answer.
awk '
!fence && /^New file `/ { file = $3; gsub(/[`:]/, "", file) }
fence && $0 == fence {
    close(out); fence = ""; file = ""
    next
}
!fence && /^```/ {
    fence = $0; sub(/[a-z]+$/, "", fence)
    out = file
    if (/console$/) out = "console"
    if (out == "") out = "/dev/null"
    folder = out; sub(/[^\/]*$/, "", folder)
    if (folder != "" && folder != "/dev/") system("mkdir -p " folder)
    # The files that a command reads are there before it is run.
    next
}
fence { print >> out }' "$root/docs/teachers.md"

mkdir -p .bin && ln -s "$BACKSTEP" .bin/backstep
PATH=$PWD/.bin:$PATH

: >came
while IFS= read -r line; do
    case $line in
    "$ "*)
        printf '%s\n' "$line" >>came
        sh -c "${line#"$ "}" >>came 2>&1 </dev/null || true
        ;;
    esac
done <console

if diff console came; then
    passed=$(grep -c '^\$ ' console)
else
    failed=1
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
