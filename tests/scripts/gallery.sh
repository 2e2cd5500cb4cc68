#!/bin/sh
# `make docs` changes no byte the second time, and nothing of docs/gallery/ at all but where another
# Graphviz draws a little differently: so a page there that changed did so for a reason.
set -eu
gallery=$(cd "$(dirname "$0")/../../docs/gallery" && pwd)
passed=0
failed=0

verdict() {  # what, whether it holds (0: yes)
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: not so\n' "$1"
    fi
}

without_drawing() {
    sed '/<svg/,/<\/svg>/d' "$1"
}

draw() {  # into this folder
    mkdir "$1"
    (cd "$1" && for script in "$gallery"/*.bs; do "$BACKSTEP" "$script" || exit 1; done)
}

draw once && draw again && ok=0 || ok=1
verdict 'the scripts run' "$ok"
diff -rq once again && ok=0 || ok=1
verdict 'the second time as the first' "$ok"
for page in "$gallery"/*.html; do
    name=${page##*/}
    without_drawing "$page" >kept
    without_drawing "once/$name" >now
    [ "$(wc -l <now)" -gt 500 ] && cmp -s kept now && ok=0 || ok=1
    verdict "$name is up to date (make docs)" "$ok"
done
verdict 'a page of each script' "$([ "$(ls once)" = "$(cd "$gallery" && ls -- *.html)" ]; echo $?)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
