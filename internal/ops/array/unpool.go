package array

import "convx/internal/tensor"

// maxUnpool takes indices in the output that the window's attributes give, which a given one may be larger than.
func maxUnpool[T tensor.Float](c *Call) {
	in := c.In[0]
	n, channels, spatial := c.batched(in)
	w := c.windowOf(spatial, nil)
	shape := append(c.shape(len(in.Shape))[:0], n, channels)
	for i, d := range spatial {
		d = (d-1)*w.stride[i] - w.before[i] - w.after[i] + w.kernel[i]
		if d < 0 {
			c.refusef("an output of %d along spatial axis %d", d, i)
		}
		shape = append(shape, d)
	}
	whole := shape
	if a := c.in(2); a != nil {
		whole = c.dims(a)
		if len(whole) != len(shape) {
			c.refusef("output_shape %v for %v", whole, in)
		}
		for i, d := range shape {
			if whole[i] < d {
				c.refusef("output_shape %v, expected at least %v", whole, shape)
			}
		}
	}
	out := data[T](c, c.typed(0, whole))
	clear(out)
	where, x, size := data[int64](c, c.In[1]), data[T](c, in), sizeOf(shape)
	if len(where) != len(x) {
		c.refusef("indices %v for %v", c.In[1], in)
	}
	step := strides(c.shape(len(whole)), whole)
	for i, v := range x {
		at, to := c.place(where[i], size), 0
		for k := len(shape) - 1; k >= 0; k-- {
			to += at % shape[k] * step[k]
			at /= shape[k]
		}
		out[to] = v
	}
}
