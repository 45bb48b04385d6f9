package shape

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
)

func window1D(kernel, stride, dilation, padding int) layer.Window {
	return layer.Window{Kernel: []int{kernel}, Stride: []int{stride}, Dilation: []int{dilation}, Padding: layer.Padding{Pairs: []layer.Pad{{Begin: padding, End: padding}}}}
}

// Fields of chains of windows, against the inputs that an output is traced back to, tap by tap.
func TestFieldByTracing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Start(1)
		var windows []layer.Window
		x := []int{1, 1, 4096}
		for range rapid.IntRange(1, 5).Draw(t, "layers") {
			w := window1D(rapid.IntRange(1, 4).Draw(t, "kernel"), rapid.IntRange(1, 3).Draw(t, "stride"), rapid.IntRange(1, 3).Draw(t, "dilation"), rapid.IntRange(0, 3).Draw(t, "padding"))
			op := layer.Op(layer.Conv{Window: w, OutChannels: 1, Groups: 1})
			if rapid.Bool().Draw(t, "pool") {
				op = layer.Pool{Window: w, Func: layer.MaxPool}
			}
			st, err := OfStage(layer.Stage{Op: op}, [][]int{x})
			if err != nil {
				t.Skip(err.Error())
			}
			f, x, windows = OfField(op, st, []Field{f}), st.Output, append(windows, w)
		}
		first, second := trace(windows, 0), trace(windows, 1)
		size := slices.Max(first) - slices.Min(first) + 1
		if f.Start[0] != float64(slices.Min(first)) || f.Size[0] != float64(size) || f.Jump[0] != float64(slices.Min(second)-slices.Min(first)) {
			t.Fatalf("%v: start %g, size %g, jump %g; traced %d, %d, %d", windows, f.Start[0], f.Size[0], f.Jump[0], slices.Min(first), size, slices.Min(second)-slices.Min(first))
		}
	})
}

// trace lists the inputs that an output comes from, padding as if it were input.
func trace(windows []layer.Window, output int) []int {
	at := []int{output}
	for _, w := range slices.Backward(windows) {
		seen := map[int]bool{}
		for _, o := range at {
			for k := range w.Kernel[0] {
				seen[o*w.Stride[0]+k*w.Dilation[0]-w.Padding.Pairs[0].Begin] = true
			}
		}
		at = at[:0]
		for i := range seen {
			at = append(at, i)
		}
	}
	return at
}

// The variance of a chain of uniform windows is that of the sum of their taps, counted out.
func TestVarianceByCounting(t *testing.T) {
	f, jump := Start(1), 1
	positions := []float64{0} // one entry for every path
	for _, w := range []struct{ kernel, stride, dilation int }{{3, 1, 1}, {2, 2, 1}, {3, 1, 2}, {4, 1, 3}} {
		st, err := OfStage(layer.Stage{Op: layer.Conv{Window: window1D(w.kernel, w.stride, w.dilation, 0), OutChannels: 1, Groups: 1}}, [][]int{{1, 1, 500}})
		if err != nil {
			t.Fatal(err)
		}
		f = OfField(layer.Conv{Window: window1D(w.kernel, w.stride, w.dilation, 0)}, st, []Field{f})
		var next []float64
		for _, p := range positions {
			for k := range w.kernel {
				next = append(next, p+float64(k*w.dilation*jump))
			}
		}
		positions, jump = next, jump*w.stride
	}
	mean, variance := 0.0, 0.0
	for _, p := range positions {
		mean += p / float64(len(positions))
	}
	for _, p := range positions {
		variance += (p - mean) * (p - mean) / float64(len(positions))
	}
	if math.Abs(f.Variance[0]-variance) > 1e-9*variance {
		t.Errorf("variance %g, counted %g", f.Variance[0], variance)
	}
}

// n layers of 3x3: the field grows with n, the effective one with its root (Luo et al. 2016).
func TestEffectiveFieldGrowsWithTheRoot(t *testing.T) {
	field := func(n int) Field {
		f := Start(2)
		for range n {
			r, err := of("standard", "input=1x500x500", "padding=1")
			if err != nil {
				t.Fatal(err)
			}
			f = OfField(r.Layer.Stages[0].Op, r.Stages[0], []Field{f})
		}
		return f
	}
	ten, forty := field(10), field(40)
	if ten.Size[0] != 21 || forty.Size[0] != 81 {
		t.Errorf("sizes %g and %g, want 21 and 81", ten.Size[0], forty.Size[0])
	}
	// sqrt(n * (9-1)/12), twice either way.
	for n, f := range map[float64]Field{10: ten, 40: forty} {
		if got, want := f.Effective()[0], 4*math.Sqrt(n*2/3); math.Abs(got-want) > 1e-9 {
			t.Errorf("%g layers: effective %g, want %g", n, got, want)
		}
	}
	if got := Start(1).Effective()[0]; got != 1 {
		t.Errorf("the input's own field is effectively %g", got)
	}
	if f := field(1); f.Effective()[0] > f.Size[0] {
		t.Errorf("effective %g is more than %g", f.Effective()[0], f.Size[0])
	}
}
