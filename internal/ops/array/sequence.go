package array

import (
	"slices"

	"convx/internal/tensor"
)

// sequences are the operators on lists of arrays. What a list holds is a copy, which nothing writes to: lists are made of each other's items.
func sequences() []Operator {
	const list Elems = 1 << tensor.Sequence
	return []Operator{
		{Name: "SequenceEmpty", Inputs: Arity{0, 0}, Outputs: one, Doc: "a list of nothing", run: func(c *Call) { c.sequence(nil) }},
		{Name: "SequenceConstruct", Inputs: anyInput, Outputs: one, Elems: every, same: -1, native: true, Doc: "a list of the inputs", run: func(c *Call) {
			var items []*tensor.Array
			for _, a := range c.In {
				items = append(items, a.Clone())
			}
			c.sequence(items)
		}},
		{Name: "SequenceInsert", Inputs: Arity{2, 3}, Outputs: one, Elems: list, native: true, Doc: "a list with one more array, at the end or at a place", run: func(c *Call) {
			items := tensor.Data[*tensor.Array](c.In[0])
			if c.In[1].Elem == tensor.Sequence || len(items) > 0 && items[0].Elem != c.In[1].Elem {
				c.refusef("%v into a list of another type", c.In[1])
			}
			c.sequence(slices.Insert(slices.Clone(items), c.position(2, len(items), len(items)), c.In[1].Clone()))
		}},
		{Name: "SequenceErase", Inputs: Arity{1, 2}, Outputs: one, Elems: list, native: true, Doc: "a list without one array, the last or that at a place", run: func(c *Call) {
			items := tensor.Data[*tensor.Array](c.In[0])
			at := c.position(1, len(items)-1, len(items)-1)
			c.sequence(slices.Delete(slices.Clone(items), at, at+1))
		}},
		{Name: "SequenceAt", Inputs: two, Outputs: one, Elems: list, native: true, Doc: "the array at a place of a list", run: func(c *Call) {
			items := tensor.Data[*tensor.Array](c.In[0])
			item := items[c.position(1, 0, len(items)-1)]
			c.out(0, item.Elem, item.Shape).CopyFrom(item)
		}},
		{Name: "SequenceLength", Inputs: one, Outputs: one, Elems: list, native: true, Doc: "how many arrays a list holds", run: func(c *Call) {
			data[int64](c, c.out(0, tensor.Int64, c.shape(0)))[0] = int64(c.In[0].Len())
		}},
		{Name: "SplitToSequence", Inputs: Arity{1, 2}, Outputs: one, Elems: every, native: true, Doc: "a list of parts along an axis", run: splitToSequence},
		{Name: "ConcatFromSequence", Inputs: one, Outputs: one, Elems: list, native: true, Doc: "the arrays of a list one behind the other along an axis, or stacked along a new one", run: concatFromSequence},
	}
}

// sequence is output 0: these arrays, which must be affordable together.
func (c *Call) sequence(items []*tensor.Array) {
	bytes := 0
	for _, a := range items {
		bytes += a.Bytes()
	}
	c.afford(tensor.Uint8, append(c.shape(1)[:0], bytes))
	c.Out[0] = tensor.ArrayOf(items, len(items))
}

// position is a place in a list of which the last is most, by input i, negative from the end on; without that input it is def.
func (c *Call) position(i, def, most int) int {
	at := def
	if p := c.in(i); p != nil {
		if p.Len() != 1 {
			c.refusef("a position of %d numbers", p.Len())
		}
		if at = tensor.Int(c.indices(p)[0]); at < 0 {
			at += c.In[0].Len()
		}
	}
	if at < 0 || at > most {
		c.refusef("position %d of a list of %d", at, c.In[0].Len())
	}
	return at
}

// inner runs an operator that takes elements as they are as a part of this one.
func (c *Call) inner(run func(*Call), axis int, outputs int, in ...*tensor.Array) []*tensor.Array {
	call := Call{Ctx: c.Ctx, Version: 13, Attributes: Attributes{"axis": int64(axis)}, In: in, Out: make([]*tensor.Array, outputs), Limit: c.Limit}
	call.elem = in[0].Elem
	run(&call)
	return call.Out
}

// splitToSequence makes parts of the lengths given, or all of one length but for the last, or single slices, which keep the axis if asked for.
func splitToSequence(c *Call) {
	in, rank := c.In[0], len(c.In[0].Shape)
	axis := c.axis(c.int("axis", 0), rank)
	n := in.Shape[axis]
	var lengths []int64
	switch given := c.in(1); {
	case given != nil && len(given.Shape) > 0:
		lengths = slices.Clone(c.indices(given))
	default:
		each := int64(1)
		if given != nil {
			each = c.indices(given)[0]
		}
		if each < 1 {
			c.refusef("parts of %d", each)
		}
		for left := int64(n); left > 0; left -= each {
			lengths = append(lengths, min(each, left))
		}
	}
	var parts []*tensor.Array
	if n > 0 || len(lengths) > 0 {
		parts = c.inner(split, axis, len(lengths), in, tensor.ArrayOf(lengths, len(lengths)))
	}
	if c.in(1) == nil && !c.flag("keepdims", true) {
		for i, p := range parts {
			parts[i] = p.View(slices.Delete(slices.Clone(p.Shape), axis, axis+1)...)
		}
	}
	c.sequence(parts)
}

func concatFromSequence(c *Call) {
	items := slices.Clone(tensor.Data[*tensor.Array](c.In[0]))
	if len(items) == 0 {
		c.refusef("an empty list")
	}
	axis, rank := c.int("axis", 0), len(items[0].Shape)
	if c.flag("new_axis", false) {
		axis = c.axis(axis, rank+1)
		for i, a := range items {
			if len(a.Shape) != rank {
				c.refusef("%v beside %v", a, items[0])
			}
			items[i] = a.View(slices.Insert(slices.Clone(a.Shape), axis, 1)...)
		}
	}
	c.Out[0] = c.inner(concat, axis, 1, items...)[0]
}
