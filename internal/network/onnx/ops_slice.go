package onnx

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// sliced is the part of one axis: n elements from start on, step apart.
type sliced struct{ start, step, n int }

// slice: bounds are attributes before set 10, inputs since.
func slice(c *call) error {
	x := c.in[0]
	bounds := [4][]int64{c.ints("starts"), c.ints("ends"), c.ints("axes"), nil} // and steps
	for i := range bounds {
		v := c.optional(1 + i)
		if v == nil {
			continue
		}
		var ok bool
		if bounds[i], ok = v.list(); !ok {
			return errUnknown
		}
	}
	parts, err := slicing(bounds, x.shape)
	if err != nil {
		return err
	}
	out := make([]int, len(parts))
	reach := map[int]shape.Reach{}
	for i, p := range parts {
		out[i] = p.n
		reach[i] = shape.Part(p.start, p.step)
	}
	c.sees(len(parts), reach)
	from := make([]int, len(parts))
	c.put(0, x.pick(out, func(at []int) int {
		for i, p := range parts {
			from[i] = p.start + at[i]*p.step
		}
		return offset(x.shape, from)
	}))
	return nil
}

// slicing resolves starts, ends, axes and steps on a shape, clamped as ONNX says.
func slicing(bounds [4][]int64, s []int) ([]sliced, error) {
	starts, ends, axes, steps := bounds[0], bounds[1], bounds[2], bounds[3]
	parts := make([]sliced, len(s))
	for i, d := range s {
		parts[i] = sliced{0, 1, d}
	}
	if axes == nil {
		for i := range starts {
			axes = append(axes, int64(i))
		}
	}
	if len(ends) != len(starts) || len(axes) != len(starts) || steps != nil && len(steps) != len(starts) {
		return nil, lang.Errorf("slices from %v to %v along %v by %v", starts, ends, axes, steps)
	}
	if _, err := axisSet(axes, len(s)); err != nil {
		return nil, err
	}
	for i, a := range axes {
		step := int64(1)
		if steps != nil {
			step = steps[i]
		}
		if step == 0 || step == -1<<63 {
			return nil, lang.Errorf("a slice by steps of %d", step)
		}
		at := mod(a, len(s))
		first, count := tensor.Span(starts[i], ends[i], step, s[at])
		if count < 2 {
			step = 1 // a step that is never taken may be as long as it likes
		}
		parts[at] = sliced{first, int(step), count}
	}
	return parts, nil
}

// split: sizes are an attribute before set 13, an input since; without them the parts are equal, the last one smaller.
func split(c *call) error {
	x := c.in[0]
	at, err := axis(c.intOr("axis", 0), len(x.shape))
	if err != nil {
		return err
	}
	sizes := c.ints("split")
	if v := c.optional(1); v != nil {
		var ok bool
		if sizes, ok = v.list(); !ok {
			return errUnknown
		}
	}
	parts := len(c.Outputs)
	if sizes == nil {
		left := x.shape[at]
		each := (left + parts - 1) / max(parts, 1)
		for range parts {
			sizes = append(sizes, int64(min(each, left)))
			left -= min(each, left)
		}
	}
	lengths, err := toShape(sizes[:min(len(sizes), maxSplit)])
	if err != nil {
		return err
	}
	sum, err := layer.Sum(lengths...)
	if err != nil || sum != x.shape[at] || len(lengths) != parts {
		return lang.Errorf("splits %s along axis %d into %v", shapeText(x.shape), at, sizes)
	}
	c.splitting(lengths, at, len(x.shape))
	start := 0
	for i, n := range lengths {
		out := slices.Clone(x.shape)
		out[at] = n
		first := start
		start += n
		from := make([]int, len(out))
		c.put(i, x.pick(out, func(to []int) int {
			copy(from, to)
			from[at] += first
			return offset(x.shape, from)
		}))
	}
	return nil
}

// splitting says that every part starts where the one before it ends.
func (c *call) splitting(lengths []int, at, rank int) {
	starts := make([]int, len(lengths))
	for i := 1; i < len(starts); i++ {
		starts[i] = starts[i-1] + lengths[i-1]
	}
	c.along = func(i, _ int) []network.Along {
		along := sameAxes(rank)
		along[at].Reach = shape.Part(starts[i], 1)
		return along
	}
}
