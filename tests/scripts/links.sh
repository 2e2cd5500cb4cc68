#!/usr/bin/env bash
# Every link in README.md, docs/ and data/ leads somewhere: to a file that is there, to a heading in it.
set -u
export LC_ALL=C.UTF-8
cd "$(dirname "$(realpath "$0")")/../.." || exit 1
passed=0
failed=0

# The anchors of a page's headings: small letters, blanks become hyphens, other signs go.
anchors() {
    sed '/^```/,/^```/d' "$1" | sed -n 's/^##* //p' | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9_\n-'
}

for page in README.md docs/*.md docs/*/README.md data/README.md; do
    while read -r link; do
        file=$(dirname "$page")/${link%%#*}
        [ -n "${link%%#*}" ] || file=$page
        if [ ! -e "$file" ] ||
            { [[ $link = *#* ]] && ! anchors "$file" | grep -qx -- "${link#*#}"; }; then
            failed=$((failed + 1))
            echo "$page: $link leads nowhere"
        else
            passed=$((passed + 1))
        fi
    done < <(sed '/^```/,/^```/d' "$page" | grep -oE '\]\([^)]+\)' | sed 's/^](//; s/)$//' |
        grep -v '^https\?:')
done

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 20 ]
