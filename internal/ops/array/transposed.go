package array

import "convx/internal/tensor"

// transposed scatters: the window slides over the output, and each input meets each tap once.
func transposed[T tensor.Float](c *Call) {
	in, weights := c.In[0], c.In[1]
	n, channels, spatial := c.batched(in)
	groups := c.int("group", 1)
	if len(weights.Shape) != len(in.Shape) || groups < 1 || weights.Shape[0] != channels || channels%groups != 0 {
		c.refusef("weights %v for input %v in %d groups", weights, in, groups)
	}
	w := c.windowOf(c.shape(len(spatial)), weights.Shape[2:])
	c.spread(w, spatial)
	each := weights.Shape[1] // output channels of a group
	filters := each * groups
	result := c.typed(0, append(append(c.shape(2 + len(spatial))[:0], n, filters), w.in...))
	out, x, k := data[T](c, result), data[T](c, in), data[T](c, weights)
	taps := c.taps(w)
	plane, area, size := sizeOf(w.in), sizeOf(spatial), sizeOf(w.kernel)
	c.startPlanes(n, filters, plane, func(f, at int, v float64) {
		row := out[at:][:plane]
		for i := range row {
			row[i] = T(v)
		}
	})
	for image := range n {
		for d := range channels {
			c.check()
			group := d / (channels / groups)
			for f := range each {
				to := (image*filters + group*each + f) * plane
				for i := range taps {
					t := &taps[i]
					v := k[(d*each+f)*size+t.index]
					// The nest's operand 0 is the input here, operand 1 the output.
					t.rows((image*channels+d)*area, to, func(at [operands]int, count int, step [operands]int) {
						addScaled(out[at[1]:], x[at[0]:], v, count, step[1], step[0])
					})
				}
			}
		}
	}
}

// startPlanes calls set with each output plane's place and its bias.
func (c *Call) startPlanes(n, filters, plane int, set func(f, at int, v float64)) {
	bias := make([]float64, filters)
	if b := c.in(2); b != nil {
		if b.Len() != filters {
			c.refusef("bias %v for %d output channels", b, filters)
		}
		loadFloats(bias, b, 0)
	}
	for i := range n * filters {
		set(i%filters, i*plane, bias[i%filters])
	}
}

// spread sets the extents of a transposed convolution's output, which is where its window slides, and the padding where
// the output's extents are given instead.
func (c *Call) spread(w *window, spatial []int) {
	rank := len(spatial)
	extra := c.spatial("output_padding", rank, 0, 0)
	auto := c.text("auto_pad", "NOTSET", "", "SAME_UPPER", "SAME_LOWER", "VALID")
	given := c.ints("output_shape")
	if len(given) == rank+2 {
		given = given[2:] // as some exporters write it
	}
	if len(given) != 0 && len(given) != rank {
		c.refusef("output_shape %v for %d spatial axes", given, rank)
	}
	for i, n := range spatial {
		whole := w.stride[i]*(n-1) + extra[i] + w.reach(i)
		same := auto == "SAME_UPPER" || auto == "SAME_LOWER"
		switch {
		case len(given) != 0:
			w.in[i] = int(given[i])
		case same:
			w.in[i] = n * w.stride[i]
		case auto == "VALID":
			w.before[i], w.after[i] = 0, 0
			fallthrough
		default:
			w.in[i] = whole - w.before[i] - w.after[i]
		}
		if len(given) != 0 || same {
			total := max(0, whole-w.in[i])
			w.before[i], w.after[i] = total-total/2, total/2
			if auto == "SAME_UPPER" {
				w.before[i], w.after[i] = w.after[i], w.before[i]
			}
		}
		if w.in[i] < 0 || n == 0 {
			c.refusef("an output of %d along spatial axis %d", w.in[i], i)
		}
	}
	copy(w.out, spatial)
}
