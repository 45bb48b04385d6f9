package array

import (
	"slices"

	"convx/internal/tensor"
)

func scatterElements(c *Call) {
	in, where, updates := c.In[0], c.In[1], c.In[2]
	axis := c.attributeAxis(0)
	c.scatters(updates, where.Shape, 1, func(f func(position, element int)) {
		c.eachElement(in.Shape, where, axis, f)
	})
}

func scatterND(c *Call) {
	in, where, updates := c.In[0], c.In[1], c.In[2]
	tuples, slice := c.tupled(in.Shape, where, 0)
	c.scatters(updates, slices.Concat(tuples, slice), sizeOf(slice), func(f func(tuple, start int)) {
		c.eachTuple(in.Shape, where, 0, f)
	})
}

// scatters copies the input and writes slices of n updates where the walk says.
func (c *Call) scatters(updates *tensor.Array, shape []int, n int, walk func(func(position, element int))) {
	if updates.Elem != c.elem || !slices.Equal(updates.Shape, shape) {
		c.refusef("updates %v, expected %v %s", updates, c.elem, format(shape))
	}
	reduction := c.text("reduction", "none", "add", "mul", "min", "max")
	out := c.typed(0, c.In[0].Shape)
	if reduction == "none" {
		out.CopyFrom(c.In[0])
		m := moverOf(out, updates)
		walk(func(position, element int) { m.copy(element, position*n, n) })
		return
	}
	wide := c.In[0]
	if e := wideOf(c.elem); e != c.elem {
		wide, updates = c.converted(wide, e), c.converted(updates, e)
	} else {
		out.CopyFrom(wide)
		wide = out
	}
	name := map[string]string{"add": "Add", "mul": "Mul", "min": "Min", "max": "Max"}[reduction]
	switch wide.Elem {
	case tensor.Float32:
		combine(c, wide, updates, n, arithmetic32.Get()[name], walk)
	case tensor.Float64:
		combine(c, wide, updates, n, arithmetic64.Get()[name], walk)
	case tensor.Int64:
		combine(c, wide, updates, n, arithmeticInt.Get()[name], walk)
	case tensor.Uint64:
		combine(c, wide, updates, n, arithmeticU64.Get()[name], walk)
	default:
		c.refusef("reduction %s of type %v: %w", reduction, c.elem, ErrUnsupported)
	}
	if wide != out {
		c.converts(out, wide)
	}
}

func combine[T number](c *Call, out, updates *tensor.Array, n int, f func(a, b T) T, walk func(func(position, element int))) {
	o, u := data[T](c, out), data[T](c, updates)
	walk(func(position, element int) {
		to, from := o[element:][:n], u[position*n:][:n]
		for i := range to {
			to[i] = f(to[i], from[i])
		}
	})
}
