#!/bin/sh
# Regenerates the assembly and its stubs: generate.sh [KERNEL...], all that
# main.go lists by default. CI runs it and demands that nothing changes.
set -eu
cd "$(dirname "$0")/_asm"
[ $# -gt 0 ] || set -- $(sed -n 's/^	"\(.*\)": .*/\1/p' main.go)
go run . -macros >../neon.h
for k; do
	go run . -kernel "$k" -pkg kernel -out "../${k}_amd64.s" -stubs "../${k}_stub_amd64.go"
	go run . -arch arm64 -kernel "$k" -pkg kernel -out "../${k}_arm64.s" -stubs "../${k}_stub_arm64.go"
	find .. -maxdepth 1 -name "${k}_*" -empty -delete # of what there is none of
done
