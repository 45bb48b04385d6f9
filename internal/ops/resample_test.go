package ops

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/ops/resample"
	"convx/internal/tensor"
)

// TestResizeLastByBands computes the small product by bands of as few rows as an output mixes.
func TestResizeLastByBands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := drawAny(t)
		op := layer.Resize{Nearest: rapid.Bool().Draw(t, "nearest")}
		for range x[2:] {
			op.Scale = append(op.Scale, rapid.SampledFrom([]float64{1, 2, 4, 0.5}).Draw(t, "scale"))
		}
		first := drawnOf(op, x)
		p, err := (Options{Threads: rapid.IntRange(1, 3).Draw(t, "threads")}).problem(first.stage, first.in)
		if err != nil {
			t.Skip("impossible")
		}
		w := layer.Window{}
		for range x[2:] {
			w.Kernel, w.Stride, w.Dilation = append(w.Kernel, 1), append(w.Stride, 1), append(w.Dilation, 1)
			w.Padding.Pairs = append(w.Padding.Pairs, layer.Pad{})
		}
		last := drawnOf(layer.Conv{Window: w, Groups: 1, OutChannels: rapid.IntRange(1, 20).Draw(t, "outputs"), Bias: true, PadMode: layer.PadZeros}, p.Output)
		in, _ := integers[float32](first, 1)
		_, weights := integers[float32](last, 2)
		want := runOn(t, last, []*tensor.Tensor[float32]{runOn(t, first, in, nil, Options{Algorithm: referenceName}, false)}, weights, Options{Algorithm: referenceName}, false)
		q, err := (Options{Threads: p.Threads}).problem(last.stage, [][]int{x})
		if err != nil {
			t.Fatal(err)
		}
		bound, err := bind(q, weights)
		if err != nil {
			t.Fatal(err)
		}
		r, err := resample.NewLastWithin(p, q, bound, math.Inf(-1), math.Inf(1), rapid.IntRange(1, 4*q.OutputSize()).Draw(t, "bytes"), quickest)
		if err != nil {
			t.Fatal(err)
		}
		got := tensor.New[float32](want.Shape...)
		for i := range got.Data {
			got.Data[i] = float32(math.NaN())
		}
		if err := r.Run(t.Context(), got.Data, [][]float32{in[0].Data}); err != nil {
			t.Fatal(err)
		}
		if i := differsBy(got, want, 1e-3); i >= 0 {
			t.Fatalf("%s: output %d is %v, in turn %v", first, i, got.Data[i], want.Data[i])
		}
	})
}
