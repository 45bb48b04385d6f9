package array

import (
	"convx/internal/tensor"
)

// gathers are the operators that read or write where indices say.
func gathers() []Operator {
	return []Operator{
		indexed("Gather", two, "slices along an axis by index", gather),
		indexed("GatherElements", two, "elements along an axis, each by an index of its own", gatherElements),
		indexed("GatherND", two, "slices by tuples of indices", gatherND),
		indexed("Scatter", Arity{3, 3}, "a copy with elements along an axis replaced", scatterElements),
		indexed("ScatterElements", Arity{3, 3}, "a copy with elements along an axis replaced, or combined", scatterElements),
		indexed("ScatterND", Arity{3, 3}, "a copy with slices replaced, or combined", scatterND),
		indexed("Compress", two, "slices along an axis where a condition holds", compress),
	}
}

func indexed(name string, in Arity, doc string, run func(*Call)) Operator {
	return Operator{Name: name, Inputs: in, Outputs: one, Elems: every, native: true, Doc: doc, run: run}
}

// mover copies elements of one array to another of the same type, whatever they are.
type mover struct {
	to, from           []byte
	toTexts, fromTexts []string
	to32, from32       []uint32 // of elements of 4 bytes
	size               int
}

func moverOf(to, from *tensor.Array) mover {
	if to.Elem == tensor.String {
		return mover{toTexts: tensor.Data[string](to), fromTexts: tensor.Data[string](from)}
	}
	m := mover{to: tensor.Raw(to), from: tensor.Raw(from), size: to.Elem.Size()}
	if m.size == 4 {
		m.to32, m.from32 = tensor.Bits[uint32](to), tensor.Bits[uint32](from)
	}
	return m
}

// copy copies n elements.
func (m *mover) copy(to, from, n int) {
	if m.toTexts != nil {
		copy(m.toTexts[to:][:n], m.fromTexts[from:][:n])
		return
	}
	copy(m.to[to*m.size:][:n*m.size], m.from[from*m.size:][:n*m.size])
}

// place is an index of an axis of n elements, counted from the end where it is negative.
func (c *Call) place(index int64, n int) int {
	if index < int64(-n) || index >= int64(n) {
		c.refusef("index %d along an axis of %d", index, n)
	}
	if index < 0 {
		return int(index) + n
	}
	return int(index)
}

// spread copies single elements, the columns of a row.
func (m *mover) spread(to, from int, columns []int) {
	switch {
	case m.toTexts != nil:
		for i, k := range columns {
			m.toTexts[to+i] = m.fromTexts[from+k]
		}
	case m.size == 4:
		out, x := m.to32[to:][:len(columns)], m.from32[from:]
		for i, k := range columns {
			out[i] = x[k]
		}
	default:
		for i, k := range columns {
			m.copy(to+i, from+k, 1)
		}
	}
}

func gather(c *Call) {
	in, where := c.In[0], c.In[1]
	axis := c.attributeAxis(0)
	indices := c.indices(where)
	shape := c.shape(len(in.Shape) + len(where.Shape) - 1)[:0]
	shape = append(append(append(shape, in.Shape[:axis]...), where.Shape...), in.Shape[axis+1:]...)
	m := moverOf(c.typed(0, shape), in)
	a := aroundAxis(in.Shape, axis)
	at := 0
	for o := range a.outer {
		for _, index := range indices {
			m.copy(at, (o*a.n+c.place(index, a.n))*a.inner, a.inner)
			at += a.inner
		}
	}
}

