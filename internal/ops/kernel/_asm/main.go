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
	"deinterleave":    deinterleave,
	"depthwise_nchwc": depthwiseNCHWc,
	"direct_nchw":     directNCHW,
	"direct_nchwc":    directNCHWc,
	"elementwise":     elementwise,
	"fft":             fft,
	"gemm":            gemm,
	"gemm_nchwc":      gemmNCHWc,
	"indirect_gemm":   indirectGemm,
	"interleave":      interleave,
	"pack_nchwc":      packNCHWc,
	"peak":            peak,
	"resize":          resize,
	"sample":          sample,
	"strided_copy":    stridedCopy,
	"winograd":        winograd,
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
