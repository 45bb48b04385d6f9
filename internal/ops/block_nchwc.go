package ops

import (
	"convx/internal/ops/dense"
	"convx/internal/ops/problem"
)

func blockNCHWcAccepts(c *problem.Chain) (int, error) {
	return acceptBlock(c, dense.BlockNCHWcDeclines)
}

// blockNCHWcPays reports whether planes are small: measured, filters of wide rows are quicker than those of channel blocks, and
// what they lose against stages in turn is more than the copies that these save. A first product saves most; of 28x28 outputs
// bands are quicker.
func blockNCHWcPays(c *problem.Chain) bool {
	parts, _, err := blockOf(c)
	if err != nil {
		return false
	}
	d := c.Problems[parts.depthwise]
	if !dense.BlockPays(d.Convolution()) {
		return false
	}
	if parts.expand >= 0 && dense.StridedBlockPays(d.Convolution(), c.Problems[0].C) {
		return true
	}
	return d.InPlane()*d.Taps() <= 28*28*9 && (parts.expand >= 0 && d.OutPlane() <= 20*20 || d.InPlane() <= 20*20)
}

// newBlockNCHWc computes a block on channel blocks from its first stage to its last.
func newBlockNCHWc(c *problem.Chain, w []problem.Operands[float32]) (problem.Runner[float32], error) {
	b, err := blockFrom(c, w)
	if err != nil {
		return nil, err
	}
	return problem.NewConvRunner(c.Problems[0], dense.NewBlockNCHWc(b)), nil
}
