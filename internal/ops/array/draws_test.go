package array

import "convx/internal/tensor"

// draws are random operands.
type draws struct{ *tensor.Stream }

func newDraws() draws { return draws{tensor.NewStream(1, "array")} }

// array draws floats within -2 and 2, integers from 0 to 3.
func (d draws) array(e tensor.Elem, shape ...int) *tensor.Array {
	n, _ := tensor.Size(shape)
	values := make([]float64, n)
	for i := range values {
		values[i] = 2 * d.Uniform()
		if !e.IsFloat() {
			values[i] = float64(d.Int(0, 3))
		}
	}
	a, _ := tensor.NewArray(e, shape...)
	if err := convert(a, tensor.ArrayOf(values, shape...)); err != nil {
		panic(err)
	}
	return a
}

// shape draws extents from 1 to most.
func (d draws) shape(rank, most int) []int {
	shape := make([]int, rank)
	for i := range shape {
		shape[i] = d.Int(1, most)
	}
	return shape
}
