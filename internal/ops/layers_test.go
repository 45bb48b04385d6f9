package ops

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// drawLayer draws a layer of a variant; it may be impossible.
func drawLayer(t *rapid.T, v layer.Variant) (layer.Layer, error) {
	dims := rapid.SampledFrom(v.Dims).Draw(t, "dims")
	s := layer.Spec{Variant: v.Name, Dims: dims, Input: drawInput(t, rapid.SampledFrom([]int{1, 2, 4, 6, 12}).Draw(t, "channels"), dims)}
	perAxis := func(lo, hi int) string {
		v := make([]int, dims)
		for i := range v {
			v[i] = rapid.IntRange(lo, hi).Draw(t, "axis")
		}
		return layer.FormatInts(v)
	}
	number := func(lo, hi int) string { return fmt.Sprint(rapid.IntRange(lo, hi).Draw(t, "number")) }
	values := map[string]func() string{
		"out-channels": func() string { return number(1, 12) }, "kernel": func() string { return perAxis(1, 4) },
		"stride": func() string { return perAxis(1, 3) }, "dilation": func() string { return perAxis(1, 3) },
		"padding": func() string {
			return rapid.SampledFrom([]string{"same", "same-lower", "1", "2", "0:3"}).Draw(t, "padding")
		},
		"pad-mode": func() string { return string(rapid.SampledFrom(layer.PadModes()).Draw(t, "mode")) },
		"groups":   func() string { return number(1, 4) }, "output-padding": func() string { return perAxis(0, 1) },
		"multiplier": func() string { return number(1, 3) }, "expansion": func() string { return number(1, 4) },
		"expanded": func() string { return number(1, 40) },
		"squeeze":  func() string { return fmt.Sprint(rapid.Bool().Draw(t, "squeeze")) },
		"activation": func() string {
			return rapid.SampledFrom([]string{"swish", "hard-swish", "relu"}).Draw(t, "activation")
		},
		"reduction": func() string { return number(1, 4) }, "offset-groups": func() string { return number(1, 2) },
		"modulated": func() string { return fmt.Sprint(rapid.Bool().Draw(t, "modulated")) }, "scale": func() string { return rapid.SampledFrom([]string{"1", "2", "4x1x0.5", "2x1"}).Draw(t, "scale") },
		"pooled": func() string { return rapid.SampledFrom([]string{"2x4", "1", "4x1"}).Draw(t, "pooled") }, "gamma": func() string { return "0.125" },
		"sampling-ratio": func() string { return number(1, 2) }, "spatial-scale": func() string { return "0.5" },
		"count-include-pad": func() string { return fmt.Sprint(rapid.Bool().Draw(t, "count padding")) },
		"ceil":              func() string { return fmt.Sprint(rapid.Bool().Draw(t, "ceil")) },
		"roi":               func() string { return "1,2,7,9/0,0,20,4" }, "hidden": func() string { return number(1, 20) },
	}
	for _, key := range v.Keys {
		// Bins that are no power of two make inexact offsets, and a sample at the border then falls on either side.
		if v.Name == "deform-roi-pool" || rapid.Bool().Draw(t, key) {
			draw, ok := values[key]
			if !ok {
				t.Fatalf("layers_test.go draws no value for --%s", key)
			}
			if err := s.Set(key, draw()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return layer.Build(s)
}

// TestLayers holds every layer, by every algorithm that some stage accepts, to its stages computed one by one by the
// reference, nothing folded or fused.
func TestLayers(t *testing.T) {
	for _, v := range layer.Variants() {
		t.Run(v.Name+"/float32", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { checkLayer[float32](t, v, 2e-4) }) })
		t.Run(v.Name+"/float64", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { checkLayer[float64](t, v, 1e-9) }) })
	}
}

