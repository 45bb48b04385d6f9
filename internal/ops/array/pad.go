package array

import "convx/internal/tensor"

// pad fills the margins axis by axis: a constant is written first and the input into its middle; margins of other modes
// are copies of what the output has by then.
func pad(c *Call) {
	in := c.In[0]
	rank := len(in.Shape)
	pads := c.pads(rank)
	mode := c.text("mode", "constant", "reflect", "edge", "wrap")
	shape := c.shape(rank)
	for i, d := range in.Shape {
		shape[i] = d + pads[i] + pads[rank+i]
		if shape[i] < 0 {
			c.refusef("pads %v for %v", pads, in)
		}
	}
	value := c.padValue()
	out := c.typed(0, shape)
	if mode == "constant" {
		fill(out, value)
	}
	from, to := strides(c.shape(rank), in.Shape), strides(c.shape(rank), shape)
	c.nest.reset()
	base := [operands]int{}
	for i, d := range in.Shape {
		before, after := pads[i], pads[rank+i]
		base[0] += max(before, 0) * to[i]
		base[1] += max(-before, 0) * from[i]
		c.nest.add(max(0, d+min(before, 0)+min(after, 0)), [operands]int{to[i], from[i]})
	}
	if !c.nest.empty() {
		c.nest.base = base
		c.copyNest(out, in)
	}
	if mode == "constant" {
		return
	}
	for axis := range rank {
		c.padAxis(out, in.Shape, pads, axis, mode)
	}
}

// pads is the margins before every axis, then those after.
func (c *Call) pads(rank int) []int {
	values, given := c.integers(1, "pads")
	if !given {
		values, given = c.integers(1, "paddings") // opset 1
	}
	pads := c.shape(2 * rank)
	clear(pads)
	a := c.in(3)
	if a == nil {
		if !given || len(values) != 2*rank {
			c.refusef("%d pads for %v", len(values), c.In[0])
		}
		for i, v := range values {
			pads[i] = c.padOf(v)
		}
		return pads
	}
	axes := c.indices(a)
	if len(values) != 2*len(axes) {
		c.refusef("%d pads for %d axes", len(values), len(axes))
	}
	for i, axis := range axes {
		axis := c.axis(tensor.Int(axis), rank)
		pads[axis], pads[rank+axis] = c.padOf(values[i]), c.padOf(values[len(axes)+i])
	}
	return pads
}

func (c *Call) padOf(v int64) int {
	if v < -1<<40 || v > 1<<40 {
		c.refusef("a pad of %d", v)
	}
	return tensor.Int(v)
}

// padValue is the constant, of the input's type; nil for zero.
func (c *Call) padValue() *tensor.Array {
	if a := c.in(2); a != nil && a.Len() > 0 {
		if a.Elem != c.elem || a.Len() != 1 {
			c.refusef("the constant is %v, expected a %v", a, c.elem)
		}
		return a
	}
	if c.has("value") {
		return c.converted(tensor.ArrayOf([]float64{c.float("value", 0)}), c.elem)
	}
	return nil
}

// padAxis copies margins along one axis, whole rows of all axes at a time; earlier axes already have theirs, and what
// later axes have is overwritten by their own.
func (c *Call) padAxis(out *tensor.Array, from, pads []int, axis int, mode string) {
	rank := len(from)
	before, after := pads[axis], pads[rank+axis]
	n := out.Shape[axis] - max(before, 0) - max(after, 0)
	if before <= 0 && after <= 0 {
		return
	}
	if n <= 0 {
		c.refusef("nothing to pad with along axis %d of %v", axis, c.In[0])
	}
	to := strides(c.shape(rank), out.Shape)
	first := max(before, 0)
	for i := range out.Shape[axis] {
		if i >= first && i < first+n {
			continue
		}
		source := first + inside(i-first, n, mode)
		c.nest.reset()
		for k, d := range out.Shape {
			if k != axis {
				c.nest.add(d, [operands]int{to[k], to[k]})
			}
		}
		c.nest.base = [operands]int{i * to[axis], source * to[axis]}
		c.copyNest(out, out)
	}
}

// inside is the index of an axis of n elements that stands for index i outside of it.
func inside(i, n int, mode string) int {
	switch mode {
	case "edge":
		return min(max(i, 0), n-1)
	case "wrap":
		return (i%n + n) % n
	}
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i = (i%period + period) % period
	return min(i, period-i)
}
