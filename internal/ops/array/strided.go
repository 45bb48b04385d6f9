package array

import (
	"slices"

	"convx/internal/tensor"
)

func transpose(c *Call) {
	in := c.In[0]
	rank := len(in.Shape)
	order := c.ints("perm")
	if order != nil && len(order) != rank {
		c.refusef("perm %v for %v", order, in)
	}
	step, shape, seen := strides(c.shape(rank), in.Shape), c.shape(rank), c.shape(rank)
	clear(seen)
	from := func(i int) int {
		if order == nil {
			return rank - 1 - i
		}
		return tensor.Int(order[i])
	}
	for i := range shape {
		k := from(i)
		if k < 0 || k >= rank || seen[k] != 0 {
			c.refusef("perm %v for %v", order, in)
		}
		seen[k] = 1
		shape[i] = in.Shape[k]
	}
	out := c.typed(0, shape)
	to := strides(c.shape(rank), shape)
	c.nest.reset()
	for i, d := range shape {
		c.nest.add(d, [operands]int{to[i], step[from(i)]})
	}
	c.copyNest(out, in)
}

func expand(c *Call) {
	to := c.indices(c.In[1])
	shape := c.shape(len(to))
	for i, d := range to {
		shape[i] = tensor.Int(d)
	}
	if _, err := tensor.Size(shape); err != nil {
		c.refusef("%v", err)
	}
	out := c.typed(0, c.broadcastShape(c.In[0].Shape, shape))
	c.nest.broadcast(out.Shape, c.In[0].Shape)
	c.copyNest(out, c.In[0])
}

// tiles repeats: each axis is walked as two, the copies and what is copied.
func tiles(c *Call) {
	in := c.In[0]
	repeats, rank := c.indices(c.In[1]), len(in.Shape)
	if len(c.In) > 2 && c.In[2] != nil { // opset 1: one count, for one axis
		axis := c.axis(tensor.Int(c.scalar(c.In[2], "axis")), rank)
		count := c.scalar(c.In[1], "tiles")
		repeats = slices.Repeat([]int64{1}, rank)
		repeats[axis] = count
	}
	if len(repeats) != rank {
		c.refusef("repeats %v for %v", repeats, in)
	}
	shape := c.shape(rank)
	for i, r := range repeats {
		if r < 0 || r > 0 && int64(in.Shape[i]) > 1<<62/r {
			c.refusef("repeats %v for %v", repeats, in)
		}
		shape[i] = tensor.Int(int64(in.Shape[i]) * r)
	}
	out := c.typed(0, shape)
	from, to := strides(c.shape(rank), in.Shape), strides(c.shape(rank), shape)
	c.nest.reset()
	for i, r := range repeats {
		c.nest.add(int(r), [operands]int{to[i] * in.Shape[i], 0})
		c.nest.add(in.Shape[i], [operands]int{to[i], from[i]})
	}
	c.copyNest(out, in)
}
