package draw

import (
	"math"
	"testing"

	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/tensor"
)

// The bars of squeeze-and-excitation are the factors of the layer that was asked for, its channels beyond those that are drawn left
// out, and of the layer of the figure where none was.
func TestGatesAreTheLayersOwn(t *testing.T) {
	for _, keys := range []string{"input 64x7x7", "input 256x3x5, reduction 8", "input 6x9, reduction 3, dims 1", "input 8x4x5x6, hidden 3, dims 3"} {
		s := spec(t, "se", keys)
		set, err := operands.Settle(s, operands.Files{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		src, err := operands.OpenSource(operands.Origin{Size: s.Input, Dims: s.Dims, Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		x, _, err := operands.Read[float32](src)
		if err != nil {
			t.Fatal(err)
		}
		v, err := operands.Load[float32](set, 7)
		if err != nil {
			t.Fatal(err)
		}
		var means []float64 // of the planes, by the definition
		plane := len(x.Data) / set.Input[1]
		for c := range set.Input[1] {
			sum := 0.0
			for _, e := range x.Data[c*plane : (c+1)*plane] {
				sum += float64(e)
			}
			means = append(means, sum/float64(plane))
		}
		want := excite(means, v.Tensors)
		o := Options{Data: Data{Origin: operands.Origin{Seed: 7}}}
		if err := o.gated(t.Context(), s, s); err != nil || o.Gates == nil {
			t.Fatal(err)
		}
		for i, f := range o.Gates.Factors {
			if d := f - want[i]; d > 1e-5 || d < -1e-5 {
				t.Errorf("%s: factor %d is %g, want %g", keys, i, f, want[i])
			}
		}
		if len(o.Gates.Factors) != set.Input[1] {
			t.Errorf("%s: %d factors of %d channels", keys, len(o.Gates.Factors), set.Input[1])
		}
	}
	small := spec(t, "se", "input 8x7x7, reduction 4")
	asked := small
	asked.Input = nil
	o := Options{}
	if err := o.gated(t.Context(), asked, small); err != nil || len(o.Gates.Factors) != 8 {
		t.Errorf("%v, %v", o.Gates, err)
	}
	if o = (Options{}); o.gated(t.Context(), spec(t, "se", "input 4096x999x999"), small) != nil || o.Gates != nil {
		t.Error("an input of gigabytes is drawn from a seed")
	}
	if f, err := ops.Factors[float32](t.Context(), result(t, spec(t, "standard", "input 1x5x5")), nil, nil, ops.Options{}); f != nil || err != nil {
		t.Error(f, err)
	}
}

// excite is two layers on means, with a ReLU and a sigmoid.
func excite(means []float64, w map[string]*tensor.Tensor[float32]) []float64 {
	linear := func(prefix string, x []float64, f func(float64) float64) (y []float64) {
		for o := range w[prefix+"weight"].Shape[0] {
			sum := float64(w[prefix+"bias"].Data[o])
			for i, v := range x {
				sum += v * float64(w[prefix+"weight"].Data[o*len(x)+i])
			}
			y = append(y, f(sum))
		}
		return y
	}
	return linear("fc2.", linear("fc1.", means, func(v float64) float64 { return max(0, v) }), func(v float64) float64 { return 1 / (1 + math.Exp(-v)) })
}
