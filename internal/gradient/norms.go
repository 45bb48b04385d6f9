package gradient

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/network"
)

// batchNorm at inference is a factor and a term for each channel.
func batchNorm(b *backward, in *network.Instruction, g []int) error {
	scale, variance := in.In[1], in.In[4]
	root := b.apply("Sqrt", nil, b.plus(variance, b.number(attribute(in, "epsilon", 1e-5))))
	b.add(in.In[0], b.mul(g[0], b.perChannel(b.div(scale, root), in.In[0])))
	return nil
}

// perChannel gives a vector the shape in which it broadcasts along the channels of x.
func (b *backward) perChannel(v, x int) int {
	shape := slices.Repeat([]int{1}, len(b.shape(x)))
	shape[1] = b.shape(x)[1]
	return b.reshape(v, shape)
}

func instanceNorm(b *backward, in *network.Instruction, g []int) error {
	x := b.shape(in.In[0])
	scaled := b.mul(g[0], b.perChannel(in.In[1], in.In[0]))
	b.add(in.In[0], b.normalized(in.In[0], scaled, x[0]*x[1], attribute(in, "epsilon", 1e-5)))
	return nil
}

func groupNorm(b *backward, in *network.Instruction, g []int) error {
	x := b.shape(in.In[0])
	groups := whole(in, "num_groups", 1)
	if elements(b.shape(in.In[1])) != x[1] {
		return unknown(lang.Text("with a factor for each group"))
	}
	scaled := b.mul(g[0], b.perChannel(in.In[1], in.In[0]))
	b.add(in.In[0], b.normalized(in.In[0], scaled, x[0]*groups, attribute(in, "epsilon", 1e-5)))
	return nil
}

func layerNorm(b *backward, in *network.Instruction, g []int) error {
	x := b.shape(in.In[0])
	axis := (whole(in, "axis", -1) + len(x)) % len(x)
	b.add(in.In[0], b.normalized(in.In[0], b.mul(g[0], in.In[1]), elements(x[:axis]), attribute(in, "epsilon", 1e-5)))
	return nil
}

// normalized propagates g through what takes the mean off each of so many rows of x and divides it by the root of its variance:
// (g - mean(g) - z mean(g z)) / root, where z is what it makes (Ioffe & Szegedy 2015).
func (b *backward) normalized(x, g, rows int, epsilon float64) int {
	shape := b.shape(x)
	n := elements(shape) / rows
	mean := func(v int) int { return b.mul(b.sum(v, 1), b.number(1/float64(n))) }
	x, g = b.reshape(x, []int{rows, n}), b.reshape(g, []int{rows, n})
	centred := b.sub(x, mean(x))
	root := b.apply("Sqrt", nil, b.plus(mean(b.mul(centred, centred)), b.number(epsilon)))
	z := b.div(centred, root)
	return b.reshape(b.div(b.sub(b.sub(g, mean(g)), b.mul(z, mean(b.mul(g, z)))), root), shape)
}

// lrn is x d^-beta with d = bias + alpha/size times the sum of squares over neighbouring channels (Krizhevsky et al. 2012): a
// channel's gradient has a term of its own, and one of each channel in whose sum it is.
func lrn(b *backward, in *network.Instruction, g []int) error {
	x := in.In[0]
	size, alpha, beta := whole(in, "size", 1), attribute(in, "alpha", 1e-4), attribute(in, "beta", 0.75)
	shape := b.shape(x)
	if size%2 == 0 {
		return unknown(lang.Text("over an even number of channels"))
	}
	around := func(v int) int { // sums over neighbouring channels, which lie side by side once planes are rows
		rows := []int{shape[0], 1, shape[1], elements(shape[2:])}
		half := int64(size / 2)
		pooled := b.op("AveragePool", map[string]any{"kernel_shape": []int64{int64(size), 1}, "strides": []int64{1, 1}, "pads": []int64{half, 0, half, 0}, "count_include_pad": int64(1)},
			rows, b.reshape(v, rows))
		return b.mul(b.reshape(pooled, shape), b.number(float64(size)))
	}
	d := b.plus(b.number(attribute(in, "bias", 1)), b.mul(b.number(alpha/float64(size)), around(b.mul(x, x))))
	own := b.mul(g[0], b.op("Pow", nil, shape, d, b.number(-beta)))
	others := around(b.mul(b.mul(g[0], x), b.op("Pow", nil, shape, d, b.number(-beta-1))))
	b.add(x, b.sub(own, b.mul(b.number(2*alpha*beta/float64(size)), b.mul(x, others))))
	return nil
}
