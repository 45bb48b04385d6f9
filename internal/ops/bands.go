package ops

import (
	"errors"
	"slices"

	"convx/internal/layer"
	"convx/internal/ops/planes"
)

// bandParts is a chain of an optional 1x1 convolution, a depthwise one, a 1x1 convolution, and an optional sum with the
// chain's input: problems by their place in the chain, -1 for those that are missing.
type bandParts struct{ expand, depthwise, project, add int }

// bandsOf recognises the chain. An inverted residual or a separable block computed by bands of rows keeps the channels
// between its stages in the cache.
func bandsOf(c *chain) (parts bandParts, n int, err error) {
	parts = bandParts{-1, 0, 1, -1}
	if len(c.Problems) > 0 && pointwiseConv(c.Problems[0]) {
		parts = bandParts{0, 1, 2, -1}
	}
	if len(c.Problems) <= parts.project {
		return parts, 0, errors.New("it computes a depthwise and a 1x1 convolution")
	}
	d := c.Problems[parts.depthwise]
	switch {
	case d.Stage.Op.Kind() != layer.KindConv || d.needsPadding() || !pointwiseConv(c.Problems[parts.project]):
		return parts, 0, errors.New("it computes a depthwise convolution, padded with zeros, and a 1x1 convolution")
	case !oneByOne(c, parts.project+1):
		return parts, 0, errors.New("its stages must read each other")
	}
	if why := planes.BlockDeclines(denseProblem(d)); why != "" {
		return parts, 0, errors.New(why)
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

// oneByOne reports whether each of the first n stages reads the one before alone.
func oneByOne(c *chain, n int) bool {
	for i, from := range c.From[:n] {
		if len(from) != 1 || from[0] != i-1 {
			return false
		}
	}
	return true
}

// pointwiseConv reports whether a problem is a 1x1 convolution of all channels, pixel by pixel.
func pointwiseConv(p *Problem) bool {
	return p.Stage.Op.Kind() == layer.KindConv && p.Taps() == 1 && p.Groups == 1 && p.Stride == [3]int{1, 1, 1} && p.In == p.Out
}

func bandsAccepts(c *chain) (int, error) {
	_, n, err := bandsOf(c)
	return n, err
}

// bandsPay reports whether what is between the stages would leave the caches: measured, stages in turn are as quick up to
// some MiB, since their products are not cut into bands.
func bandsPay(c *chain) bool {
	parts, _, err := bandsOf(c)
	if err != nil {
		return false
	}
	d := c.Problems[parts.depthwise]
	between, near := 4*d.N*d.O*d.OutPlane(), 4<<20
	if parts.expand >= 0 {
		between, near = between+4*d.N*d.C*d.InPlane(), 1<<20
	}
	return between >= near
}

func newBands(c *chain, w []operands[float32]) (runner[float32], error) {
	parts, _, err := bandsOf(c)
	if err != nil {
		return nil, err
	}
	pointwise := func(i int) *planes.Pointwise {
		if i < 0 {
			return nil
		}
		p := c.Problems[i]
		return &planes.Pointwise{Weights: w[i].Weight, Bias: w[i].Bias, Out: p.O, Lo: float32(p.Lo), Hi: float32(p.Hi)}
	}
	d := c.Problems[parts.depthwise]
	last := c.Problems[len(c.Problems)-1]
	b := planes.NewBlock(*denseProblem(d), w[parts.depthwise].Weight, w[parts.depthwise].Bias,
		pointwise(parts.expand), pointwise(parts.project), c.Problems[0].C, parts.add >= 0, float32(last.Lo), float32(last.Hi))
	return newDense(d, b), nil
}
