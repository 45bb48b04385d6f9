package gradient

import (
	"slices"

	"convx/internal/network"
)

// unfolded is the gradient of an operator that can be written in others which have one: they compute its outputs again, and what came
// back goes through them.
func unfolded(write func(b *backward, in *network.Instruction) ([]int, error)) rule {
	return func(b *backward, in *network.Instruction, g []int) error {
		first := len(b.p.Code)
		outs, err := write(b, in)
		if err != nil {
			return err
		}
		written := slices.Clone(b.p.Code[first:])
		b.needs = append(b.needs, make([]bool, len(b.p.Values)-len(b.needs))...)
		for i := range written {
			if _, stops := flat.Get()[written[i].Op]; !stops && slices.ContainsFunc(written[i].In, b.depends) {
				for _, v := range written[i].Out {
					b.needs[v] = true
				}
			}
		}
		for k, v := range outs {
			if g[k] != network.None {
				b.add(v, g[k])
			}
		}
		for i := len(written) - 1; i >= 0; i-- {
			if err := b.through(written[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// single is an unfolded operator with one output.
func single(write func(b *backward, in *network.Instruction) (int, error)) rule {
	return unfolded(func(b *backward, in *network.Instruction) ([]int, error) {
		v, err := write(b, in)
		return []int{v}, err
	})
}

// reduced is a reduction in terms of sums: before is what is added up, after what is made of the sum.
func reduced(before, after func(b *backward, v int) int) rule {
	return single(func(b *backward, in *network.Instruction) (int, error) {
		x := in.In[0]
		if before != nil {
			x = before(b, x)
		}
		v := b.op("ReduceSum", in.Attributes, b.shape(in.Out[0]), append([]int{x}, in.In[1:]...)...)
		if _, noop := in.Attributes["noop_with_empty_axes"]; len(in.In) < 2 && !noop {
			b.p.Code[len(b.p.Code)-1].Version = 11 // of which the axes are attributes, as they are of in
		}
		if after != nil {
			v = after(b, v)
		}
		return v, nil
	})
}

func (b *backward) square(v int) int { return b.mul(v, v) }

// function is an operator on every element, as a part of others.
func function(op string) func(b *backward, v int) int {
	return func(b *backward, v int) int { return b.apply(op, nil, v) }
}

// rmsNorm is x over the root of its mean square, times a scale (Zhang & Sennrich 2019).
func rmsNorm(b *backward, in *network.Instruction) (int, error) {
	x := in.In[0]
	shape := b.shape(x)
	axis := (whole(in, "axis", -1) + len(shape)) % len(shape)
	var axes []int
	for a := axis; a < len(shape); a++ {
		axes = append(axes, a)
	}
	mean := b.mul(b.sum(b.square(x), axes...), b.number(1/float64(elements(shape[axis:]))))
	root := b.apply("Sqrt", nil, b.plus(mean, b.number(attribute(in, "epsilon", 1e-5))))
	return b.mul(b.div(x, root), in.In[1]), nil
}

// lpNorm is x over the sum of its magnitudes along an axis, or the root of the sum of its squares.
func lpNorm(b *backward, in *network.Instruction) (int, error) {
	x := in.In[0]
	axis := (whole(in, "axis", -1) + len(b.shape(x))) % len(b.shape(x))
	if whole(in, "p", 2) == 1 {
		return b.div(x, b.sum(b.apply("Abs", nil, x), axis)), nil
	}
	return b.div(x, b.apply("Sqrt", nil, b.sum(b.square(x), axis))), nil
}

// mvn takes the mean off along some axes, and divides by the deviation.
func mvn(b *backward, in *network.Instruction) (int, error) {
	x, n := in.In[0], 1
	axes := []int{0, 2, 3}
	if given, ok := in.Attributes["axes"].([]int64); ok {
		axes = narrow(given)
	}
	for i, a := range axes {
		axes[i] = (a + len(b.shape(x))) % len(b.shape(x))
		n *= b.shape(x)[axes[i]]
	}
	mean := func(v int) int { return b.mul(b.sum(v, axes...), b.number(1/float64(n))) }
	centred := b.sub(x, mean(x))
	return b.div(centred, b.apply("Sqrt", nil, mean(b.square(centred)))), nil
}
