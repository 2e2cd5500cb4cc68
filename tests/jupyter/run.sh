#!/bin/sh
# The kernel as users meet it: under a Jupyter with an empty home. The first argument is the test, in
# this folder; $KERNEL is the program.
set -eu
KERNEL=$(realpath "${KERNEL:-build/backstep-jupyter}")
BACKSTEP=$(realpath "${BACKSTEP:-build/backstep}")
here=$(dirname "$(realpath "$0")")
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export KERNEL BACKSTEP HOME="$home" JUPYTER_DATA_DIR="$home/jupyter" IPYTHONDIR="$home/ipython"
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$here:$here/../../src/python" PYTHONWARNINGS=ignore
export PYDEVD_DISABLE_FILE_VALIDATION=1
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME
"$KERNEL" --install >/dev/null
test=$here/$1
shift
cd "$home"
case $test in
*.mjs) node "$test" "$@" ;;
*) /usr/bin/python3 "$test" "$@" ;;
esac
