package onnx

import (
	"math"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/shape"
)

// resampleRules are the operators that change a plane's size, and the reductions.
var resampleRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"Resize":          {apply: resize, least: 1},
		"Upsample":        {apply: resize, least: 1},
		"GridSample":      {apply: gridSample, least: 2},
		"ReduceMean":      {apply: reduce(layer.AveragePool, nil), least: 1},
		"ReduceMax":       {apply: reduce(layer.MaxPool, math.Max), least: 1},
		"ReduceMin":       {apply: reduce("", math.Min), least: 1},
		"ReduceSum":       {apply: reduce("", func(a, b float64) float64 { return a + b }), least: 1},
		"ReduceProd":      {apply: reduce("", func(a, b float64) float64 { return a * b }), least: 1},
		"ReduceL1":        {apply: reduce("", nil), least: 1},
		"ReduceL2":        {apply: reduce("", nil), least: 1},
		"ReduceSumSquare": {apply: reduce("", nil), least: 1},
		"ReduceLogSum":    {apply: reduce("", nil), least: 1},
		"ReduceLogSumExp": {apply: reduce("", nil), least: 1},
		"ArgMax":          {apply: argMax, least: 1},
		"ArgMin":          {apply: argMax, least: 1},
	}
}}

// resize: scales are an attribute of Upsample 7, input 1 of Upsample 9 and Resize 10, input 2 of Resize 11, whose input
// 3 holds sizes. Set 18 added axes and aspect ratios.
func resize(c *call) error {
	x := c.input(0)
	scales, sizes, err := c.scales()
	if err != nil {
		return err
	}
	axes := make([]int, len(x))
	for i := range axes {
		axes[i] = i
	}
	if list := c.ints("axes"); list != nil {
		if _, err := axisSet(list, len(x)); err != nil {
			return err
		}
		axes = axes[:0]
		for _, a := range list {
			axes = append(axes, mod(a, len(x)))
		}
	}
	if len(scales)+len(sizes) != len(axes) {
		return lang.Errorf("%d scales and %d sizes for %d axes of %s", len(scales), len(sizes), len(axes), shapeText(x))
	}
	out := slices.Clone(x)
	for i, a := range axes {
		if sizes != nil {
			out[a] = sizes[i]
			continue
		}
		n := math.Floor(elemFloat.round(float64(x[a]) * scales[i]))
		if !(n >= 0 && n <= layer.MaxExtent) {
			return lang.Errorf("scaling %d by %g", x[a], scales[i])
		}
		out[a] = int(n)
	}
	if sizes != nil {
		keepAspect(c.stringOr("keep_aspect_ratio_policy", "stretch"), x, out, axes)
	}
	return c.resample(x, out)
}

// scales reads the scales or the sizes.
func (c *call) scales() (scales []float64, sizes []int, err error) {
	if a, ok := c.attribute("scales"); ok {
		return a.floats, nil, nil
	}
	at := 1
	if len(c.in) > 2 {
		at = 2
	}
	if v := c.optional(3); v != nil && v.numel() > 0 {
		list, ok := v.list()
		if !ok {
			return nil, nil, errUnknown
		}
		sizes, err = toShape(list)
		return nil, sizes, err
	}
	v := c.optional(at)
	if v == nil {
		return nil, nil, lang.Errorf("has neither scales nor sizes")
	}
	if !v.numbers() {
		return nil, nil, errUnknown
	}
	for i := range v.numel() {
		scales = append(scales, v.float(i))
	}
	return scales, nil, nil
}

// keepAspect makes one scale of several: the smallest where the result must not be larger, else the largest.
func keepAspect(policy string, x, out, axes []int) {
	if policy == "stretch" {
		return
	}
	best := 0.0
	for i, a := range axes {
		s := float64(out[a]) / float64(max(1, x[a]))
		if i == 0 || policy == "not_larger" && s < best || policy == "not_smaller" && s > best {
			best = s
		}
	}
	for _, a := range axes {
		out[a] = int(math.Round(min(best*float64(x[a]), layer.MaxExtent)))
	}
}

