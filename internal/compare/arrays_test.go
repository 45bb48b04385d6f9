package compare

import (
	"math"
	"slices"
	"testing"

	"convx/internal/tensor"
)

func TestArrays(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	a := tensor.Of([]float64{1, 2, 3, nan, inf, nan}, 2, 3)
	b := tensor.Of([]float64{1, 2.5, 1, nan, inf, 4}, 2, 3)
	d := Arrays(a, b)
	if d.Values != 6 || d.Different != 2 || d.Max != 2 || math.Abs(d.Mean-2.5/3) > 1e-15 || !slices.Equal(d.At, []int{0, 2}) || d.A != 3 || d.B != 1 || d.LeftOut != 1 {
		t.Errorf("%+v", d)
	}
	if d = Arrays(a, a); d.Different != 0 || d.Max != 0 || d.At != nil || d.LeftOut != 0 {
		t.Errorf("an array and itself: %+v", d)
	}
	if d = Arrays(tensor.New[float64](0, 3), tensor.New[float64](0, 3)); d.Values != 0 || d.Mean != 0 {
		t.Errorf("nothing: %+v", d)
	}
}
