package array

import "convx/internal/tensor"

// wideOf is the type that operators compute in: float32 for half floats, int64 for integers that fit in it. What they
// give back is rounded once, or cut to the low bits, which is what the shorter type's own arithmetic would leave.
func wideOf(e tensor.Elem) tensor.Elem {
	switch {
	case e == tensor.Float16 || e == tensor.BFloat16:
		return tensor.Float32
	case e.IsInteger() && e != tensor.Uint64:
		return tensor.Int64
	}
	return e
}

// short reports an input of a type that operators do not compute in.
func (c *Call) short() bool {
	for _, a := range c.In {
		if a != nil && wideOf(a.Elem) != a.Elem {
			return true
		}
	}
	return false
}

// runWide runs the operator on wider copies.
func (op *Operator) runWide(c *Call) {
	wide := *c
	wide.In = make([]*tensor.Array, len(c.In))
	wide.Out = make([]*tensor.Array, len(c.Out))
	wide.Memory = nil
	wide.elem = wideOf(c.elem)
	for i, a := range c.In {
		if a == nil {
			continue
		}
		wide.In[i] = a
		if e := wideOf(a.Elem); e != a.Elem {
			wide.In[i] = c.converted(a, e)
		}
	}
	op.run(&wide)
	for i, a := range wide.Out {
		if a == nil {
			continue
		}
		e := a.Elem
		if wide.like>>i&1 != 0 {
			e = c.elem
		}
		c.converts(c.out(i, e, a.Shape), a)
	}
}

// converted is a copy of a in another type.
func (c *Call) converted(a *tensor.Array, e tensor.Elem) *tensor.Array {
	c.afford(e, a.Shape)
	copied, err := tensor.NewArray(e, a.Shape...)
	if err != nil {
		c.refusef("%v", err)
	}
	c.converts(copied, a)
	return copied
}

func (c *Call) converts(dst, src *tensor.Array) {
	if err := convert(dst, src); err != nil {
		c.refusef("%v", err)
	}
}

// numeric is the instances of a generic operator, one for each type that is computed in.
type numeric struct{ f32, f64, i64, u64 func(*Call) }

func (n numeric) run(c *Call) {
	var f func(*Call)
	switch c.elem {
	case tensor.Float32:
		f = n.f32
	case tensor.Float64:
		f = n.f64
	case tensor.Int64:
		f = n.i64
	case tensor.Uint64:
		f = n.u64
	}
	if f == nil {
		c.refusef("input of type %v: %w", c.elem, ErrUnsupported)
	}
	f(c)
}

// floating is the instances for floats alone.
func floating(f32, f64 func(*Call)) func(*Call) { return numeric{f32: f32, f64: f64}.run }
