package ops

import (
	"context"
	"math"
	"testing"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// TestLongSums holds every exact algorithm to OwnTolerance on sums of thousands of positive products.
func TestLongSums(t *testing.T) {
	conv := func(out, kernel int) layer.Op {
		return layer.Conv{Window: square(kernel, kernel/2), PadMode: layer.PadZeros, OutChannels: out, Groups: 1, Bias: true}
	}
	for _, c := range []struct {
		op layer.Op
		in []int
	}{
		{conv(20, 3), []int{1, 3000, 4, 5}},
		{conv(9, 1), []int{1, 8000, 4, 4}},
		{conv(5, 3), []int{1, 1500, 5, 20}},
		{conv(33, 7), []int{1, 60, 9, 17}},
		{conv(3, 1), []int{1, 1024, 3, 40}},
		{layer.Transposed{Window: square(2, 0), OutputPadding: []int{0, 0}, Groups: 1, OutChannels: 3}, []int{1, 8000, 1, 1}},
		{layer.Linear{Out: 5, Bias: true}, []int{1, 8000, 1, 1}},
	} {
		for i := range algorithms[c.op.Kind()] {
			a := &algorithms[c.op.Kind()][i]
			if a.tolerance > 0 || a.Name == referenceName || a.prepare32 == nil {
				continue
			}
			t.Run(string(c.op.Kind())+"/"+layer.FormatShape(c.in)+"/"+a.Name, func(t *testing.T) {
				d := drawnOf(c.op, c.in)
				got, ok := errorOf(t, d, a, 1)
				if ok && got > OwnTolerance {
					t.Errorf("the error is %.2g of an output's own sum, not %.2g", got, OwnTolerance)
				}
			})
		}
	}
}

func square(kernel, pad int) layer.Window {
	p := layer.Pad{Begin: pad, End: pad}
	return layer.Window{Kernel: []int{kernel, kernel}, Stride: []int{1, 1}, Dilation: []int{1, 1}, Padding: layer.Padding{Pairs: []layer.Pad{p, p}}}
}

// errorOf runs a on uniform data and returns its largest error against float64, relative to each output's own sum of
// magnitudes; false if a declines.
func errorOf(t *testing.T, d drawn, a *algorithm, seed uint64) (float64, bool) {
	t.Helper()
	s := tensor.NewStream(seed, "accuracy")
	fill := func(shape []int) *tensor.Tensor[float32] {
		x := tensor.New[float32](shape...)
		for i := range x.Data {
			x.Data[i] = float32(math.Abs(s.Uniform()))
		}
		return x
	}
	x, weights := fill(d.in[0]), map[string]*tensor.Tensor[float32]{}
	for _, o := range d.stage.Operands(d.in) {
		weights[o.Name] = fill(o.Shape)
	}
	plan, err := Prepare(d.stage, d.in, weights, Options{Algorithm: a.Name, Threads: 1})
	if err != nil {
		return 0, false
	}
	got := tensor.New[float32](plan.Output...)
	if err := plan.Run(context.Background(), got, x); err != nil {
		t.Fatal(err)
	}
	// All terms are positive: an output is its own sum of magnitudes.
	wide := map[string]*tensor.Tensor[float64]{}
	for name, w := range weights {
		wide[name] = widened(w)
	}
	exact, err := Prepare(d.stage, d.in, wide, Options{Algorithm: referenceName})
	if err != nil {
		t.Fatal(err)
	}
	want := tensor.New[float64](plan.Output...)
	if err := exact.Run(context.Background(), want, widened(x)); err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for i, v := range want.Data {
		worst = max(worst, math.Abs(float64(got.Data[i])-v)/v)
	}
	return worst, true
}

func widened(x *tensor.Tensor[float32]) *tensor.Tensor[float64] {
	w := tensor.New[float64](x.Shape...)
	for i, v := range x.Data {
		w.Data[i] = float64(v)
	}
	return w
}
