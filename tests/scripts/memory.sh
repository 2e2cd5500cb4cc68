#!/bin/sh
# Allocations refused one at a time: a run answers the same, or says that memory ran out. A sample;
# `make hunt` tries them all.
set -eu
tools=$(dirname "$BACKSTEP")/tests/memory
"$tools/faults" "$BACKSTEP" "$tools/inject.so" "$(dirname "$0")/../memory/scenarios.txt" --sample 12 -v