// eachElement walks indices beside the array that they are about: f gets the position of an index and the element it names.
func (c *Call) eachElement(shape []int, where *tensor.Array, axis int, f func(position, element int)) {
	if len(where.Shape) != len(shape) {
		c.refusef("indices %v for shape %s", where, format(shape))
	}
	for k, d := range where.Shape {
		if k != axis && d > shape[k] {
			c.refusef("indices %v for shape %s", where, format(shape))
		}
	}
	indices := c.indices(where)
	step, own := strides(c.shape(len(shape)), shape), strides(c.shape(len(shape)), where.Shape)
	c.nest.reset()
	for k, d := range where.Shape {
		s := [operands]int{own[k], step[k]}
		if k == axis {
			s[1] = 0
		}
		c.nest.add(d, s)
	}
	c.nest.rows(func(at [operands]int, count int, by [operands]int) {
		for i := range count {
			position := at[0] + i*by[0]
			f(position, at[1]+i*by[1]+c.place(indices[position], shape[axis])*step[axis])
		}
	})
}

func gatherElements(c *Call) {
	axis := c.attributeAxis(0)
	m := moverOf(c.typed(0, c.In[1].Shape), c.In[0])
	c.eachElement(c.In[0].Shape, c.In[1], axis, func(position, element int) { m.copy(position, element, 1) })
}

// eachTuple walks tuples of indices, after batch axes that both arrays have: f gets the number of the tuple and where the
// slice that it names starts. It returns the size of a slice.
func (c *Call) eachTuple(shape []int, where *tensor.Array, batch int, f func(tuple, start int)) {
	indices, rank := c.indices(where), len(where.Shape)
	k := where.Shape[rank-1]
	step := strides(c.shape(len(shape)), shape)
	tuples, batches, inside := 1, 1, 1
	for _, d := range where.Shape[:rank-1] {
		tuples *= d
	}
	for _, d := range shape[:batch] {
		batches *= d
	}
	for _, d := range shape[batch:] {
		inside *= d
	}
	for t := range tuples {
		start := t / (tuples / batches) * inside
		for j, index := range indices[t*k:][:k] {
			start += c.place(index, shape[batch+j]) * step[batch+j]
		}
		f(t, start)
	}
}

// tupled checks what GatherND and ScatterND are given, and returns the shape of the tuples and of a slice.
func (c *Call) tupled(shape []int, where *tensor.Array, batch int) (tuples, slice []int) {
	rank := len(where.Shape)
	if rank == 0 || batch < 0 || batch >= rank || batch > len(shape) || where.Shape[rank-1] > len(shape)-batch {
		c.refusef("indices %v for shape %s with %d batch axes", where, format(shape), batch)
	}
	for i := range batch {
		if where.Shape[i] != shape[i] {
			c.refusef("indices %v for shape %s with %d batch axes", where, format(shape), batch)
		}
	}
	return where.Shape[:rank-1], shape[batch+where.Shape[rank-1]:]
}

func sizeOf(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func gatherND(c *Call) {
	in, where := c.In[0], c.In[1]
	batch := c.int("batch_dims", 0)
	tuples, slice := c.tupled(in.Shape, where, batch)
	shape := append(append(c.shape(len(tuples) + len(slice))[:0], tuples...), slice...)
	m, n := moverOf(c.typed(0, shape), in), sizeOf(slice)
	c.eachTuple(in.Shape, where, batch, func(tuple, start int) { m.copy(tuple*n, start, n) })
}

func compress(c *Call) {
	in, condition := c.In[0], data[bool](c, c.In[1])
	a := around{1, in.Len(), 1}
	shape := append(c.shape(max(1, len(in.Shape)))[:0], 0)
	axis := 0
	if c.has("axis") {
		axis = c.attributeAxis(0)
		a = aroundAxis(in.Shape, axis)
		shape = append(shape[:0], in.Shape...)
	}
	if len(condition) > a.n {
		c.refusef("%d conditions for %d slices", len(condition), a.n)
	}
	kept := 0
	for _, keep := range condition {
		if keep {
			kept++
		}
	}
	shape[axis] = kept
	m, at := moverOf(c.typed(0, shape), in), 0
	for o := range a.outer {
		for i, keep := range condition {
			if keep {
				m.copy(at, (o*a.n+i)*a.inner, a.inner)
				at += a.inner
			}
		}
	}
}
