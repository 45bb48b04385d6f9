package compare

import (
	"math"
	"slices"

	"convx/internal/tensor"
)

// Difference is how far two arrays of one shape are from each other, element by element.
type Difference struct {
	Shape     []int
	Values    int
	Different int     // finite values that are not equal
	Max, Mean float64 // of |a - b|, of those that are finite in both
	At        []int   // where the greatest is; nil where all are equal
	A, B      float64 // what stands there
	// LeftOut are the values that are not finite in one of the arrays, but for those that are the same in both.
	LeftOut int
}

// Arrays compares two arrays of one shape.
func Arrays(a, b *tensor.Tensor[float64]) Difference {
	d := Difference{Shape: a.Shape, Values: len(a.Data)}
	at, finite := -1, 0
	for i, v := range a.Data {
		w := b.Data[i]
		if v-v != 0 || w-w != 0 {
			if same := v == w || v != v && w != w; !same {
				d.LeftOut++
			}
			continue
		}
		finite++
		diff := math.Abs(v - w)
		if diff > 0 {
			d.Different++
		}
		d.Mean += diff
		if diff > d.Max {
			d.Max, at, d.A, d.B = diff, i, v, w
		}
	}
	d.Mean /= float64(max(1, finite))
	if at < 0 {
		return d
	}
	d.At = make([]int, len(a.Shape))
	for i, n := range slices.Backward(a.Shape) {
		d.At[i], at = at%n, at/n
	}
	return d
}
