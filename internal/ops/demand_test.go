package ops

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// TestOddValues plants NaN and infinite values in inputs, weights and biases: every algorithm that keeps to the definition on
// such data gives them in exactly the outputs in which the definition does, and the same elsewhere.
func TestOddValues(t *testing.T) {
	for _, kind := range layer.Kinds() {
		if !kind.Multiplies() {
			continue
		}
		for i := range algorithms[kind] {
			a := &algorithms[kind][i]
			if a.keeps == ordinary || a.Name == referenceName {
				continue
			}
			t.Run(string(kind)+"/"+a.Name, func(t *testing.T) { keepsOdd(t, kind, a) })
		}
	}
}

func keepsOdd(t *testing.T, kind layer.Kind, a *algorithm) {
	tried := 0
	rapid.Check(t, func(t *rapid.T) {
		d := drawAccepted[float32](t, kind, a)
		in, weights := integers[float32](d, rapid.Uint64().Draw(t, "seed"))
		plant(t, "input", in[0].Data)
		for _, o := range d.stage.Operands(d.in) {
			plant(t, o.Name, weights[o.Name].Data)
		}
		p, err := Options{}.problem(d.stage, d.in)
		if err != nil {
			t.Fatal(err)
		}
		w, err := bind(p, weights)
		if err != nil {
			t.Fatal(err)
		}
		if need, _ := demandOf(p, surveyOf(in[0].Data), w); a.keepsTo(p) < need.demand {
			return
		}
		tried++
		want := runOn(t, d, in, weights, Options{Algorithm: referenceName, Threads: 1}, false)
		got := runOn(t, d, in, weights, Options{Algorithm: a.Name, Threads: rapid.IntRange(1, 3).Draw(t, "threads")}, false)
		if i := differs(got, want); i >= 0 {
			t.Fatalf("%s: output %d is %v, the reference says %v", d, i, got.Data[i], want.Data[i])
		}
	})
	if tried < 5 {
		t.Errorf("only %d draws were on such data", tried)
	}
}

// plant makes up to three values NaN or infinite, or none.
func plant(t *rapid.T, what string, values []float32) {
	if len(values) == 0 {
		return
	}
	odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}
	for range rapid.SampledFrom([]int{0, 0, 1, 3}).Draw(t, "odd values of "+what) {
		values[rapid.IntRange(0, len(values)-1).Draw(t, "at")] = rapid.SampledFrom(odd).Draw(t, "value")
	}
}

// TestPrepareForKeepsOddValues holds whole layers, by what auto takes for their data, to the reference.
func TestPrepareForKeepsOddValues(t *testing.T) {
	for _, name := range []string{"standard", "grouped", "depthwise", "dilated", "transposed", "pointwise", "separable", "resize-conv"} {
		v, _ := layer.VariantNamed(name)
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				l, err := drawLayer(t, v)
				if err != nil {
					t.Skip(err)
				}
				s, err := shape.Of(l)
				if err != nil {
					t.Skip(err)
				}
				x, operands := layerIntegers[float32](l, s, rapid.Uint64().Draw(t, "seed"))
				plant(t, "input", x.Data)
				for _, o := range Operands(s) {
					plant(t, o.Name, operands[o.Name].Data)
				}
				want := inTurn(t, s, x, operands)
				p, err := PrepareFor(t.Context(), s, operands, x, Options{Threads: 2})
				if err != nil {
					t.Fatal(err)
				}
				got := tensor.New[float32](s.Output...)
				if err := p.Run(t.Context(), got, x); err != nil {
					t.Fatal(err)
				}
				if i := differsBy(got, want, 1e-2); i >= 0 {
					t.Fatalf("%s by %v: output %d is %v, in turn %v", l.Variant, p.Steps(), i, got.Data[i], want.Data[i])
				}
			})
		})
	}
}

// ownBounds are what docs/accuracy.md promises of what auto takes for data that is at hand, relative to an output's own sum
// of magnitudes.
var ownBounds = map[string]float64{"winograd": 3e-5, "phases-winograd": 3e-5, "fft": 1e-5}

