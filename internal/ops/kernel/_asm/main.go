// Command asm writes the assembly of package kernel with avo, one kernel a
// run: go run . -kernel gemm -out ../gemm_amd64.s -stubs ../gemm_stub_amd64.go.
// ../generate.sh runs it for every kernel.
package main

import (
	"flag"
	"log"

	. "github.com/mmcloughlin/avo/build"
)

// kernels lists the generators by name; each has a file of its name.
var kernels = map[string]func(){
	"block":    block,
	"fourier":  fourier,
	"gemm":     gemm,
	"lane":     lane,
	"peak":     peak,
	"plane":    plane,
	"resize":   resize,
	"rows":     rows,
	"sample":   sample,
	"split":    split,
	"stream":   stream,
	"strip":    strip,
	"taps":     taps,
	"weave":    weave,
	"winograd": winograd,
}

func main() {
	name := flag.String("kernel", "", "the kernel to generate")
	flag.Parse()
	generate, ok := kernels[*name]
	if !ok {
		log.Fatalf("unknown kernel %q", *name)
	}
	ConstraintExpr("!purego")
	generate()
	Generate()
}
