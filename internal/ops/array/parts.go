package array

import "convx/internal/tensor"

func concat(c *Call) {
	first := c.In[0]
	rank := len(first.Shape)
	if rank == 0 {
		c.refusef("scalars cannot be joined")
	}
	if !c.has("axis") && c.Version >= 4 {
		c.refusef("no axis is given")
	}
	axis := c.axis(c.int("axis", 1), rank)
	shape := c.shape(rank)
	copy(shape, first.Shape)
	shape[axis] = 0
	for _, in := range c.In {
		if len(in.Shape) != rank || in.Elem != first.Elem {
			c.refusef("%v beside %v", in, first)
		}
		for k, d := range in.Shape {
			if k != axis && d != first.Shape[k] {
				c.refusef("%v beside %v along axis %d", in, first, axis)
			}
		}
		shape[axis] += in.Shape[axis]
	}
	out := c.typed(0, shape)
	whole, at := aroundAxis(shape, axis), 0
	for _, in := range c.In {
		part := in.Shape[axis] * whole.inner
		c.nest.reset()
		c.nest.add(whole.outer, [operands]int{whole.n * whole.inner, part})
		c.nest.add(part, [operands]int{1, 1})
		c.nest.base[0] = at
		c.copyNest(out, in)
		at += part
	}
}

// split takes lengths from an input or an attribute, or makes equal parts of which the last may be shorter.
func split(c *Call) {
	in := c.In[0]
	rank := len(in.Shape)
	if rank == 0 {
		c.refusef("a scalar has no axis")
	}
	axis := c.axis(c.int("axis", 0), rank)
	lengths, given := c.integers(1, "split")
	count := len(c.Out)
	if n := c.int("num_outputs", count); n != count {
		c.refusef("num_outputs is %d, the node has %d outputs", n, count)
	}
	whole := aroundAxis(in.Shape, axis)
	sizes := c.shape(count)
	if given {
		if len(lengths) != count {
			c.refusef("%d lengths for %d outputs", len(lengths), count)
		}
		for i, n := range lengths {
			sizes[i] = tensor.Int(n)
		}
	} else {
		each := (whole.n + count - 1) / count
		for i := range sizes {
			sizes[i] = max(0, min(each, whole.n-i*each))
		}
	}
	left := whole.n
	for _, n := range sizes {
		if n < 0 || n > left {
			c.refusef("lengths %v of axis %d of %v", sizes, axis, in)
		}
		left -= n
	}
	if left != 0 {
		c.refusef("lengths %v of axis %d of %v", sizes, axis, in)
	}
	shape, at := c.shape(rank), 0
	copy(shape, in.Shape)
	for i, n := range sizes {
		shape[axis] = n
		out := c.typed(i, shape)
		part := n * whole.inner
		c.nest.reset()
		c.nest.add(whole.outer, [operands]int{part, whole.n * whole.inner})
		c.nest.add(part, [operands]int{1, 1})
		c.nest.base[1] = at
		c.copyNest(out, in)
		at += part
	}
}

// slice takes ranges as inputs, or below opset 10 as attributes. Ends are cut to the axis.
func slice(c *Call) {
	in := c.In[0]
	rank := len(in.Shape)
	starts, _ := c.integers(1, "starts")
	ends, _ := c.integers(2, "ends")
	axes, some := c.integers(3, "axes")
	var steps []int64
	if a := c.in(4); a != nil {
		steps = c.indices(a)
	}
	if len(starts) != len(ends) || some && len(axes) != len(starts) || steps != nil && len(steps) != len(starts) || len(starts) > rank {
		c.refusef("starts %v, ends %v, axes %v, steps %v for %v", starts, ends, axes, steps, in)
	}
	from := strides(c.shape(rank), in.Shape)
	shape, step, seen, base := c.shape(rank), c.shape(rank), c.shape(rank), 0
	copy(shape, in.Shape)
	clear(seen)
	for i := range step {
		step[i] = 1
	}
	for i := range starts {
		axis := i
		if some {
			axis = c.axis(tensor.Int(axes[i]), rank)
		}
		if seen[axis] != 0 {
			c.refusef("axis %d is named twice", axis)
		}
		seen[axis] = 1
		by := int64(1)
		if steps != nil {
			by = steps[i]
		}
		if by == 0 {
			c.refusef("a step of 0 along axis %d", axis)
		}
		start, n := tensor.Span(starts[i], ends[i], by, in.Shape[axis])
		shape[axis], step[axis] = n, int(by)
		if n > 0 {
			base += start * from[axis]
		}
		if n < 2 {
			step[axis] = 1
		}
	}
	out := c.typed(0, shape)
	to := strides(c.shape(rank), shape)
	c.nest.reset()
	for i, d := range shape {
		c.nest.add(d, [operands]int{to[i], from[i] * step[i]})
	}
	c.nest.base[1] = base
	c.copyNest(out, in)
}

