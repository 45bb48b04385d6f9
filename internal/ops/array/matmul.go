package array

import (
	"slices"

	"convx/internal/tensor"
)

// products are the operators of linear algebra.
func products() []Operator {
	return []Operator{
		{Name: "MatMul", Inputs: two, Outputs: one, Elems: numbers, same: 2, Doc: "matrix product, of batches that are broadcast", run: numeric{matMul[float32], matMul[float64], matMul[int64], matMul[uint64]}.run},
		{Name: "Gemm", Inputs: Arity{2, 3}, Outputs: one, Elems: numbers, same: 3, Doc: "alpha A B + beta C, A and B transposed or not", run: numeric{gemm[float32], gemm[float64], gemm[int64], gemm[uint64]}.run},
		{Name: "Einsum", Inputs: anyInput, Outputs: one, Elems: numbers, same: -1, Doc: "sums of products in Einstein's notation", run: numeric{einsum[float32], einsum[float64], einsum[int64], einsum[uint64]}.run},
		{Name: "MatMulInteger", Inputs: Arity{2, 4}, Outputs: one, Elems: elems(tensor.Int8, tensor.Uint8), Doc: "matrix product of quantized integers, to int32", run: matMulInteger},
		{Name: "QLinearMatMul", Inputs: Arity{8, 8}, Outputs: one, Elems: elems(tensor.Int8, tensor.Uint8), of: 7, Doc: "matrix product of quantized integers, quantized again", run: qlinearMatMul},
		{Name: "Det", Inputs: one, Outputs: one, Elems: floats, Doc: "determinant of matrices", run: floating(det[float32], det[float64])},
	}
}

// matrices is how two arrays multiply: batches of m x k by k x n; the call's nest walks the batches, in whole matrices.
type matrices struct {
	m, k, n int
	out     []int // the product's shape
}

// matricesOf follows NumPy's matmul: an array of one axis is a row on the left, a column on the right, and that axis goes.
func (c *Call) matricesOf(a, b []int) matrices {
	if len(a) == 0 || len(b) == 0 {
		c.refusef("a scalar is no matrix")
	}
	left, right := a, b
	if len(a) == 1 {
		left = append(c.shape(2)[:0], 1, a[0])
	}
	if len(b) == 1 {
		right = append(c.shape(2)[:0], b[0], 1)
	}
	s := matrices{m: left[len(left)-2], k: left[len(left)-1], n: right[len(right)-1]}
	if right[len(right)-2] != s.k {
		c.refusef("shapes %s and %s do not multiply", format(a), format(b))
	}
	outer := c.broadcastShape(left[:len(left)-2], right[:len(right)-2])
	c.nest.broadcast(outer, left[:len(left)-2], right[:len(right)-2])
	s.out = append(c.shape(len(outer) + 2)[:0], outer...)
	if len(a) > 1 {
		s.out = append(s.out, s.m)
	}
	if len(b) > 1 {
		s.out = append(s.out, s.n)
	}
	return s
}

func matMul[T number](c *Call) {
	s := c.matricesOf(c.In[0].Shape, c.In[1].Shape)
	out := data[T](c, c.typed(0, s.out))
	multiplyBatches(c, s, out, data[T](c, c.In[0]), data[T](c, c.In[1]))
}

// multiplyBatches multiplies along the call's nest of matrices.
func multiplyBatches[T number](c *Call, s matrices, out, a, b []T) {
	if len(out) == 0 { // what is broadcast to no batches has matrices all the same
		return
	}
	if c.nest.stride2Still() { // one matrix on the right: the batch on the left is more rows
		s.m *= sizeOf(c.nest.extent)
		c.nest.reset()
	}
	if len(c.nest.extent) == 0 && c.Each != nil { // rows of one product are batches too
		parts := mostBatches
		for parts > 1 && (s.m%parts != 0 || s.m/parts < leastRows) {
			parts--
		}
		s.m /= parts
		c.nest.add(parts, [operands]int{1, 1, 0})
	}
	if o, ok := any(out).([]float32); ok && c.shareBatches(s, o, any(a).([]float32), any(b).([]float32)) {
		return
	}
	c.nest.rows(func(at [operands]int, count int, step [operands]int) {
		for i := range count {
			c.check()
			o, x, y := at[0]+i*step[0], at[1]+i*step[1], at[2]+i*step[2]
			multiply(c, out[o*s.m*s.n:][:s.m*s.n], a[x*s.m*s.k:][:s.m*s.k], b[y*s.k*s.n:][:s.k*s.n], s.m, s.k, s.n)
		}
	})
}

