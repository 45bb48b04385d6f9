package reference

import "convx/internal/tensor"

// Scale multiplies each plane of x (N x C x plane) by its factor (N x C): planes from..to.
func Scale[T tensor.Float](plane int, y, x, factors []T, from, to int) {
	for i := from; i < to; i++ {
		for p := i * plane; p < (i+1)*plane; p++ {
			y[p] = x[p] * factors[i]
		}
	}
}

// Add sums the inputs: elements from..to.
func Add[T tensor.Float](y []T, in [][]T, from, to int) {
	for i := from; i < to; i++ {
		sum := 0.0
		for _, x := range in {
			sum += float64(x[i])
		}
		y[i] = T(sum)
	}
}

// Concat joins inputs of N x channels[i] x plane along the channels: samples from..to.
func Concat[T tensor.Float](plane int, channels []int, y []T, in [][]T, from, to int) {
	all := 0
	for _, c := range channels {
		all += c
	}
	for n := from; n < to; n++ {
		at := n * all * plane
		for i, x := range in {
			size := channels[i] * plane
			at += copy(y[at:at+size], x[n*size:][:size])
		}
	}
}