// TestOwnSums draws data of many ranges: what auto takes for it stays within the bounds, of every output's own sum.
func TestOwnSums(t *testing.T) {
	taken, worst := map[string]int{}, map[string]float64{}
	rapid.Check(t, func(t *rapid.T) {
		channels := rapid.SampledFrom([]int{3, 8, 32, 100}).Draw(t, "channels")
		kernel := rapid.SampledFrom([]int{1, 3, 3, 3, 5, 9}).Draw(t, "kernel")
		size := rapid.IntRange(9, 24).Draw(t, "size")
		w := square(kernel, rapid.IntRange(0, kernel/2).Draw(t, "padding"))
		var op layer.Op = layer.Conv{Window: w, PadMode: layer.PadZeros, OutChannels: rapid.SampledFrom([]int{4, 17, 40}).Draw(t, "outputs"), Groups: 1}
		if rapid.IntRange(0, 5).Draw(t, "transposed") == 0 {
			w.Stride = []int{2, 2}
			op = layer.Transposed{Window: w, OutputPadding: []int{0, 0}, Groups: 1, OutChannels: 9}
		}
		d := drawnOf(op, []int{1, channels, size, size + 3})
		s := tensor.NewStream(rapid.Uint64().Draw(t, "seed"), "data")
		x, weights := drawRange(t, s, d)
		l := layer.Layer{Spec: layer.Spec{Variant: "drawn", Dims: 2, Input: d.in[0]}, Stages: []layer.Stage{d.stage}}
		l.Stages[0].Inputs = []string{layer.Input}
		r, err := shape.Of(l)
		if err != nil {
			t.Skip(err)
		}
		p, err := PrepareFor(t.Context(), r, weights, x, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		got := tensor.New[float32](r.Output...)
		if err := p.Run(t.Context(), got, x); err != nil {
			t.Fatal(err)
		}
		want, sums := ownSums(t, r, x, weights)
		name := p.Steps()[0].Algorithm
		bound, ok := ownBounds[name]
		if !ok {
			bound = 4 * OwnTolerance // where one product is as large as all, every other one rounds it
		}
		taken[name]++
		for i, v := range want.Data {
			if math.Abs(v) > math.MaxFloat32 {
				continue
			}
			e := math.Abs(float64(got.Data[i]) - v)
			if e > bound*sums.Data[i]+1e-38 || e != e {
				t.Fatalf("%s by %s: output %d is %v, exactly %v: %.2g of its own sum %.3g", d, name, i, got.Data[i], v, e/sums.Data[i], sums.Data[i])
			}
			if sums.Data[i] > 0 {
				worst[name] = max(worst[name], e/sums.Data[i])
			}
		}
	})
	t.Logf("%v, worst %.2v", taken, worst)
}

// drawRange draws the data of a stage: of one range, with something large in it, or with nothing in a part of it.
func drawRange(t *rapid.T, s *tensor.Stream, d drawn) (x *tensor.Tensor[float32], weights map[string]*tensor.Tensor[float32]) {
	scale := rapid.SampledFrom([]float64{1, 1, 1, 1, 1e-21, 1e30, 1e34, 1e37}).Draw(t, "scale")
	positive := rapid.Bool().Draw(t, "positive")
	normal := func() float64 {
		return (s.Uniform() + s.Uniform() + s.Uniform() + s.Uniform()) * math.Sqrt(3) / 2
	}
	value := rapid.SampledFrom([]func() float64{s.Uniform, normal, func() float64 { return max(0, normal()) }}).Draw(t, "value")
	x = tensor.New[float32](d.in[0]...)
	for i := range x.Data {
		v := value()
		if positive {
			v = math.Abs(v)
		}
		x.Data[i] = float32(v * scale)
	}
	switch rapid.IntRange(0, 4).Draw(t, "odd") {
	case 0:
		x.Data[rapid.IntRange(0, len(x.Data)-1).Draw(t, "large at")] *= 1e5
		for i, v := range x.Data {
			if math.IsInf(float64(v), 0) {
				x.Data[i] = math.MaxFloat32
			}
		}
	case 1:
		width := x.Shape[3]
		from := rapid.IntRange(0, width).Draw(t, "nothing from column")
		for i := range x.Data {
			if i%width >= from {
				x.Data[i] = 0
			}
		}
	}
	weights = map[string]*tensor.Tensor[float32]{}
	for _, o := range d.stage.Operands(d.in) {
		w := tensor.New[float32](o.Shape...)
		for i := range w.Data {
			w.Data[i] = float32(normal())
		}
		weights[o.Name] = w
	}
	return x, weights
}

// ownSums are a layer's outputs in float64, and the sums of the magnitudes of what each adds up.
func ownSums(t *rapid.T, r shape.Result, x *tensor.Tensor[float32], weights map[string]*tensor.Tensor[float32]) (exact, sums *tensor.Tensor[float64]) {
	run := func(f func(float64) float64) *tensor.Tensor[float64] {
		wide := map[string]*tensor.Tensor[float64]{}
		apply := func(x *tensor.Tensor[float32]) *tensor.Tensor[float64] {
			y := widened(x)
			for i, v := range y.Data {
				y.Data[i] = f(v)
			}
			return y
		}
		for name, w := range weights {
			wide[name] = apply(w)
		}
		p, err := PrepareLayer(r, wide, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		y := tensor.New[float64](r.Output...)
		if err := p.Run(t.Context(), y, apply(x)); err != nil {
			t.Fatal(err)
		}
		return y
	}
	return run(func(v float64) float64 { return v }), run(math.Abs)
}
