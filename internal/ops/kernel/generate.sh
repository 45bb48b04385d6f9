#!/bin/sh
# Regenerates the assembly and its stubs: generate.sh [KERNEL...]. CI runs it
# and demands that nothing changes.
set -eu
cd "$(dirname "$0")/_asm"
[ $# -gt 0 ] || set -- block gemm peak rows strip taps winograd
for k; do
	go run . -kernel "$k" -pkg kernel -out "../${k}_amd64.s" -stubs "../${k}_stub_amd64.go"
done
