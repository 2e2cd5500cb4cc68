#!/bin/sh
# The figures that are programs.
set -eu
"$BENCH/sweep"
"$BENCH/maths"
"$BENCH/lanes"
