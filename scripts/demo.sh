#!/usr/bin/env bash
# usage: demo.sh CONVX FOLDER   convolutions on the embedded sample picture; pictures go to FOLDER.
set -euo pipefail
convx=$1 out=$2
mkdir -p "$out"

show() { printf '\n$ convx %s\n' "$*"; "$convx" "$@"; }

echo "What comes out, and what does it cost?"
show shape standard -i 3x208x320 -c 64 -k 7 -s 2 -p 3
show flops separable -i 64x56x56 -c 128 -k 3 -p 1

printf '\nWhat does it do to a picture? (No file is named: convx brings one.)\n'
show run depthwise --color gray --filter sobel-x -p 1 --pad-mode replicate -o "$out/edges.png"
show run depthwise --filter gaussian:9 -p same --pad-mode replicate -o "$out/blurred.png"

printf '\nA transposed convolution whose kernel 3 is not divisible by its stride 2 makes a checkerboard; resizing first does not.\n'
show run depthwise --filter box:2 -s 2 -o "$out/small.npy"
show run transposed "$out/small.npy" --filter box:3 -s 2 -p 1 --output-padding 1 --map minmax -o "$out/checkerboard.png"
show run resize-conv "$out/small.npy" --filter box:3 -p 1 --map minmax -o "$out/no-checkerboard.png"
show draw transposed -o "$out/transposed.gif"

printf '\nThe same side by side; and the window, sliding over the picture.\n'
show compare "$out/small.npy" --filter box:3 transposed,stride=2,padding=1,output-padding=1 resize-conv,padding=1 --no-time --map minmax -o "$out/side-by-side.png"
show draw standard --filter sobel-x --color gray -o "$out/slide.gif"

printf '\nWhich one should I use?\n'
show compare -i 64x56x56 -c 128 -k 3 -p 1 standard grouped,groups=4 separable

printf '\nWhat does a whole network see? One was trained on drawings; the filters of the other are known.\n'
show sample seven -o "$out/seven.png"
show run --net drawings "$out/seven.png" --top 3
show run --net drawings "$out/seven.png" --at 'relu*' -o "$out/maps-of-a-seven/"
show sample -o "$out/photo.png"
show run --net filters "$out/photo.png" --at edges --at corners -o "$out/maps-of-a-picture/"

printf '\nThe pictures are in %s/:\n' "$out"
ls "$out"
