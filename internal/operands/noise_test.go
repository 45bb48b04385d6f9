package operands

import (
	"testing"

	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// pictureOf is a plane of values.
func pictureOf[T tensor.Float](h, w int, value func(y, x int) float64) *tensor.Tensor[T] {
	t := tensor.New[T](1, 1, h, w)
	for i := range t.Data {
		t.Data[i] = T(value(i/w, i%w))
	}
	return t
}

// shown filters a plane and says how it is shown.
func shown[T tensor.Float](t *testing.T, variant, filter, algorithm string, x *tensor.Tensor[T]) picture.Mapped {
	t.Helper()
	spec := layer.Spec{Variant: variant, Dims: 2, Input: x.Shape}
	set, err := Settle(spec, Files{}, []string{filter})
	if err != nil {
		t.Fatal(err)
	}
	v, err := Load[T](set, 0)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := ops.PrepareLayer(set.Result, v.Tensors, ops.Options{Algorithm: algorithm, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	out := tensor.New[T](plan.Output...)
	if err := plan.Run(t.Context(), out, x); err != nil {
		t.Fatal(err)
	}
	p, m, err := picture.Map(out, picture.MapOptions{Noise: NoiseOf(set, v, x, plan.Steps())})
	if err != nil {
		t.Fatal(err)
	}
	if m.Rounded > 0 {
		for _, b := range p.Pix {
			if b != p.Pix[0] {
				t.Fatalf("%s: the picture is not uniform", filter)
			}
		}
	}
	return m
}

// A filter that gives zero on a plane gives a uniform picture, and one step of 16 bits is not zero.
func testNoise[T tensor.Float](t *testing.T) {
	wall := func(y, x int) float64 { return 0.1 }
	rows := func(y, x int) float64 { return float64(y%7) / 7.3 }
	ramp := func(y, x int) float64 { return float64(3*x+2*y) / 255 / 1.7 }
	edge := func(y, x int) float64 {
		if x < 20 {
			return 0.7
		}
		return 0.7 + 1.0/65535
	}
	for _, algorithm := range []string{"auto", "reference"} {
		for _, variant := range []string{"depthwise", "standard"} {
			for _, c := range []struct {
				filter string
				value  func(y, x int) float64
				zero   bool
			}{
				{"sobel-x", rows, true}, {"sobel-x", wall, true}, {"sobel-y", wall, true}, {"laplacian", wall, true}, {"laplacian", ramp, true},
				{"sobel-x", edge, false}, {"laplacian", edge, false}, {"sobel-y", rows, false}, {"sobel-x", ramp, false}, {"box:3", wall, false},
			} {
				x := pictureOf[T](40, 41, c.value)
				m := shown(t, variant, c.filter, algorithm, x)
				if !c.zero && m.Rounded > 0 {
					t.Errorf("%s, %s: %s is taken for rounding", variant, algorithm, c.filter)
				}
				if c.zero && (m.Low < 0 || m.Mapping != picture.Clip) { // the others may be exactly zero
					t.Errorf("%s, %s: %s shows rounding: %s", variant, algorithm, c.filter, m)
				}
			}
		}
	}
}

func TestRoundingIsNotShown(t *testing.T) {
	t.Run("float32", testNoise[float32])
	t.Run("float64", testNoise[float64])
}
