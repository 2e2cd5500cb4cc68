#!/bin/sh
# The Debian package: lintian finds nothing, and unpacked anywhere it runs.
set -eu
here=$(dirname "$(realpath "$0")")
. "$here/tree"
package=$(realpath "$1")
cd "$HOME"  # a scratch folder of this test's
lintian --allow-root "$package" >lint 2>&1 || :
verdict 'lintian' '' "$(grep '^[EW]:' lint || :)"
mkdir unpacked
dpkg-deb -x "$package" unpacked
check_tree "$PWD/unpacked/usr"
verdict 'nothing outside /usr' usr "$(ls unpacked)"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
