package compare

import (
	"math"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/operands"
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

// Files compares two arrays or pictures, each read as o says. It fails where they are not of one shape.
func Files(a, b string, o operands.Origin) (Difference, error) {
	var read [2]*tensor.Tensor[float64]
	o.As, o.Whole = tensor.Float64, true
	for i, path := range []string{a, b} {
		o.Path = path
		src, err := operands.OpenSource(o)
		if err != nil {
			return Difference{}, err
		}
		read[i], _, err = operands.Read[float64](src)
		if shape := src.Shape; err == nil && len(read[i].Shape) > len(shape) { // a picture has no batch axis
			read[i] = read[i].Reshape(shape...)
		}
		src.Close()
		if err != nil {
			return Difference{}, err
		}
	}
	if first, second := read[0].Shape, read[1].Shape; !slices.Equal(first, second) {
		return Difference{}, lang.Errorf("%q is %s and %q %s: only arrays of one shape can be compared", a, layer.FormatShape(first), b, layer.FormatShape(second))
	}
	return Arrays(read[0], read[1]), nil
}
