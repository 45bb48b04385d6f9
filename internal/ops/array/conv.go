package array

import (
	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// convolutions slide weights over inputs. Inside networks, convx's own algorithms take their place: these are for the
// element types and ranks that those do not have.
func convolutions() []Operator {
	return []Operator{
		{Name: "Conv", Inputs: Arity{2, 3}, Outputs: one, Elems: floats, same: 3, Doc: "convolution, of any rank, grouped, dilated", run: floating(conv[float32], conv[float64])},
		{Name: "ConvTranspose", Inputs: Arity{2, 3}, Outputs: one, Elems: floats, same: 3, Doc: "transposed convolution", run: floating(transposed[float32], transposed[float64])},
		{Name: "DeformConv", Inputs: Arity{3, 5}, Outputs: one, Elems: floats, same: 5, Doc: "convolution at places that an input moves", run: floating(deformable[float32], deformable[float64])},
		{Name: "ConvInteger", Inputs: Arity{2, 4}, Outputs: one, Elems: elems(tensor.Int8, tensor.Uint8), Doc: "convolution of quantized integers, to int32", run: convInteger},
		{Name: "QLinearConv", Inputs: Arity{8, 9}, Outputs: one, Elems: elems(tensor.Int8, tensor.Uint8), of: 7, Doc: "convolution of quantized integers, quantized again", run: qlinearConv},
	}
}

func conv[T tensor.Float](c *Call) {
	n, filters, w, spatial := c.convShape(c.In[0], c.In[1])
	out := c.typed(0, append(append(c.shape(2 + len(spatial))[:0], n, filters), spatial...))
	var bias []T
	if b := c.in(2); b != nil {
		bias = data[T](c, b)
		if len(bias) != filters {
			c.refusef("bias %v for %d output channels", b, filters)
		}
	}
	convolve(c, w, data[T](c, out), data[T](c, c.In[0]), data[T](c, c.In[1]), bias, n, filters)
}

// convShape checks the input against the weights and returns the batch, the output channels, the window and the spatial
// extents of the output.
func (c *Call) convShape(x, weights *tensor.Array) (n, filters int, w *window, spatial []int) {
	n, channels, in := c.batched(x)
	groups := c.int("group", 1)
	if len(weights.Shape) != len(x.Shape) {
		c.refusef("weights %v for input %v", weights, x)
	}
	filters = weights.Shape[0]
	if groups < 1 || filters%groups != 0 || weights.Shape[1]*groups != channels {
		c.refusef("weights %v for input %v in %d groups", weights, x, groups)
	}
	w = c.windowOf(in, weights.Shape[2:])
	c.slide(w)
	return n, filters, w, w.out
}

// convolve adds one tap of one channel at a time to whole output planes.
func convolve[T number](c *Call, w *window, out, x, weights, bias []T, n, filters int) {
	taps := c.taps(w)
	plane, area, size := sizeOf(w.out), sizeOf(w.in), sizeOf(w.kernel)
	groups := c.int("group", 1)
	depth := 0
	if filters > 0 && size > 0 {
		depth = len(weights) / filters / size
	}
	for image := range n {
		for f := range filters {
			c.check()
			to := (image*filters + f) * plane
			start := T(0)
			if bias != nil {
				start = bias[f]
			}
			row := out[to:][:plane]
			for i := range row {
				row[i] = start
			}
			for d := range depth {
				from := (image*groups*depth + f/(filters/groups)*depth + d) * area
				for i := range taps {
					t := &taps[i]
					v := weights[(f*depth+d)*size+t.index]
					t.rows(to, from, func(at [operands]int, count int, step [operands]int) {
						addScaled(out[at[0]:], x[at[1]:], v, count, step[0], step[1])
					})
				}
			}
		}
	}
}

// addScaled adds v times a row of x to a row of out.
func addScaled[T number](out, x []T, v T, count, to, from int) {
	if to == 1 && from == 1 {
		if o, ok := any(out).([]float32); ok && count >= 8 {
			kernel.Best().Blend(o[:count], any(x).([]float32)[:count], o[:count], float32(v), 1, -inf, inf)
			return
		}
		out, x = out[:count], x[:count]
		for i, a := range x {
			out[i] += v * a
		}
		return
	}
	for i := range count {
		out[i*to] += v * x[i*from]
	}
}
