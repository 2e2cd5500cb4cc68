#!/bin/sh
# `backstep notebook`: a lesson becomes a notebook, and what cannot be one is said.
set -u
passed=0
failed=0

pass_if() {
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$name"
        cat said trouble
    fi
}

notebook() {
    "$BACKSTEP" notebook "$@" >said 2>trouble
}

refused() {
    words=$1
    shift
    ! notebook "$@" && grep -qF -- "$words" trouble && [ ! -s said ]
}

# Sound, and with a cell that pins each question above an empty one.
is_lesson() {
    python3 - "$1" "$2" <<'END'
import json, sys
with open(sys.argv[1]) as f:
    nb = json.load(f)
cells = nb["cells"]
assert nb["nbformat"] == 4 and nb["metadata"]["kernelspec"]["name"] == "backstep"
assert all(set(c) >= {"cell_type", "metadata", "source"} for c in cells)
pins = [i for i, c in enumerate(cells) if c["source"].startswith(sys.argv[2])]
assert pins and [cells[i]["source"].split()[-3:] for i in pins] == [
    [str(n + 1), "seed", "1"] for n in range(len(pins))]
assert all(cells[i + 1]["source"] == "" for i in pins)
assert cells[0]["source"].startswith("# ")
END
}

pass_if "a lesson" notebook two-paths
pass_if "is named by its id" is_lesson two-paths.ipynb "lesson two-paths "
cp two-paths.ipynb before
pass_if "what is there stays" refused "two-paths.ipynb is there already" two-paths
pass_if "as it is" cmp -s before two-paths.ipynb
pass_if "another name" notebook two-paths mine.ipynb
pass_if "has the same" cmp -s mine.ipynb two-paths.ipynb
pass_if "no lesson" refused "there is no lesson 'two-pats'; did you mean 'two-paths'?" two-pats
pass_if "no folder" refused "there is no folder 'nowhere'" slope nowhere/x.ipynb

"$BACKSTEP" lesson new halves >/dev/null
pass_if "a lesson of one's own" notebook halves.md
pass_if "is asked by its file" is_lesson halves.ipynb "lesson halves.md "
mv halves.md "my halves.md"
pass_if "a name with a blank" notebook "my halves.md" blank.ipynb
pass_if "stands in quotes" is_lesson blank.ipynb 'lesson "my halves.md" '
printf -- '---\nid: x\n---\n```ask x.y\nno kind\n```\n' >broken.md
pass_if "a broken lesson" refused "broken.md" broken.md
"$BACKSTEP" notebook >said 2>trouble
pass_if "which lesson?" grep -q "notebook needs a lesson" trouble
for file in "$(dirname "$0")"/../../lessons/[0-9]*.md; do
    pass_if "$file" notebook "$file" "$(basename "$file").ipynb"
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
