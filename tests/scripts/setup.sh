#!/bin/bash
# Where Debian's packages cannot be installed, tools/setup prints the names that the system has.
set -u
root=$(dirname "$(realpath "$0")")/../..
passed=0
failed=0

# A machine with nothing but a few tools, and one program that installs packages.
mkdir bin
for tool in bash cksum cat awk id mkdir dirname env; do
    ln -s "$(type -P $tool)" "bin/$tool"
done
# There, nothing is found of what shows that a package is there.
awk -F '|' 'BEGIN { OFS = "|" } NF == 3 && /^[a-z]/ { $2 = " /nowhere/at/all " } { print }' \
    "$root/tools/setup" >setup

expect() {  # the program, what must be said
    rm -f bin/dnf bin/pacman bin/apk bin/brew
    ln -s "$(type -P true)" "bin/$1"
    if env -i PATH="$PWD/bin" bash setup run stamp 2>&1 </dev/null | grep -qF -- "$2"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "with $1 it is not said: $2"
        env -i PATH="$PWD/bin" bash setup run stamp 2>&1 </dev/null | tail -n 4
    fi
}

expect dnf 'dnf install gcc glibc-devel pkgconf-pkg-config graphviz-devel'
expect dnf ' sqlite-devel '
expect dnf 'Build from source:  cmark-gfm'
expect pacman 'pacman -S gcc glibc pkgconf graphviz'
expect pacman ' libmicrohttpd ttf-dejavu'
expect apk 'apk add gcc musl-dev pkgconf graphviz-dev'
expect apk ' readline-dev sqlite-dev '
expect brew 'brew install gcc pkgconf graphviz'
expect brew ' readline cmark-gfm sqlite '
expect brew 'make run SETUP=true'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
