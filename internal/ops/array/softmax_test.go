package array

import (
	"math"
	"testing"

	"convx/internal/tensor"
)

// Lines along any axis, near or far apart, give in float32 what they give in float64, in the memory of the input too.
func TestSoftmaxOfFloat32IsThatOfFloat64(t *testing.T) {
	d := newDraws()
	for range 120 {
		rank := d.Int(1, 4)
		shape := d.shape(rank, 9)
		shape[d.Int(0, rank-1)] *= []int{1, 7, 30, 300}[d.Int(0, 3)]
		x := d.array(tensor.Float32, shape...)
		for i := range tensor.Data[float32](x) {
			tensor.Data[float32](x)[i] *= 9
		}
		op, attributes := []string{"Softmax", "LogSoftmax", "Hardmax"}[d.Int(0, 2)], Attributes{"axis": int64(d.Int(0, rank-1))}
		want := tensor.Data[float64](run(t, op, attributes, 1, (&Call{}).converted(x, tensor.Float64))[0])
		c := &Call{Op: op, Version: 21, Attributes: attributes, In: list{x}, Out: make(list, 1), Each: atOnce}
		for _, where := range []*tensor.Array{nil, x} {
			c.Memory = func(int, tensor.Elem, []int) *tensor.Array { return where }
			if err := Run(c); err != nil {
				t.Fatal(err)
			}
			for i, got := range tensor.Data[float32](c.Out[0]) {
				if math.Abs(float64(got)-want[i]) > 1e-5 {
					t.Fatalf("%s of %v, %v, in place %v: element %d is %v, want %v", op, shape, attributes, where != nil, i, got, want[i])
				}
			}
		}
	}
}
