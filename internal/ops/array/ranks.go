package array

import (
	"cmp"
	"slices"

	"convx/internal/tensor"
)

// ranks are the operators that look along one axis.
func ranks() []Operator {
	return []Operator{
		{Name: "ArgMax", Inputs: one, Outputs: one, Elems: numbers, Doc: "where along an axis the largest is", run: numeric{argBest[float32], argBest[float64], argBest[int64], argBest[uint64]}.run},
		{Name: "ArgMin", Inputs: one, Outputs: one, Elems: numbers, Doc: "where along an axis the smallest is", run: numeric{argBest[float32], argBest[float64], argBest[int64], argBest[uint64]}.run},
		{Name: "TopK", Inputs: Arity{1, 2}, Outputs: Arity{1, 2}, Elems: numbers, Doc: "the k largest or smallest along an axis, and where they are",
			run: numeric{topK[float32], topK[float64], topK[int64], topK[uint64]}.run},
		{Name: "CumSum", Inputs: two, Outputs: one, Elems: numbers, Doc: "running sum along an axis", run: numeric{cumSum[float32], cumSum[float64], cumSum[int64], cumSum[uint64]}.run},
		{Name: "Unique", Inputs: one, Outputs: Arity{1, 4}, Elems: every, Doc: "one of equal elements, or of equal slices along an axis", run: unique},
		normalized("Softmax", "e^x over the sum of e^x along an axis"),
		normalized("LogSoftmax", "logarithm of Softmax"),
		normalized("Hardmax", "1 for the first of the largest along an axis, else 0"),
	}
}

// around is a shape as three axes: what is outside of an axis, the axis, and what is inside.
type around struct{ outer, n, inner int }

func aroundAxis(shape []int, axis int) around {
	a := around{1, shape[axis], 1}
	for _, d := range shape[:axis] {
		a.outer *= d
	}
	for _, d := range shape[axis+1:] {
		a.inner *= d
	}
	return a
}

// lines calls f with where each line along the axis starts; its elements are inner apart.
func (a around) lines(f func(line, start int)) {
	for o := range a.outer {
		for i := range a.inner {
			f(o*a.inner+i, o*a.n*a.inner+i)
		}
	}
}

// attributeAxis is the axis attribute of an input with at least one axis.
func (c *Call) attributeAxis(otherwise int) int {
	rank := len(c.In[0].Shape)
	if rank == 0 {
		c.refusef("a scalar has no axis")
	}
	return c.axis(c.int("axis", otherwise), rank)
}

func argBest[T number](c *Call) {
	x, shape := data[T](c, c.In[0]), c.In[0].Shape
	axis := c.attributeAxis(0)
	folded := c.shape(len(shape))
	clear(folded)
	folded[axis] = 1
	a := aroundAxis(shape, axis)
	if a.n == 0 && a.outer*a.inner > 0 {
		c.refusef("no elements along axis %d", axis)
	}
	out := data[int64](c, c.out(0, tensor.Int64, c.reducedShape(folded)))
	last, least := c.flag("select_last_index", false), c.Op == "ArgMin"
	a.lines(func(line, start int) {
		best, where := x[start], 0
		for k := 1; k < a.n; k++ {
			v := x[start+k*a.inner]
			if v == best && last || v > best && !least || v < best && least {
				best, where = v, k
			}
		}
		out[line] = int64(where)
	})
}

func topK[T number](c *Call) {
	x, shape := data[T](c, c.In[0]), c.In[0].Shape
	k := c.int("k", -1)
	if a := c.in(1); a != nil {
		k = tensor.Int(c.scalar(a, "k"))
	}
	axis := c.attributeAxis(-1)
	a := aroundAxis(shape, axis)
	if k < 0 || k > a.n {
		c.refusef("k is %d, with %d elements along axis %d", k, a.n, axis)
	}
	to := c.shape(len(shape))
	copy(to, shape)
	to[axis] = k
	values := data[T](c, c.typed(0, to))
	indices := data[int64](c, c.out(1, tensor.Int64, to))
	largest := c.flag("largest", true)
	order := make([]int, a.n)
	a.lines(func(line, start int) {
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(i, j int) int {
			by := cmp.Compare(x[start+i*a.inner], x[start+j*a.inner])
			if largest {
				by = -by
			}
			if by == 0 {
				return i - j
			}
			return by
		})
		at := line/max(a.inner, 1)*k*a.inner + line%max(a.inner, 1)
		for i, from := range order[:k] {
			values[at+i*a.inner] = x[start+from*a.inner]
			indices[at+i*a.inner] = int64(from)
		}
	})
}

func cumSum[T number](c *Call) {
	x, shape := data[T](c, c.In[0]), c.In[0].Shape
	if len(shape) == 0 {
		c.refusef("a scalar has no axis")
	}
	a := aroundAxis(shape, c.axis(tensor.Int(c.scalar(c.In[1], "axis")), len(shape)))
	out := data[T](c, c.typed(0, shape))
	exclusive, reverse := c.flag("exclusive", false), c.flag("reverse", false)
	a.lines(func(_, start int) {
		var sum T
		for k := range a.n {
			at := start + k*a.inner
			if reverse {
				at = start + (a.n-1-k)*a.inner
			}
			v := x[at]
			if exclusive {
				out[at] = sum
				sum += v
				continue
			}
			sum += v
			out[at] = sum
		}
	})
}

// scalar is the one integer of an input.
func (c *Call) scalar(a *tensor.Array, name string) int64 {
	if a.Len() != 1 {
		c.refusef("%s is %v, expected one integer", name, a)
	}
	var v [1]int64
	if !a.Elem.IsInteger() || a.Elem == tensor.Uint64 {
		c.refusef("%s is of type %v, expected an integer", name, a.Elem)
	}
	loadInts(v[:], a, 0)
	return v[0]
}
