// Command asm writes the assembly of package kernel with avo, one kernel a
// run: go run . -kernel gemm -out ../gemm_amd64.s -stubs ../gemm_stub_amd64.go.
// ../generate.sh runs it for every kernel.
package main

import (
	"flag"
	"log"
	"os"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
)

// kernels lists the generators by name, for amd64 and for arm64, nil where that has none; each has a file of its name.
var kernels = map[string]struct{ amd64, arm64 func() }{
	"deinterleave":     {deinterleave, deinterleaveNEON},
	"depthwise_nchwc":  {depthwiseNCHWc, depthwiseNCHWc},
	"direct_nchw":      {directNCHW, directNCHWNEON},
	"direct_nchw_taps": {directNCHWTaps, directNCHWTapsNEON},
	"direct_nchwc":     {directNCHWc, directNCHWcNEON},
	"elementwise":      {elementwise, elementwise},
	"fft":              {fft, fft},
	"gemm":             {gemm, gemmNEON},
	"gemm_nchwc":       {gemmNCHWc, gemmNCHWcNEON},
	"indirect_gemm":    {indirectGemm, indirectGemmNEON},
	"interleave":       {interleave, interleaveNEON},
	"join_rows":        {joinRows, joinRows},
	"pack_nchwc":       {packNCHWc, packNCHWcNEON},
	"peak":             {peak, peakNEON},
	"resize":           {resize, resize},
	"sample":           {sample, sample},
	"scale_rows":       {scaleRows, scaleRows},
	"strided_copy":     {stridedCopy, stridedCopyNEON},
	"winograd":         {winograd, winograd},
	"winograd_expand":  {winogradExpand, winogradExpand},
	"winograd_weights": {winogradWeights, nil},
}

func main() {
	name := flag.String("kernel", "", "the kernel to generate")
	arch := flag.String("arch", "amd64", "the architecture: amd64 or arm64")
	macros := flag.Bool("macros", false, "print the header that arm64's assembly includes, and no kernel")
	flag.Parse()
	if *macros {
		writeNEONMacros(os.Stdout)
		return
	}
	k, ok := kernels[*name]
	if !ok {
		log.Fatalf("unknown kernel %q", *name)
	}
	generate := k.amd64
	if *arch == "arm64" {
		generate, targets, pass.Compile = k.arm64, []target{neon}, neonPasses
	}
	if generate == nil {
		return
	}
	ConstraintExpr("!purego")
	generate()
	Generate()
}
