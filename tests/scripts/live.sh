#!/bin/sh
# The page that follows a prompt, without a browser: what strangers, crowds and slow readers can do
# to its program, and that the prompt notices none of it.
set -eu
here=$(dirname "$0")
status=0
node "$here/../live/server_test.mjs" || status=1
node "$here/../live/prompt_test.mjs" || status=1
exit $status