// resample makes the node a resize of the plane; of other axes, so many samples.
func (c *call) resample(x, out []int) error {
	c.set(0, out)
	nearest := c.stringOr("mode", "nearest") == "nearest"
	if err := extents(out); err != nil {
		return err
	}
	if len(x) < 3 || len(x) > 5 || !slices.Equal(x[:2], out[:2]) || slices.Contains(out, 0) || slices.Contains(x, 0) {
		n, err := count("FLOPs", 1, append(slices.Clone(out), 7)...)
		if nearest {
			n = 0
		}
		reach := map[int]shape.Reach{}
		for a, d := range x {
			if d != out[a] && d > 0 && out[a] > 0 {
				reach[a] = shape.Resampled(d, out[a], nearest)
			}
		}
		c.sees(len(x), reach)
		c.work(work{flops: n})
		return err
	}
	_, err := c.emit(layer.Resize{Size: out[2:], Nearest: nearest}, [][]int{x})
	return err
}

// gridSample: bilinear samples, 7 FLOPs each.
func gridSample(c *call) error {
	x, grid := c.input(0), c.input(1)
	if len(x) < 3 || len(grid) != len(x) {
		return lang.Errorf("samples %s at %s", shapeText(x), shapeText(grid))
	}
	out := append(slices.Clone(x[:2]), grid[1:len(grid)-1]...)
	n, err := count("FLOPs", 1, append(slices.Clone(out), 7)...)
	if err == nil {
		c.set(0, out)
		c.work(work{flops: n})
	}
	return err
}

// reduce: over the whole plane it is a global pool, else a FLOP for each element that is read. Axes are an attribute
// before set 13 (ReduceSum) or 18 (the others), an input since.
func reduce(pool layer.PoolFunc, join func(a, b float64) float64) func(*call) error {
	return func(c *call) error {
		x := c.in[0]
		axes, err := c.axesOf(1)
		if err != nil {
			return err
		}
		if len(axes) == 0 && c.intOr("noop_with_empty_axes", 0) != 0 {
			return identity(c)
		}
		set, err := axisSet(axes, len(x.shape))
		if err != nil {
			return err
		}
		keep := c.intOr("keepdims", 1) != 0
		out, kept := []int{}, slices.Clone(x.shape)
		plane := len(x.shape) > 3 // over the last of three axes it is as likely a layer norm's mean
		for i, d := range x.shape {
			over := set[i] || len(axes) == 0
			plane = plane && over == (i >= 2)
			switch {
			case !over:
				out = append(out, d)
			case keep:
				out = append(out, 1)
			}
			if over {
				kept[i] = 1
			}
		}
		if c.constant() {
			c.put(0, reduced(x, kept, out, join))
			return nil
		}
		c.runs(mixed(x.shape, func(a int) bool { return set[a] || len(axes) == 0 }, keep))
		c.set(0, out)
		if plane && pool != "" && !slices.Contains(x.shape, 0) {
			_, err := c.emit(layer.Pool{Func: pool, Global: true}, [][]int{x.shape})
			return err
		}
		c.work(work{flops: int64(x.numel())})
		return nil
	}
}

// reduced folds a small constant.
func reduced(x *value, kept, out []int, join func(a, b float64) float64) value {
	v := value{shape: out, elem: x.elem}
	if join == nil || !x.numbers() || !small(x.shape) || x.numel() == 0 {
		return v
	}
	sums := make([]float64, (&value{shape: kept}).numel())
	first := make([]bool, len(sums))
	each(x.shape, func(at []int) {
		i, y := offset(kept, at), x.float(offset(x.shape, at))
		if first[i] {
			y = join(sums[i], y)
		}
		sums[i], first[i] = y, true
	})
	for _, s := range sums {
		switch {
		case x.ints == nil:
			v.floats = append(v.floats, s)
		case math.Abs(s) > exact:
			return value{shape: out, elem: x.elem}
		default:
			v.ints = append(v.ints, int64(s))
		}
	}
	return v
}

// argMax compares every element of an axis.
func argMax(c *call) error {
	x := c.in[0]
	at, err := axis(c.intOr("axis", 0), len(x.shape))
	if err != nil {
		return err
	}
	out := slices.Clone(x.shape)
	if out[at] = 1; c.intOr("keepdims", 1) == 0 {
		out = slices.Delete(out, at, at+1)
	}
	c.put(0, value{shape: out, elem: elemInt64})
	c.runs(mixed(x.shape, func(a int) bool { return a == at }, len(out) == len(x.shape)))
	c.work(work{flops: int64(x.numel())})
	return nil
}
