#!/usr/bin/env bash
# Random programs as exported C: compiled, run, and every number held against the prompt's.
#   tests/hunt/exports.sh [PROGRAMS] [SEED]
set -u
count=${1:-300}
backstep=${BACKSTEP:-build/backstep}
programs=$(mktemp -d)
trap 'rm -rf "$programs"' EXIT
BACKSTEP_PROGRAMS=$count BACKSTEP_SEED=${2:-1} BACKSTEP_WRITE=$programs \
    "$(dirname "$backstep")/tests/unit/command_differential_test" >"$programs/log" 2>&1 ||
    { cat "$programs/log"; exit 1; }

# The same numbers from the prompt: the value, then a gradient for each leaf that has a name.
asked='precision 17
print L, grad(L, a), grad(L, b), grad(L, c), grad(L, w)'

# Both are lists of numbers; a 0 where C has no such line, because L does not depend on it.
compare() {
    awk -v ours="$1" '
        BEGIN { gsub(/[][,]/, " ", ours); split(ours, want, " ") }
        $1 == "L" { got[1] = $3 }
        $1 == "dL/da" { got[2] = $3 } $1 == "dL/db" { got[3] = $3 } $1 == "dL/dc" { got[4] = $3 }
        $1 == "dL/dw[0]" { got[5] = $3 } $1 == "dL/dw[1]" { got[6] = $3 }
        $1 == "dL/dw[2]" { got[7] = $3 }
        function size(x) { return x < 0 ? -x : x }
        function same(x, y) {
            sub(/^-nan/, "nan", y); sub(/^-nan/, "nan", x)
            if (x == y || (y == "" && x + 0 == 0)) return 1
            if (x ~ /nan|inf/ || y ~ /nan|inf/) return 0
            return size(x - y) <= 1e-9 * (1 + size(x))
        }
        END { for (i = 1; i <= 7; i++) if (!same(want[i], got[i])) {
            print "number " i ": the prompt " want[i] ", C " got[i]; exit 1 } }'
}

wrong=0
for ((i = 0; i < count; i++)); do
    name=$programs/$i
    { cat "$name.bs"; echo "$asked"; } >"$name.asked"
    ours=$("$backstep" "$name.asked" 2>/dev/null) &&
        "$backstep" -e "load \"$name.bs\"
export c \"$name.c\" L" 2>/dev/null >/dev/null &&
        ${CC:-cc} -std=c17 -O0 -w -o "$name.run" "$name.c" -lm &&
        "$name.run" | compare "$ours" >"$name.said" ||
        { echo "exported C differs:"; cat "$name.bs" "$name.said"; wrong=$((wrong + 1)); }
    rm -f "$name".{asked,c,run}
done
echo "$count programs as C, $wrong wrong"
[ "$wrong" = 0 ]