// blocks is the block size, checked.
func (c *Call) blocks() int {
	size := c.int("blocksize", 0)
	if size < 1 || size > 1<<20 {
		c.refusef("blocksize is %d", size)
	}
	if len(c.In[0].Shape) != 4 {
		c.refusef("%v, expected four axes", c.In[0])
	}
	return size
}

func depthToSpace(c *Call) {
	b, in := c.blocks(), c.In[0]
	s := in.Shape
	if s[1]%(b*b) != 0 {
		c.refusef("%d channels do not make blocks of %dx%d", s[1], b, b)
	}
	n, d, h, w := s[0], s[1]/(b*b), s[2], s[3]
	out := c.typed(0, append(c.shape(4)[:0], n, d, h*b, w*b))
	c.nest.reset()
	channel, by, bx := h*w, d*h*w*b, d*h*w // where blocks are outermost (DCR)
	if c.text("mode", "DCR", "CRD") == "CRD" {
		channel, by, bx = h*w*b*b, h*w*b, h*w
	}
	c.nest.add(n, [operands]int{d * h * b * w * b, s[1] * h * w})
	c.nest.add(d, [operands]int{h * b * w * b, channel})
	c.nest.add(h, [operands]int{b * w * b, w})
	c.nest.add(b, [operands]int{w * b, by})
	c.nest.add(w, [operands]int{b, 1})
	c.nest.add(b, [operands]int{1, bx})
	c.copyNest(out, in)
}

func spaceToDepth(c *Call) {
	b, in := c.blocks(), c.In[0]
	s := in.Shape
	if s[2]%b != 0 || s[3]%b != 0 {
		c.refusef("%v does not part into blocks of %dx%d", in, b, b)
	}
	n, d, h, w := s[0], s[1], s[2]/b, s[3]/b
	out := c.typed(0, append(c.shape(4)[:0], n, d*b*b, h, w))
	c.nest.reset()
	c.nest.add(n, [operands]int{d * b * b * h * w, d * h * b * w * b})
	c.nest.add(b, [operands]int{b * d * h * w, w * b})
	c.nest.add(b, [operands]int{d * h * w, 1})
	c.nest.add(d, [operands]int{h * w, h * b * w * b})
	c.nest.add(h, [operands]int{w, b * w * b})
	c.nest.add(w, [operands]int{1, b})
	c.copyNest(out, in)
}

// reverseSequence walks every sequence twice: what is turned, and the rest.
func reverseSequence(c *Call) {
	in := c.In[0]
	batch, time := c.int("batch_axis", 1), c.int("time_axis", 0)
	if len(in.Shape) < 2 || batch+time != 1 || batch*time != 0 {
		c.refusef("batch axis %d and time axis %d of %v, expected 0 and 1", batch, time, in)
	}
	lengths := c.indices(c.In[1])
	if len(lengths) != in.Shape[batch] {
		c.refusef("%d lengths for a batch of %d", len(lengths), in.Shape[batch])
	}
	out := c.typed(0, in.Shape)
	step := strides(c.shape(len(in.Shape)), in.Shape)
	for b, length := range lengths {
		n := in.Shape[time]
		if length < 0 || int(length) > n {
			c.refusef("a length of %d in sequences of %d", length, n)
		}
		turned := int(length)
		for _, part := range [2]struct{ to, from, count, by int }{{0, turned - 1, turned, -1}, {turned, turned, n - turned, 1}} {
			c.nest.reset()
			c.nest.add(part.count, [operands]int{step[time], part.by * step[time]})
			c.nest.add(step[1], [operands]int{1, 1})
			c.nest.base = [operands]int{b*step[batch] + part.to*step[time], b*step[batch] + part.from*step[time]}
			c.copyNest(out, in)
		}
	}
}
