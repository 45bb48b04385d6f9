package ops

import (
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
	if fourier.Declines(d.Convolution()) == "" && fftCost(d) < directNCHWCost(d) {
		return false
	}
	between, near := 4*d.N*d.O*d.OutPlane(), 3<<19
	if parts.expand >= 0 {
		between, near = between+4*d.N*d.C*d.InPlane(), 1<<20
	} else if c.Problems[parts.project].O > mostOuts {
		return false
	}
	return between >= near
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
	return problem.NewConvRunner(b.problem, planes.NewBlockBands(*b.problem.Convolution(), b.depthwise.Weight, b.depthwise.Bias,
		b.expand, b.project, b.channels, b.residual, b.lo, b.hi)), nil
}
