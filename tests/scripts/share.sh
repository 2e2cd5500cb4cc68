#!/usr/bin/env bash
# share: a link holds the session, is bounded, and its address is one.
set -u
passed=0
failed=0

expect() {
    local what=$1 pattern=$2 said
    shift 2
    said=$("$@" 2>&1)
    if grep -Eq -- "$pattern" <<<"$said"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: expected %s, got\n%s\n' "$what" "$pattern" "$said"
    fi
}

run() { "$BACKSTEP" -e "$1"; }

# The session that a link holds.
opened() {
    run "$1" | node -e '
        const link = require("fs").readFileSync(0, "utf8").match(/#s=([\w-]*)$/m)[1];
        process.stdout.write(require("zlib").inflateRawSync(Buffer.from(link, "base64url")));'
}

# Numbers that cannot be packed to less.
noise() { for ((i = 0; i < $1; i++)); do printf 'a%d = %d%d\n' $i $RANDOM $RANDOM; done; }

expect 'a session' '^L = a\*a$' opened $'a = 2\nL = a*a\nshare'
expect 'any sign' '^größe = 2 ?# ∂$|^größe = 2$' opened $'größe = 2 # ∂\nshare'
expect 'an address' '^https://x\.org/p/#s=[A-Za-z0-9_-]+$' run 'a = 2; share https://x.org/p/'
expect 'its own fragment gives way' '^https://x\.org/p/#s=[A-Za-z0-9_-]+$' run 'a = 2; share https://x.org/p/#l=slope'
expect 'how it is used' 'add this to the address' run 'a = 2; share'
expect 'a lesson' '^https://x\.org/#l=two-paths$' run 'share lesson 7 https://x.org/'
expect 'no such lesson' 'there is no such lesson' run 'share lesson nowhere'
expect 'no lesson' 'which lesson' run 'share lesson'
expect 'no address' 'this is not the address of a page' run 'a = 2; share javascript:alert(1)'
expect 'an address with markup' 'this is not the address of a page' run 'a = 2; share https://x.org/<b>'
expect 'too much behind it' 'error' run 'a = 2; share https://x.org/ more'
expect 'nothing' 'nothing to share yet' run 'share'
expect 'files' 'does not hold the files' run 'X = load_csv("iris.csv"); share'

noise 2500 >long.bs
noise 400 >fits.bs
yes 'a = 2' | head -n 12000 >same.bs
expect 'too long when packed' 'too long for a link' run 'load long.bs; share'
expect 'too long when unpacked' 'too long for a link' run 'load same.bs; share'
expect 'one that fits' '^#s=[A-Za-z0-9_-]+$' run 'load fits.bs; share'
run 'load fits.bs; save saved.bs' >/dev/null
expect 'it is what save writes' '^$' cmp <(opened 'load fits.bs; share') <(sed '1d;$d' saved.bs)

echo "$passed passed, $failed failed"
[ $failed = 0 ]
