package array

import (
	"math"
	"testing"

	"convx/internal/tensor"
)

// Linear interpolation of float32 by planes gives what float64 gives axis by axis, whatever the places, in a call that is run again
// with other extents.
func TestPlanesAreMixedAsAxesAre(t *testing.T) {
	d := newDraws()
	again := &Call{}
	for round := range 150 {
		rank := d.Int(1, 5)
		shape, sizes := d.shape(rank, 9), make([]int64, rank)
		if round%10 == 0 {
			shape[rank-1] *= 40
		}
		for i, n := range shape {
			if sizes[i] = int64(n); d.Int(0, 2) > 0 && i >= rank-3 {
				sizes[i] = int64(d.Int(1, 3*n))
			}
		}
		attributes := Attributes{"mode": "linear", "coordinate_transformation_mode": transformations[d.Int(0, 4)], "exclude_outside": int64(d.Int(0, 1))}
		x := d.array(tensor.Float32, shape...)
		wide := (&Call{}).converted(x, tensor.Float64)
		given := tensor.ArrayOf(sizes, rank)
		want := run(t, "Resize", attributes, 1, wide, nil, nil, given)[0]
		once := &Call{Each: atOnce}
		calls := []*Call{once, once}
		if attributes["coordinate_transformation_mode"] == "align_corners" && attributes["exclude_outside"] == int64(0) {
			calls = append(calls, again)
		}
		for i, c := range calls {
			c.Op, c.Version, c.Attributes, c.In, c.Out = "Resize", 18, attributes, list{x, nil, nil, given}, make(list, 1)
			if err := Run(c); err != nil {
				t.Fatal(err)
			}
			for k, got := range tensor.Data[float32](c.Out[0]) {
				if w := tensor.Data[float64](want)[k]; math.Abs(float64(got)-w) > 1e-5 {
					t.Fatalf("%v to %v, %v, call %d: element %d is %v, want %v", shape, sizes, attributes, i, k, got, w)
				}
			}
		}
	}
}
