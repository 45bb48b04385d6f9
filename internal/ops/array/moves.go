package array

import (
	"convx/internal/tensor"
)

// moves are the operators that move elements and compute nothing.
func moves() []Operator {
	return []Operator{
		{Name: "Identity", Inputs: one, Outputs: one, InPlace: 1, Elems: every | 1<<tensor.Sequence, native: true, Doc: "the input", run: identity},
		move("Reshape", Arity{1, 2}, "the same elements under another shape", reshape),
		move("Flatten", one, "two axes: those before the given one, and the others", flatten),
		move("Squeeze", Arity{1, 2}, "without axes of length one", squeeze),
		move("Unsqueeze", Arity{1, 2}, "with more axes of length one", unsqueeze),
		move("Dropout", Arity{1, 3}, "the input, as in inference", dropout),
		strided("Transpose", one, "axes in another order", transpose),
		strided("Expand", two, "broadcast to a shape", expand),
		strided("Tile", Arity{2, 3}, "repeated along each axis", tiles),
		strided("Concat", anyInput, "one behind the other along an axis", concat),
		strided("Slice", Arity{1, 5}, "a range of every axis, with steps", slice),
		strided("DepthToSpace", one, "blocks of channels as blocks of pixels", depthToSpace),
		strided("SpaceToDepth", one, "blocks of pixels as blocks of channels", spaceToDepth),
		{Name: "Split", Inputs: Arity{1, 2}, Outputs: anyInput, Elems: every, native: true, Doc: "parts along an axis", run: split},
		{Name: "Pad", Inputs: Arity{1, 4}, Outputs: one, Elems: every, native: true, Doc: "margins: constant, reflected, of the edge, or wrapped around", run: pad},
		{Name: "ReverseSequence", Inputs: two, Outputs: one, Elems: every, native: true, Doc: "the first elements of each sequence of a batch backwards", run: reverseSequence},
	}
}

// move is an operator whose output has its input's elements in their order.
func move(name string, in Arity, doc string, run func(*Call)) Operator {
	op := strided(name, in, doc, run)
	op.InPlace = 1
	return op
}

func strided(name string, in Arity, doc string, run func(*Call)) Operator {
	op := Operator{Name: name, Inputs: in, Outputs: one, Elems: every, native: true, Doc: doc, run: run}
	if name == "Dropout" {
		op.Outputs = Arity{1, 2}
	}
	return op
}

func identity(c *Call) {
	if c.elem == tensor.Sequence {
		c.Out[0] = c.In[0] // which nothing writes to
		return
	}
	c.reshaped(c.In[0].Shape)
}

// reshaped gives the input's elements that shape.
func (c *Call) reshaped(shape []int) {
	n, err := tensor.Size(shape)
	if err != nil || n != c.In[0].Len() {
		c.refusef("shape %s for %v", format(shape), c.In[0])
	}
	c.typed(0, shape).CopyFrom(c.In[0])
}

// integers are input i, or the attribute that it was in older opsets.
func (c *Call) integers(i int, attribute string) (values []int64, given bool) {
	if a := c.in(i); a != nil {
		return c.indices(a), true
	}
	return c.ints(attribute), c.has(attribute)
}

// indices is an operand of integers as int64.
func (c *Call) indices(a *tensor.Array) []int64 {
	switch {
	case a.Elem == tensor.Int64:
		return tensor.Data[int64](a)
	case a.Elem.IsInteger() && a.Elem != tensor.Uint64:
		values := make([]int64, a.Len())
		loadInts(values, a, 0)
		return values
	}
	c.refusef("indices of type %v, expected int64 or int32", a.Elem)
	return nil
}

func reshape(c *Call) {
	in := c.In[0]
	to, given := c.integers(1, "shape")
	if !given {
		c.refusef("no shape is given")
	}
	zero := c.flag("allowzero", false)
	shape := c.shape(len(to))
	known, open := int64(1), -1
	for i, d := range to {
		switch {
		case d == -1 && open >= 0:
			c.refusef("shape %v has more than one -1", to)
		case d == -1:
			open = i
			shape[i] = 1
			continue
		case d < 0:
			c.refusef("shape %v", to)
		case d == 0 && !zero:
			if i >= len(in.Shape) {
				c.refusef("shape %v copies axis %d of %v", to, i, in)
			}
			d = int64(in.Shape[i])
		}
		shape[i] = tensor.Int(d)
		if d != 0 && known > 1<<62/d {
			c.refusef("shape %v for %v", to, in)
		}
		known *= d
	}
	if open >= 0 {
		if known == 0 || int64(in.Len())%known != 0 {
			c.refusef("shape %v for %v", to, in)
		}
		shape[open] = int(int64(in.Len()) / known)
	}
	c.reshaped(shape)
}

func flatten(c *Call) {
	shape := c.In[0].Shape
	axis := c.flatAxis(c.int("axis", 1), len(shape))
	to := c.shape(2)
	to[0], to[1] = 1, 1
	for i, d := range shape {
		if i < axis {
			to[0] *= d
		} else {
			to[1] *= d
		}
	}
	c.reshaped(to)
}

func squeeze(c *Call) {
	shape := c.In[0].Shape
	axes, given := c.integers(1, "axes")
	gone := c.shape(len(shape))
	clear(gone)
	for _, axis := range axes {
		axis := c.axis(tensor.Int(axis), len(shape))
		if shape[axis] != 1 {
			c.refusef("axis %d of %v is longer than 1", axis, c.In[0])
		}
		gone[axis] = 1
	}
	to := c.shape(len(shape))[:0]
	for i, d := range shape {
		if given && gone[i] == 0 || !given && d != 1 {
			to = append(to, d)
		}
	}
	c.reshaped(to)
}

func unsqueeze(c *Call) {
	axes, given := c.integers(1, "axes")
	if !given {
		c.refusef("no axes are given")
	}
	shape := c.In[0].Shape
	to := c.shape(len(shape) + len(axes))
	for i := range to {
		to[i] = -1
	}
	for _, axis := range axes {
		axis := c.axis(tensor.Int(axis), len(to))
		if to[axis] >= 0 {
			c.refusef("axis %d is named twice", axis)
		}
		to[axis] = 1
	}
	for i := range to {
		if to[i] < 0 {
			to[i], shape = shape[0], shape[1:]
		}
	}
	c.reshaped(to)
}

// dropout keeps everything, as it does outside of training.
func dropout(c *Call) {
	if a := c.in(2); a != nil && a.Len() == 1 && data[bool](c, a)[0] && c.dropRatio() != 0 {
		c.refusef("training mode: %w", ErrUnsupported)
	}
	c.reshaped(c.In[0].Shape)
	if len(c.Out) < 2 {
		return
	}
	if c.Version > 0 && c.Version < 10 { // the mask was of the input's type
		mask := c.out(1, c.In[0].Elem, c.In[0].Shape)
		clear(mask.Raw())
		return
	}
	kept := c.Version == 0 || c.Version >= 12 // before, inference left it unset: ONNX Runtime gives zeros
	mask := data[bool](c, c.out(1, tensor.Bool, c.In[0].Shape))
	for i := range mask {
		mask[i] = kept
	}
}

func (c *Call) dropRatio() float64 {
	var v [1]float64
	v[0] = 0.5
	if a := c.in(1); a != nil && a.Len() == 1 {
		loadFloats(v[:], a, 0)
	}
	return v[0]
}
