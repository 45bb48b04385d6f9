package ops

import (
	"context"
	"math"
	"testing"

	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// The factors are what the output is of the input, channel by channel; other layers have none.
func TestFactors(t *testing.T) {
	r, err := shape.OfSpec(layer.Spec{Variant: "se", Input: []int{2, 6, 5, 4}, Dims: 2, Reduction: 3})
	if err != nil {
		t.Fatal(err)
	}
	w := map[string]*tensor.Tensor[float64]{}
	if _, err := FillOperands(r, w, 1); err != nil {
		t.Fatal(err)
	}
	x := tensor.New[float64](2, 6, 5, 4)
	tensor.FillUniform(x, tensor.NewStream(1, "x"), 1)
	p, err := PrepareLayer(r, w, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	out := tensor.New[float64](p.Output...)
	if err := p.Run(context.Background(), out, x); err != nil {
		t.Fatal(err)
	}
	f, err := Factors(context.Background(), r, w, x, Options{Threads: 1})
	if err != nil || len(f) != 12 {
		t.Fatal(f, err)
	}
	for i, v := range out.Data {
		if math.Abs(v-f[i/20]*x.Data[i]) > 1e-12 {
			t.Fatalf("output %d is %g, not %g x %g", i, v, f[i/20], x.Data[i])
		}
	}
	plain, _ := shape.OfSpec(layer.Spec{Variant: "standard", Input: []int{1, 3, 5, 5}, Dims: 2})
	if f, err := Factors[float64](context.Background(), plain, nil, nil, Options{}); f != nil || err != nil {
		t.Error(f, err)
	}
}
