#!/usr/bin/env bash
# usage: fuzz.sh TIME   runs every fuzz target of the project for TIME each.
set -euo pipefail
cd "$(dirname "$0")/.."
grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u | while read -r dir; do
  grep -hoE '^func Fuzz\w+' "$dir"/*_test.go | sed 's/func //' | while read -r target; do
    echo "== $dir $target"
    # Inputs are hardly made smaller: by default that can take a minute, in which nothing new is tried.
    go test "$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$1" -fuzzminimizetime 100x
  done
done
