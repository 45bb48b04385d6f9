package array

import (
	"cmp"
	"slices"

	"convx/internal/tensor"
)

// unique keeps one of equal slices along an axis, or of equal elements; the outputs beside them are where each is first,
// which of them every slice is, and how many there are of each.
func unique(c *Call) {
	in := c.In[0]
	a := around{1, in.Len(), 1}
	shape, axis := append(c.shape(max(1, len(in.Shape)))[:0], 0), 0
	if c.has("axis") {
		axis = c.attributeAxis(0)
		a = aroundAxis(in.Shape, axis)
		shape = append(shape[:0], in.Shape...)
	}
	compare := c.comparer(in, a)
	order := make([]int, a.n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, compare)
	first, inverse := make([]int64, 0), make([]int64, a.n)
	var counts []int64
	for i, k := range order {
		if i == 0 || compare(order[i-1], k) != 0 {
			first, counts = append(first, int64(k)), append(counts, 0)
		}
		inverse[k] = int64(len(first) - 1)
		counts[len(counts)-1]++
	}
	if !c.flag("sorted", true) {
		first, counts = byAppearance(first, counts, inverse)
	}
	shape[axis] = len(first)
	m, at := moverOf(c.typed(0, shape), in), 0
	for o := range a.outer {
		for _, k := range first {
			m.copy(at, (o*a.n+int(k))*a.inner, a.inner)
			at += a.inner
		}
	}
	for i, list := range [][]int64{first, inverse, counts} {
		copy(data[int64](c, c.out(1+i, tensor.Int64, append(c.shape(1)[:0], len(list)))), list)
	}
}

// byAppearance puts groups in the order of their first slices.
func byAppearance(first, counts, inverse []int64) (firsts, sizes []int64) {
	order := make([]int, len(first))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(first[i], first[j]) })
	rank := make([]int64, len(order))
	for to, from := range order {
		rank[from] = int64(to)
		firsts, sizes = append(firsts, first[from]), append(sizes, counts[from])
	}
	for i, group := range inverse {
		inverse[i] = rank[group]
	}
	return firsts, sizes
}

// comparer orders slices along an axis by their elements.
func (c *Call) comparer(in *tensor.Array, a around) func(i, j int) int {
	switch in.Elem {
	case tensor.Float32:
		return comparerOf(tensor.Data[float32](in), a)
	case tensor.Float64:
		return comparerOf(tensor.Data[float64](in), a)
	case tensor.Int64:
		return comparerOf(tensor.Data[int64](in), a)
	case tensor.Uint64:
		return comparerOf(tensor.Data[uint64](in), a)
	case tensor.String:
		return comparerOf(tensor.Data[string](in), a)
	}
	return comparerOf(tensor.Data[int64](c.converted(in, tensor.Int64)), a)
}

func comparerOf[T cmp.Ordered](x []T, a around) func(i, j int) int {
	return func(i, j int) int {
		for o := range a.outer {
			for k := range a.inner {
				if by := cmp.Compare(x[(o*a.n+i)*a.inner+k], x[(o*a.n+j)*a.inner+k]); by != 0 {
					return by
				}
			}
		}
		return 0
	}
}
