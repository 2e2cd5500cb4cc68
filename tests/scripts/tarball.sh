#!/bin/sh
# The archive that `make tarball` writes, unpacked into an empty folder, runs from there. Nothing is
# compiled for it.
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/../packages/tree"
build=$(dirname "$(realpath "$BACKSTEP")")
root=$(realpath "$here/../..")
# Relative: make takes no path with a blank in it.
if ! make -C "$root" -o all tarball BUILD="$(realpath --relative-to="$root" "$build")" >log 2>&1; then
    verdict 'make tarball' '' "$(tail -n 3 log)"
fi
verdict 'it compiles nothing' '' "$(grep '^  cc ' log || :)"
mkdir unpacked
tar -xzf "$root/$(sed -n 's/^wrote //p' log)" -C unpacked
verdict 'one folder' 1 "$(find unpacked -mindepth 1 -maxdepth 1 | wc -l)"
mv unpacked/* 'a folder'
check_tree "$PWD/a folder"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
