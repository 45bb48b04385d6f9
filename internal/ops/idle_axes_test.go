package ops

import (
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// TestIdleAxes holds sequences that are stored with axes of extent one beside them to the same layer in one axis, by every
// algorithm; what is chosen for them is the same too.
func TestIdleAxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWindow(t, 1)
		channels, outputs := rapid.IntRange(1, 20).Draw(t, "channels"), rapid.IntRange(1, 20).Draw(t, "outputs")
		n := rapid.IntRange(1, 60).Draw(t, "length")
		mode := rapid.SampledFrom(layer.PadModes()).Draw(t, "mode")
		dims := rapid.IntRange(2, 3).Draw(t, "dims")
		at, idle := rapid.IntRange(0, dims-1).Draw(t, "axis"), rapid.IntRange(1, 3).Draw(t, "idle stride")
		transposed := rapid.Bool().Draw(t, "transposed")
		stage := func(w layer.Window, in []int) drawn {
			if transposed {
				return drawnOf(layer.Transposed{Window: w, OutputPadding: make([]int, len(in)-2), Groups: 1, OutChannels: outputs}, in)
			}
			return drawnOf(layer.Conv{Window: w, PadMode: mode, Groups: 1, OutChannels: outputs}, in)
		}
		wide, in := layer.Window{}, []int{2, channels}
		for a := range dims {
			k, s, d, p, size := 1, idle, 2, layer.Pad{}, 1
			if a == at {
				k, s, d, p, size = w.Kernel[0], w.Stride[0], w.Dilation[0], w.Padding.Pairs[0], n
			}
			wide.Kernel, wide.Stride, wide.Dilation = append(wide.Kernel, k), append(wide.Stride, s), append(wide.Dilation, d)
			wide.Padding.Pairs, in = append(wide.Padding.Pairs, p), append(in, size)
		}
		line, beside := stage(w, []int{2, channels, n}), stage(wide, in)
		x, weights := integers[float32](line, rapid.Uint64().Draw(t, "seed"))
		y := []*tensor.Tensor[float32]{{Shape: in, Data: x[0].Data}}
		shaped := map[string]*tensor.Tensor[float32]{}
		for _, o := range beside.stage.Operands(beside.in) {
			shaped[o.Name] = &tensor.Tensor[float32]{Shape: o.Shape, Data: weights[o.Name].Data}
		}
		for _, name := range append(Algorithms(), "auto") {
			plan, err := Prepare(line.stage, line.in, weights, Options{Algorithm: name, Threads: 1})
			if err != nil {
				continue
			}
			same, err := Prepare(beside.stage, beside.in, shaped, Options{Algorithm: name, Threads: 1})
			if err != nil || same.Algorithm != plan.Algorithm {
				t.Fatalf("%s computes %s by %s, but %s (%v)", name, line, plan.Algorithm, beside, err)
			}
			want := runOn(t, line, x, weights, Options{Algorithm: name, Threads: 1}, false)
			got := runOn(t, beside, y, shaped, Options{Algorithm: name, Threads: 1}, false)
			got.Shape = want.Shape
			if i := differs(got, want); i >= 0 {
				t.Fatalf("%s: %s gives %v at %d, %s %v", name, beside, got.Data[i], i, line, want.Data[i])
			}
		}
	})
}
