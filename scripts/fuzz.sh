#!/usr/bin/env bash
# usage: fuzz.sh TIME   runs every fuzz target of the project for TIME each.
set -euo pipefail
cd "$(dirname "$0")/.."
grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u | while read -r dir; do
  grep -hoE '^func Fuzz\w+' "$dir"/*_test.go | sed 's/func //' | while read -r target; do
    echo "== $dir $target"
    go test "$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$1"
  done
done
