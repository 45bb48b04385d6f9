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

// The field of a transposed convolution, against the inputs that meet in each output, found by trying all.
func TestTransposedFieldByTrying(t *testing.T) {
	for i := range 6 * 4 * 4 * 4 {
		k, s, d, pad := 1+i%6, 1+i/6%4, 1+i/24%4, i/96
		op := layer.Transposed{Window: window1D(k, s, d, pad), OutputPadding: []int{0}, OutChannels: 1, Groups: 1}
		f := OfField(op, Stage{Inputs: [][]int{{1, 1, 40}}, Pads: op.Padding.Pairs}, []Field{Start(1)})
		size, variance, first := 0, 0.0, 0
		for o := range s { // every phase
			var met []float64
			for in := -40; in < 40; in++ {
				for tap := range k {
					if in*s+tap*d == o+pad {
						met = append(met, float64(in))
					}
				}
			}
			if len(met) == 0 {
				continue
			}
			if o == 0 {
				first = int(met[0])
			}
			if n := int(met[len(met)-1]-met[0]) + 1; n > size {
				mean, sum := (met[len(met)-1]+met[0])/2, 0.0
				for _, m := range met {
					sum += (m - mean) * (m - mean)
				}
				size, variance = n, sum/float64(len(met))
			}
		}
		if f.Size[0] != float64(size) || math.Abs(f.Variance[0]-variance) > 1e-9 || s > 1 && d == 1 && k >= s && f.Jump[0] != 1/float64(s) {
			t.Errorf("kernel %d, stride %d, dilation %d, padding %d: size %g, variance %g, jump %g; tried %d, %g", k, s, d, pad, f.Size[0], f.Variance[0], f.Jump[0], size, variance)
		}
		if d == 1 && k >= s && f.Start[0] != float64(first) {
			t.Errorf("kernel %d, stride %d, padding %d: starts at %g, tried %d", k, s, pad, f.Start[0], first)
		}
	}
}

func TestFieldsOfOtherOperators(t *testing.T) {
	resized := func(scale float64, nearest bool) Field {
		r := layer.Resize{Scale: []float64{scale}, Nearest: nearest}
		return OfField(r, Stage{Inputs: [][]int{{1, 1, 12}}, Output: []int{1, 1, int(12 * scale)}}, []Field{Start(1)})
	}
	window := func(f Field, k, s, p int) Field {
		w := window1D(k, s, 1, p)
		return OfField(layer.Conv{Window: w}, Stage{Inputs: [][]int{{1, 1, 99}}, Pads: w.Padding.Pairs}, []Field{f})
	}
	before := window(Start(1), 3, 2, 1) // 3 pixels from -1 on, 2 apart
	plane := Stage{Inputs: [][]int{{1, 1, 5}}, Output: []int{1, 1, 1}}
	whole := OfField(layer.Linear{Out: 1}, plane, []Field{before})
	for _, c := range []struct {
		name                               string
		f                                  Field
		size, least, jump, start, variance float64
		whole                              bool
	}{
		{"doubling", resized(2, false), 2, 2, 0.5, -1, 1. / 6, false},
		{"by one and a half", resized(1.5, false), 2, 2, 1 / 1.5, -1, 1. / 6, false},
		{"halving", resized(0.5, false), 2, 2, 2, 0, 1. / 6, false},
		{"resizing by 1", resized(1, false), 1, 1, 1, 0, 0, false},
		{"nearest", resized(2, true), 1, 1, 0.5, 0, 0, false},
		{"a global pool", OfField(layer.Pool{Global: true}, plane, []Field{before}), 3 + 4*2, 11, 10, -1, 2./3 + 4*2, true},
		{"an adaptive pool", OfField(layer.Pool{Adaptive: []int{1}}, plane, []Field{before}), 3 + 4*2, 11, 10, -1, 2./3 + 4*2, true},
		{"a linear layer", whole, 3 + 4*2, 11, 10, -1, 2./3 + 4*2, true},
		{"a window over everything", window(whole, 3, 1, 1), 11, 11, 10, -1, 2./3 + 4*2, true},
		{"a part", FieldOf(before.axes[0].Along(Part(2, 1))), 3, 3, 2, -1 + 2*2, 2. / 3, false},
		{"a sum", OfField(layer.Add{}, Stage{Inputs: plane.Inputs}, []Field{before, before}), 3, 3, 2, -1, 2. / 3, false},
	} {
		if c.f.Size[0] != c.size || c.f.Least[0] != c.least || c.f.Jump[0] != c.jump || c.f.Start[0] != c.start || math.Abs(c.f.Variance[0]-c.variance) > 1e-12 || c.f.Whole != c.whole {
			t.Errorf("%s: %+v, want size %g, least %g, jump %g, start %g, variance %g, whole %v", c.name, c.f, c.size, c.least, c.jump, c.start, c.variance, c.whole)
		}
	}
}

// Branches line up at their centres or, causal ones, at their ends; what sees everything lines up with anything.
func TestJoinedFields(t *testing.T) {
	window := func(size, jump, start int64) Field {
		return FieldOf(AxisStart().Along(slideReach(size, jump, 1, -start)))
	}
	whole := FieldOf(AxisStart().Along(Everything(9)))
	for _, c := range []struct {
		name                  string
		f, g                  Field
		size, start, variance float64
		unaligned, whole      bool
	}{
		{"one centre", window(3, 1, -1), window(5, 1, -2), 5, -2, (2./3 + 2) / 2, false, false},
		{"one end", window(3, 1, -2), window(5, 1, -4), 5, -4, (2./3+2)/2 + 0.25, false, false},
		{"another centre", window(3, 1, -1), window(3, 1, 1), 5, -1, 2./3 + 1, true, false},
		{"half a step apart", window(3, 2, 0), window(1, 2, 0), 3, 0, (2./3+0)/2 + 0.25, false, false},
		{"another step", window(3, 1, -1), window(3, 2, -1), 3, -1, 2. / 3, true, false},
		{"everything", window(3, 1, -1), whole, 10, -1, (2./3+80./12)/2 + 4, false, true},
	} {
		for _, f := range []Field{c.f.Join(c.g), c.g.Join(c.f)} {
			if f.Size[0] != c.size || f.Start[0] != c.start || math.Abs(f.Variance[0]-c.variance) > 1e-12 || f.Unaligned != c.unaligned || f.Whole != c.whole {
				t.Errorf("%s: %+v, want size %g from %g, variance %g, unaligned %v, whole %v", c.name, f, c.size, c.start, c.variance, c.unaligned, c.whole)
			}
		}
	}
}
