package ops

import (
	"errors"
	"slices"

	"convx/internal/layer"
	"convx/internal/ops/dense"
	"convx/internal/ops/problem"
)

// blockParts is a chain of an optional 1x1 convolution, a depthwise one, a 1x1 convolution, and an optional sum with the
// chain's input (an inverted residual or a separable block): problems by their place in the chain, -1 for those that are
// missing.
type blockParts struct{ expand, depthwise, project, add int }

// blockOf recognises the chain, and says how many of its problems belong to it.
func blockOf(c *problem.Chain) (parts blockParts, n int, err error) {
	parts = blockParts{-1, 0, 1, -1}
	if len(c.Problems) > 0 && pointwiseConv(c.Problems[0]) {
		parts = blockParts{0, 1, 2, -1}
	}
	if len(c.Problems) <= parts.project {
		return parts, 0, errors.New("it computes a depthwise and a 1x1 convolution")
	}
	d := c.Problems[parts.depthwise]
	switch {
	case d.Stage.Op.Kind() != layer.KindConv || d.NeedsPadding() || !pointwiseConv(c.Problems[parts.project]):
		return parts, 0, errors.New("it computes a depthwise convolution, padded with zeros, and a 1x1 convolution")
	case !oneByOne(c, parts.project+1):
		return parts, 0, errors.New("its stages must read each other")
	}
	n = parts.project + 1
	if n < len(c.Problems) && c.Problems[n].Stage.Op.Kind() == layer.KindAdd {
		if from := slices.Sorted(slices.Values(c.From[n])); slices.Equal(from, []int{-1, n - 1}) {
			parts.add = n
			n++
		}
	}
	return parts, n, nil
}

// acceptBlock is blockOf for a fusion that asks of the depthwise convolution, and of the chain's input channels, why it
// declines them.
func acceptBlock(c *problem.Chain, declines func(d *problem.Convolution, channels int) string) (int, error) {
	parts, n, err := blockOf(c)
	if err != nil {
		return 0, err
	}
	if why := declines(c.Problems[parts.depthwise].Convolution(), c.Problems[0].C); why != "" {
		return 0, errors.New(why)
	}
	return n, nil
}

// oneByOne reports whether each of the first n stages reads the one before alone.
func oneByOne(c *problem.Chain, n int) bool {
	for i, from := range c.From[:n] {
		if len(from) != 1 || from[0] != i-1 {
			return false
		}
	}
	return true
}

// pointwiseConv reports whether a problem is a 1x1 convolution of all channels, pixel by pixel.
func pointwiseConv(p *problem.Problem) bool {
	return p.Stage.Op.Kind() == layer.KindConv && p.Taps() == 1 && p.Groups == 1 && p.Stride == [3]int{1, 1, 1} && p.In == p.Out
}

// block is what the fusions of such a chain are made of.
type block struct {
	problem         *problem.Problem // the depthwise convolution
	depthwise       problem.Operands[float32]
	expand, project *dense.Pointwise
	channels        int // of the input
	residual        bool
	lo, hi          float32 // of the sum
}

func blockFrom(c *problem.Chain, w []problem.Operands[float32]) (block, error) {
	parts, _, err := blockOf(c)
	if err != nil {
		return block{}, err
	}
	pointwise := func(i int) *dense.Pointwise {
		if i < 0 {
			return nil
		}
		p := c.Problems[i]
		return &dense.Pointwise{Weights: w[i].Weight, Bias: w[i].Bias, Out: p.O, Lo: float32(p.Lo), Hi: float32(p.Hi)}
	}
	last := c.Problems[len(c.Problems)-1]
	return block{
		problem: c.Problems[parts.depthwise], depthwise: w[parts.depthwise],
		expand: pointwise(parts.expand), project: pointwise(parts.project),
		channels: c.Problems[0].C, residual: parts.add >= 0, lo: float32(last.Lo), hi: float32(last.Hi),
	}, nil
}
