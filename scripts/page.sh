#!/usr/bin/env bash
# usage: page.sh FILE   builds the page as one HTML file with its engine inside: it opens from a USB stick, with no network.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-dist/explorer.html}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$(dirname "$out")"
# What does not compute is compiled without inlining, which takes 6 % of the file.
inlined=(math convx/internal/{tensor,infer,ops/...})
GOOS=js GOARCH=wasm go build -trimpath -ldflags='-s -w' -gcflags=all=-l "${inlined[@]/*/-gcflags=&=}" -o "$work/engine.wasm" ./cmd/explorer
gzip -9 -n "$work/engine.wasm"
go run ./scripts/page -site internal/page/site -wasm "$work/engine.wasm.gz" -exec "$(go env GOROOT)/lib/wasm/wasm_exec.js" -out "$out"
bytes=$(wc -c <"$out")
echo "$out: $bytes bytes"
# It goes by mail and onto small sticks.
if [ "$bytes" -ge 4000000 ]; then echo "page.sh: that is more than 4 MB" >&2; exit 1; fi
