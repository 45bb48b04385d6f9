package ops

import (
	"convx/internal/ops/dense"
	"convx/internal/ops/fourier"
	"convx/internal/ops/planes"
	"convx/internal/ops/problem"
)

func blockBandsAccepts(c *problem.Chain) (int, error) {
	return acceptBlock(c, func(d *problem.Convolution, _ int) string { return planes.BlockBandsDeclines(d) })
}

// blockBandsPays reports whether what is between the stages would leave the caches: measured, stages in turn are as quick up to
// a MiB or more, since their products are not cut into bands; and large kernels are quicker by FFT, which bands do not
// know.
func blockBandsPays(c *problem.Chain) bool {
	parts, _, err := blockOf(c)
	if err != nil {
		return false
	}
	d := c.Problems[parts.depthwise]
	if !dense.BlockPays(d.Convolution()) {
		return false
	}
	if fourier.Declines(d.Convolution()) == "" && fftCost(d) < directNCHWCost(d) {
		return false
	}
	expanded, filtered := 4*d.N*d.C*d.InPlane(), 4*d.N*d.O*d.OutPlane()
	switch {
	case parts.project < 0:
		return expanded >= 3<<18
	case parts.expand >= 0:
		return expanded+filtered >= 1<<20
	}
	return filtered >= 3<<19 && c.Problems[parts.project].O <= mostOuts
}

// mostOuts is the output channels up to which a separable block is bound by what is between its stages, not by its
// products.
const mostOuts = 128

// newBlockBands computes a block by bands of rows, which keep the channels between its stages in the cache.
func newBlockBands(c *problem.Chain, w []problem.Operands[float32]) (problem.Runner[float32], error) {
	b, err := blockFrom(c, w)
	if err != nil {
		return nil, err
	}
	return problem.NewConvRunner(c.Problems[0], planes.NewBlockBands(b)), nil
}
