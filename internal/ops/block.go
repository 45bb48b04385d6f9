package ops

import (
	"errors"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/dense"
	"convx/internal/ops/elementwise"
	"convx/internal/ops/problem"
)

// blockParts is a chain of a 1x1 convolution, a depthwise one, a 1x1 convolution, and an optional sum with the chain's input (an
// inverted residual or a separable block), of which one 1x1 convolution may be missing, and activations after the first two:
// problems by their place in the chain, -1 for those that are missing.
type blockParts struct{ expand, expandGate, depthwise, depthwiseGate, project, add int }

// blockOf recognises the chain, and says how many of its problems belong to it.
func blockOf(c *problem.Chain) (parts blockParts, n int, err error) {
	parts = blockParts{-1, -1, -1, -1, -1, -1}
	take := func(part *int, is func(p *problem.Problem) bool) bool {
		if n < len(c.Problems) && len(c.From[n]) == 1 && c.From[n][0] == n-1 && is(c.Problems[n]) {
			*part = n
			n++
			return true
		}
		return false
	}
	if take(&parts.expand, pointwiseConv) {
		take(&parts.expandGate, activates)
	}
	if !take(&parts.depthwise, zeroPaddedConv) {
		return parts, 0, lang.New("it computes a depthwise convolution, padded with zeros, and a 1x1 convolution before it or behind it")
	}
	take(&parts.depthwiseGate, activates)
	if !take(&parts.project, pointwiseConv) {
		if parts.expand < 0 {
			return parts, 0, lang.New("it computes a depthwise and a 1x1 convolution")
		}
		return parts, n, nil
	}
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

// pointwiseConv reports whether a problem is a 1x1 convolution of all channels, pixel by pixel.
func pointwiseConv(p *problem.Problem) bool {
	return p.Stage.Op.Kind() == layer.KindConv && p.Taps() == 1 && p.Groups == 1 && p.Stride == [3]int{1, 1, 1} && p.In == p.Out
}

func zeroPaddedConv(p *problem.Problem) bool {
	return p.Stage.Op.Kind() == layer.KindConv && !p.NeedsPadding()
}

// activates reports whether a problem is an activation that can be computed in place.
func activates(p *problem.Problem) bool {
	a, ok := p.Stage.Op.(layer.Activation)
	return ok && elementwise.ActivationInPlace(a) != nil
}

// blockFrom is a chain as the fusions of such compute it.
func blockFrom(c *problem.Chain, w []problem.Operands[float32]) (dense.Block, error) {
	parts, _, err := blockOf(c)
	if err != nil {
		return dense.Block{}, err
	}
	gate := func(i int) func(y []float32) {
		if i < 0 {
			return nil
		}
		return elementwise.ActivationInPlace(c.Problems[i].Stage.Op.(layer.Activation))
	}
	pointwise := func(i, gated int) *dense.Pointwise {
		if i < 0 {
			return nil
		}
		p := c.Problems[i]
		return &dense.Pointwise{Weights: w[i].Weight, Bias: w[i].Bias, Out: p.O, Lo: float32(p.Lo), Hi: float32(p.Hi), Activate: gate(gated)}
	}
	last := c.Problems[len(c.Problems)-1]
	depthwise := c.Problems[parts.depthwise].Convolution()
	depthwise.Threads = c.WorthThreads()
	return dense.Block{
		Depthwise: *depthwise, Weights: w[parts.depthwise].Weight, Bias: w[parts.depthwise].Bias,
		Activate: gate(parts.depthwiseGate), Expand: pointwise(parts.expand, parts.expandGate), Project: pointwise(parts.project, -1),
		Channels: c.Problems[0].C, Residual: parts.add >= 0, Lo: float32(last.Lo), Hi: float32(last.Hi),
	}, nil
}