func checkLayer[T tensor.Float](t *rapid.T, v layer.Variant, tolerance float64) {
	l, err := drawLayer(t, v)
	if err != nil {
		t.Skip(err)
	}
	s, err := shape.Of(l)
	if err != nil {
		t.Skip(err)
	}
	x, operands := layerIntegers[T](l, s, rapid.Uint64().Draw(t, "seed"))
	want := inTurn(t, s, x, operands)
	for _, name := range append([]string{"auto"}, Algorithms()...) {
		operands := clonesOf(operands)
		p, err := PrepareLayer(s, operands, Options{Algorithm: name, Threads: rapid.IntRange(1, 3).Draw(t, "threads")})
		if err != nil && name != "auto" && name != referenceName {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		checkSteps(t, l, p)
		if p.Copies() {
			for _, o := range operands {
				spoil(o)
			}
		}
		if m, err := EstimateMemory[T](s, Options{Threads: 3}); err != nil || p.memory.Total() > m.Total() || p.memory.Packed > m.Packed || p.memory.Intermediates > m.Intermediates {
			t.Fatalf("%s by %v needs %+v, but %+v was estimated (%v)", l.Variant, p.Steps(), p.memory, m, err)
		}
		out := tensor.New[T](s.Output...)
		for range 2 { // the second run meets the first one's intermediates
			spoil(out)
			if err := p.Run(t.Context(), out, x); err != nil {
				t.Fatal(err)
			}
		}
		allowed := 0.0
		if !exactLayer(l) || p.rounds() {
			allowed = tolerance // outputs may all be zeros, of integers that cancel
			for _, v := range want.Data {
				allowed = max(allowed, tolerance*math.Abs(float64(v)))
			}
		}
		if p.rounds() && l.Variant == "deformable" {
			allowed *= 20 // rounded offsets move the samples: what that changes grows with the slope of the input
		}
		if i := differsBy(out, want, allowed); i >= 0 {
			t.Fatalf("%s by %v: output %d is %v, in turn %v", l.Variant, p.Steps(), i, out.Data[i], want.Data[i])
		}
	}
}

// checkSteps demands that the steps cover the stages in order.
func checkSteps[T tensor.Float](t *rapid.T, l layer.Layer, p *Pipeline[T]) {
	var covered, all []string
	for _, st := range p.Steps() {
		covered = append(covered, st.Stages...)
	}
	for _, st := range l.Stages {
		all = append(all, st.Name)
	}
	if !slices.Equal(covered, all) {
		t.Fatalf("the steps cover %v of the stages %v", covered, all)
	}
}

// exactLayer reports whether integers stay exact: through ReLUs, not through a sigmoid or the like.
func exactLayer(l layer.Layer) bool {
	return !slices.ContainsFunc(l.Stages, func(s layer.Stage) bool {
		a, ok := s.Op.(layer.Activation)
		return ok && a.Func != "relu" && a.Func != "relu6"
	})
}

// rounds reports whether some step's algorithm rounds integers.
func (p *Pipeline[T]) rounds() bool {
	return slices.ContainsFunc(p.steps, func(st step[T]) bool { return st.Tolerance > 0 })
}

// layerIntegers draws a layer's input and Operands: integers, but for the regions of interest.
func layerIntegers[T tensor.Float](l layer.Layer, s shape.Result, seed uint64) (*tensor.Tensor[T], map[string]*tensor.Tensor[T]) {
	x := tensor.New[T](s.Input...)
	tensor.FillInt(x, tensor.NewStream(seed, layer.Input), -2, 2)
	operands := map[string]*tensor.Tensor[T]{}
	for _, o := range Operands(s) {
		w := tensor.New[T](o.Shape...)
		tensor.FillInt(w, tensor.NewStream(seed, o.Name), -1, 1)
		if o.Name == "rois" {
			w = roisOf[T](l.ROIs)
		}
		operands[o.Name] = w
	}
	return x, operands
}

// inTurn computes a layer's stages one by one by the reference.
func inTurn[T tensor.Float](t *rapid.T, s shape.Result, x *tensor.Tensor[T], operands map[string]*tensor.Tensor[T]) *tensor.Tensor[T] {
	known := maps.Clone(operands)
	known[layer.Input] = x
	var out *tensor.Tensor[T]
	for i, st := range s.Layer.Stages {
		var in []*tensor.Tensor[T]
		for _, name := range st.Inputs {
			in = append(in, known[name])
		}
		plan, err := Prepare(st, s.Stages[i].Inputs, operands, Options{Algorithm: referenceName, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		out = tensor.New[T](plan.Output...)
		if err := plan.Run(t.Context(), out, in...); err != nil {
			t.Fatal(err)
		}
		known[st.Name] = out
	}
	return out
}
