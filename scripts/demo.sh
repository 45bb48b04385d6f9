#!/usr/bin/env bash
# usage: demo.sh CONVX FOLDER   convolutions on the embedded sample picture; pictures go to FOLDER.
set -euo pipefail
convx=$1 out=$2
mkdir -p "$out"

show() { printf '\n$ convx %s\n' "$*"; "$convx" "$@"; }

echo "convx on its embedded sample picture, 320x208."
show shape standard -i 3x208x320 -c 64 -k 7 -s 2 -p 3
show flops separable -i 64x56x56 -c 128 -k 3 -p 1
show run depthwise --filter sobel-x -p 1 -o "$out/edges.png"
show run depthwise --filter gaussian:9 -p same --pad-mode reflect -o "$out/blurred.png"
show run transposed -c 3 -k 3 -s 2 -o "$out/checkerboard.png"
show run resize-conv -c 3 -o "$out/no-checkerboard.png"
show compare -i 64x56x56 -c 128 -k 3 -p 1 standard grouped,groups=4 separable

printf '\nThe pictures are in %s/:\n' "$out"
ls "$out"
