package reference

import "convx/internal/tensor"

// Linear is y[n,o] = bias[o] + sum over i of x[n,i] * weight[o,i]: x is N x in, weight out x in; bias may be nil.
// It computes the output elements from..to.
func Linear[T tensor.Float](in, out int, y, x, weight, bias []T, from, to int) {
	for i := from; i < to; i++ {
		n, o := i/out, i%out
		sum := start(bias, o)
		for j, v := range x[n*in:][:in] {
			sum += float64(v) * float64(weight[o*in+j])
		}
		y[i] = T(sum)
	}
}
