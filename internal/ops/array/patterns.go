package array

import "convx/internal/tensor"

func eyeLike(c *Call) {
	shape := c.In[0].Shape
	if len(shape) != 2 {
		c.refusef("%v, expected two axes", c.In[0])
	}
	out := c.out(0, c.elemOf("dtype", c.elem), shape)
	fill(out, nil)
	k := c.int("k", 0)
	for row := range shape[0] {
		if col := row + k; col >= 0 && col < shape[1] {
			storeInts(out, row*shape[1]+col, []int64{1})
		}
	}
}

func trilu(c *Call) {
	in := c.In[0]
	rank := len(in.Shape)
	if rank < 2 {
		c.refusef("%v, expected matrices", in)
	}
	k := 0
	if a := c.in(1); a != nil {
		k = int(min(max(c.scalar(a, "k"), -1<<40), 1<<40))
	}
	out := c.typed(0, in.Shape)
	fill(out, nil)
	m, upper := moverOf(out, in), c.flag("upper", true)
	rows, cols := in.Shape[rank-2], in.Shape[rank-1]
	for r := range sizeOf(in.Shape[:rank-1]) {
		diagonal := min(max(r%max(rows, 1)+k, 0), cols)
		if upper {
			m.copy(r*cols+diagonal, r*cols+diagonal, cols-diagonal)
			continue
		}
		end := min(max(r%max(rows, 1)+k+1, 0), cols)
		m.copy(r*cols, r*cols, end)
	}
}

func oneHot(c *Call) {
	where, values := c.In[0], c.In[2]
	depths := c.converted(c.In[1], tensor.Float64)
	if depths.Len() != 1 || values.Len() != 2 {
		c.refusef("depth %v and values %v, expected one and two elements", c.In[1], values)
	}
	if !where.Elem.IsInteger() && !where.Elem.IsFloat() {
		c.refusef("indices of type %v: %w", where.Elem, ErrUnsupported)
	}
	depth := saturate(tensor.Data[float64](depths)[0], -1, 1<<40)
	rank := len(where.Shape)
	axis := c.axis(c.int("axis", -1), rank+1)
	shape := append(c.shape(rank + 1)[:0], where.Shape[:axis]...)
	shape = append(append(shape, int(depth)), where.Shape[axis:]...)
	out := c.typed(0, shape)
	fill(out, values)
	m, indices := moverOf(out, values), tensor.Data[int64](c.converted(where, tensor.Int64))
	a := aroundAxis(shape, axis)
	for i, index := range indices {
		if index < -depth || index >= depth {
			continue
		}
		if index < 0 {
			index += depth
		}
		m.copy((i/a.inner*a.n+int(index))*a.inner+i%a.inner, 1, 1)
	}
}

// nonZero lists coordinates, an axis a row.
func nonZero(c *Call) {
	in := c.In[0]
	var flags []bool
	if in.Elem == tensor.String {
		for _, s := range tensor.Data[string](in) {
			flags = append(flags, s != "")
		}
	} else {
		flags = tensor.Data[bool](c.converted(in, tensor.Bool))
	}
	count := 0
	for _, f := range flags {
		if f {
			count++
		}
	}
	rank := len(in.Shape)
	out := data[int64](c, c.out(0, tensor.Int64, append(c.shape(2)[:0], rank, count)))
	step, at := strides(c.shape(rank), in.Shape), 0
	for i, f := range flags {
		if !f {
			continue
		}
		for k, s := range step {
			out[k*count+at] = int64(i / s % in.Shape[k])
		}
		at++
	}
}
