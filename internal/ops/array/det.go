package array

import "convx/internal/tensor"

// det eliminates with the largest pivot of each column.
func det[T tensor.Float](c *Call) {
	in := c.In[0]
	rank := len(in.Shape)
	if rank < 2 || in.Shape[rank-1] != in.Shape[rank-2] {
		c.refusef("%v, expected square matrices", in)
	}
	n := in.Shape[rank-1]
	out := data[T](c, c.typed(0, in.Shape[:rank-2]))
	x, a := data[T](c, in), make([]float64, n*n)
	for i := range out {
		for j, v := range x[i*n*n:][:n*n] {
			a[j] = float64(v)
		}
		out[i] = T(determinant(a, n))
	}
}

func determinant(a []float64, n int) float64 {
	product := 1.0
	for col := range n {
		pivot := col
		for r := col + 1; r < n; r++ {
			if max(a[r*n+col], -a[r*n+col]) > max(a[pivot*n+col], -a[pivot*n+col]) {
				pivot = r
			}
		}
		v := a[pivot*n+col]
		if v == 0 {
			return 0
		}
		if pivot != col {
			product = -product
			for k := range n {
				a[col*n+k], a[pivot*n+k] = a[pivot*n+k], a[col*n+k]
			}
		}
		product *= v
		for r := col + 1; r < n; r++ {
			factor := a[r*n+col] / v
			for k := col; k < n; k++ {
				a[r*n+k] -= factor * a[col*n+k]
			}
		}
	}
	return product
}
