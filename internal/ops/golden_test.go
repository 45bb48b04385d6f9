package ops

import (
	"math"
	"slices"
	"testing"

	"convx/internal/golden"
	"convx/internal/layer"
	"convx/internal/tensor"
)

// TestGolden runs every case that PyTorch and torchvision computed through the path of the command line, with every
// algorithm that accepts it, in both element types.
func TestGolden(t *testing.T) {
	used, cases := map[string]int{}, golden.Cases(t)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			l := goldenLayer(t, c)
			for _, name := range append([]string{"auto"}, Algorithms()...) {
				// The wanted outputs were rounded to float32 once.
				if goldenRun[float64](t, c, l, name, 1e-9, 1.0/(1<<24)) {
					used[name]++
				}
				if goldenRun[float32](t, c, l, name, 1e-4, 1e-4) {
					used[name]++
				}
			}
		})
	}
	for _, name := range []string{"auto", referenceName} {
		if used[name] != 2*len(cases) {
			t.Errorf("%s ran %d of %d cases", name, used[name], 2*len(cases))
		}
	}
	t.Logf("runs by algorithm: %v", used)
}

func goldenLayer(t *testing.T, c golden.Case) layer.Layer {
	s := layer.Spec{Variant: c.Variant, Input: c.Input.Shape}
	for key, value := range c.Flags {
		if err := s.Set(key, value); err != nil {
			t.Fatal(err)
		}
	}
	l, err := layer.Build(GivenOperands(s, c.Operands))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// goldenRun computes a case by an algorithm and holds |got - want| to absolute + relative*|want|; it reports whether
// the algorithm took part.
func goldenRun[T tensor.Float](t *testing.T, c golden.Case, l layer.Layer, algorithm string, absolute, relative float64) bool {
	operands := map[string]*tensor.Tensor[T]{}
	for name, o := range c.Operands {
		operands[name] = converted[T](o)
	}
	p, err := PrepareLayer(shaped(t, l), operands, Options{Algorithm: algorithm, Threads: 2})
	if err != nil && algorithm != "auto" && algorithm != referenceName {
		return false
	}
	if err != nil {
		t.Fatalf("%s: %v", algorithm, err)
	}
	out := tensor.New[T](p.Output...)
	if err := p.Run(t.Context(), out, converted[T](c.Input)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out.Shape, c.Want.Shape) {
		t.Fatalf("output is %v, not %v", out.Shape, c.Want.Shape)
	}
	for i, want := range c.Want.Data {
		if got := float64(out.Data[i]); !(math.Abs(got-want) <= absolute+relative*math.Abs(want)) {
			t.Fatalf("%s: output %d is %v, not %v", algorithm, i, got, want)
		}
	}
	return true
}

// converted is x in another element type, rounded to nearest even.
func converted[T tensor.Float](x *tensor.Tensor[float64]) *tensor.Tensor[T] {
	out := tensor.New[T](x.Shape...)
	for i, v := range x.Data {
		out.Data[i] = T(v)
	}
	return out
}