// stride2Still reports that operand 1 is walked as the output is, while operand 2 stands still.
func (n *nest) stride2Still() bool {
	for axis := range n.extent {
		if n.stride[2][axis] != 0 || n.stride[1][axis] != n.stride[0][axis] {
			return false
		}
	}
	return true
}

// multiply writes the product of m x k and k x n.
func multiply[T number](c *Call, out, a, b []T, m, k, n int) {
	if o, ok := any(out).([]float32); ok {
		multiply32(c, &c.packed, o, any(a).([]float32), any(b).([]float32), m, k, n)
		return
	}
	clear(out)
	for i := range m {
		row := out[i*n:][:n]
		for p, v := range a[i*k:][:k] {
			addScaled(row, b[p*n:], v, n, 1, 1)
		}
	}
}

// gemm multiplies what is transposed as it should stand, and adds C while it stores.
func gemm[T number](c *Call) {
	a, b := c.In[0], c.In[1]
	if len(a.Shape) != 2 || len(b.Shape) != 2 {
		c.refusef("%v and %v, expected two axes each", a, b)
	}
	m, k := a.Shape[0], a.Shape[1]
	left := data[T](c, a)
	if c.flag("transA", false) {
		m, k = k, m
		left = turn(c, 2, left, k, m)
	}
	rows, n := b.Shape[0], b.Shape[1]
	transB := c.flag("transB", false)
	if transB {
		rows, n = n, rows
	}
	if rows != k {
		c.refusef("%v and %v do not multiply", a, b)
	}
	out := data[T](c, c.typed(0, append(c.shape(2)[:0], m, n)))
	if transB {
		multiplyTurned(c, out, left, data[T](c, b), m, k, n)
	} else {
		multiply(c, out, left, data[T](c, b), m, k, n)
	}
	alpha, beta := c.float("alpha", 1), c.float("beta", 1)
	if alpha != 1 {
		for i, v := range out {
			out[i] = T(alpha * float64(v))
		}
	}
	if bias := c.in(2); bias != nil && beta != 0 {
		addBias(c, out, bias, beta, m, n)
	}
}

func addBias[T number](c *Call, out []T, bias *tensor.Array, beta float64, m, n int) {
	shape := append(c.shape(2)[:0], m, n)
	if !slices.Equal(c.broadcastShape(shape, bias.Shape), shape) {
		c.refusef("C is %v, for an output of %s", bias, format(shape))
	}
	x := data[T](c, bias)
	c.nest.broadcast(shape, bias.Shape)
	c.nest.rows(func(at [operands]int, count int, step [operands]int) {
		row := out[at[0]:][:count]
		for i := range row {
			v := x[at[1]+i*step[1]]
			if beta != 1 {
				v = T(beta * float64(v))
			}
			row[i] += v
		}
	})
}

// multiplyTurned writes the product of m x k and the transpose of n x k.
func multiplyTurned[T number](c *Call, out, a, b []T, m, k, n int) {
	if o, ok := any(out).([]float32); ok && m < 16 {
		dots(o, any(a).([]float32), any(b).([]float32), m, k, n)
		return
	}
	multiply(c, out, a, turn(c, 3, b, n, k), m, k, n)
}

// turn is the transpose of a matrix of rows x cols, in buffer i of the call.
func turn[T any](c *Call, i int, x []T, rows, cols int) []T {
	turned := buffer[T](c, i, len(x))
	n := &c.nest
	n.reset()
	n.add(cols, [operands]int{rows, 1})
	n.add(rows, [operands]int{1, cols})
	copyRows(n, turned, x)
	return turned
}
