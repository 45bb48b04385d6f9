package ops

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// exampleLayer is a layer of a variant with its defaults, on 16 channels.
func exampleLayer(t testing.TB, variant string, keys ...string) layer.Layer {
	v, _ := layer.VariantNamed(variant)
	s := layer.Spec{Variant: variant, Input: []int{1, 16, 14, 12}}
	if !slices.Contains(v.Dims, 2) {
		t.Fatalf("%s has no two-dimensional form", variant)
	}
	for _, kv := range keys {
		key, value, _ := strings.Cut(kv, "=")
		if err := s.Set(key, value); err != nil {
			t.Fatal(err)
		}
	}
	l, err := layer.Build(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// shaped is the shape of a layer that can be.
func shaped(t testing.TB, l layer.Layer) shape.Result {
	t.Helper()
	s, err := shape.Of(l)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestPipelineAllocatesNothing(t *testing.T) {
	for _, v := range layer.Variants() {
		l := exampleLayer(t, v.Name)
		operands := map[string]*tensor.Tensor[float32]{}
		if _, err := FillOperands(shaped(t, l), operands, 1); err != nil {
			t.Fatal(err)
		}
		p, err := PrepareLayer(shaped(t, l), operands, Options{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		x, out := tensor.New[float32](p.Input...), tensor.New[float32](p.Output...)
		if n := testing.AllocsPerRun(5, func() { p.Run(t.Context(), out, x) }); n != 0 {
			t.Errorf("%s allocates %v times a run", v.Name, n)
		}
		estimate, err := EstimateMemory[float32](shaped(t, l), Options{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		if m := p.memory; m.Workspace > estimate.Workspace || m.Packed > estimate.Packed || m.Intermediates > estimate.Intermediates || m.Input != estimate.Input || m.Output != estimate.Output || m.Operands != estimate.Operands {
			t.Errorf("%s needs %+v, but %+v was estimated", v.Name, m, estimate)
		}
	}
}

// TestActivationsAreFolded checks that an inverted residual keeps no step for its ReLU6s.
func TestActivationsAreFolded(t *testing.T) {
	l := exampleLayer(t, "inverted-residual")
	operands := map[string]*tensor.Tensor[float32]{}
	if _, err := FillOperands(shaped(t, l), operands, 1); err != nil {
		t.Fatal(err)
	}
	p, err := PrepareLayer(shaped(t, l), operands, Options{Algorithm: referenceName})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, st := range p.Steps() {
		got = append(got, strings.Join(st.Stages, "+"))
	}
	if want := []string{"expand+expand.relu6", "depthwise+depthwise.relu6", "project", "add"}; !slices.Equal(got, want) {
		t.Errorf("steps %q, not %q", got, want)
	}
}

func TestOperandErrors(t *testing.T) {
	of := func(dims ...int) *tensor.Tensor[float32] { return tensor.New[float32](dims...) }
	type operands = map[string]*tensor.Tensor[float32]
	for _, c := range []struct {
		variant  string
		operands operands
		want     string
	}{
		{"standard", operands{"weight": of(16, 16, 7, 7), "bias": of(16)}, "weight is 16x16x7x7; this layer needs 16x16x3x3"},
		{"standard", operands{"wieght": of(16, 16, 3, 3)}, `unknown operand "wieght": standard has weight, bias`},
		{"separable", operands{"weight": of(1)}, `unknown operand "weight": separable has depthwise.weight, depthwise.bias, pointwise.weight, pointwise.bias`},
		{"deform-roi-pool", operands{"rois": of(1, 4)}, "rois is 1x4; this layer needs 1x5"},
	} {
		l := exampleLayer(t, c.variant)
		var bad *layer.Error
		if _, err := PrepareLayer(shaped(t, l), c.operands, Options{}); !errors.As(err, &bad) || !strings.HasPrefix(err.Error(), c.want) && c.variant != "deform-roi-pool" {
			t.Errorf("%s: PrepareLayer says %v", c.variant, err)
		}
		if _, err := FillOperands(shaped(t, l), c.operands, 0); !errors.As(err, &bad) || err.Error() != c.want {
			t.Errorf("%s: FillOperands says %v, not %s", c.variant, err, c.want)
		}
	}
	l := exampleLayer(t, "standard")
	if _, err := PrepareLayer(shaped(t, l), operands{"weight": of(16, 16, 3, 3)}, Options{}); err == nil || err.Error() != "bias (16) is missing" {
		t.Errorf("a missing bias: %v", err)
	}
}

func TestFillOperands(t *testing.T) {
	l := exampleLayer(t, "separable")
	bias := tensor.New[float32](16)
	given := map[string]*tensor.Tensor[float32]{"pointwise.bias": bias}
	seeded, err := FillOperands(shaped(t, l), given, 7)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"depthwise.weight", "depthwise.bias", "pointwise.weight"}; !slices.Equal(seeded, want) {
		t.Errorf("seeded %q, not %q", seeded, want)
	}
	if given["pointwise.bias"] != bias {
		t.Error("a given operand was replaced")
	}
	// Any change to these breaks the promise that a seed means the same in every version.
	if got, want := given["depthwise.weight"].Data[:3], []float32{-0.01163984, 0.38504112, 0.24709867}; !slices.Equal(got, want) {
		t.Errorf("depthwise.weight starts with %v, not %v", got, want)
	}
	others := map[string]*tensor.Tensor[float32]{}
	if _, err := FillOperands(shaped(t, l), others, 7); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(others["pointwise.weight"].Data, given["pointwise.weight"].Data) {
		t.Error("giving one operand changed another")
	}
}

func TestROIsAreChecked(t *testing.T) {
	l := exampleLayer(t, "deform-roi-pool", "hidden=4")
	operands := map[string]*tensor.Tensor[float32]{}
	seeded, err := FillOperands(shaped(t, l), operands, 1)
	if err != nil || slices.Contains(seeded, "rois") {
		t.Fatalf("seeded %q, %v", seeded, err)
	}
	for _, batch := range []float32{-1, 1, 0.5} {
		operands["rois"].Data[0] = batch
		p, err := PrepareLayer(shaped(t, l), operands, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var bad *layer.Error
		if err := p.Run(t.Context(), tensor.New[float32](p.Output...), tensor.New[float32](p.Input...)); !errors.As(err, &bad) {
			t.Errorf("a region of sample %v: %v", batch, err)
		}
	}
}

func TestNamedAlgorithmOfLayer(t *testing.T) {
	l := exampleLayer(t, "se")
	operands := map[string]*tensor.Tensor[float32]{}
	if _, err := FillOperands(shaped(t, l), operands, 1); err != nil {
		t.Fatal(err)
	}
	_, err := PrepareLayer(shaped(t, l), operands, Options{Algorithm: "im2col"})
	if err == nil || !strings.HasPrefix(err.Error(), "no stage of this layer is computed by im2col: squeeze: ") {
		t.Errorf("im2col for se: %v", err)
	}
}
