package ops

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// drawn is a random stage and the shapes of its inputs.
type drawn struct {
	stage layer.Stage
	in    [][]int
	// value draws element k of input i; nil draws integers.
	value func(s *tensor.Stream, i, k int) float64
	// rounds says that the definition itself rounds on such data: algorithms may then differ in the last place.
	rounds bool
}

func (d drawn) String() string {
	return fmt.Sprintf("%+v on %v", d.stage.Op, d.in)
}

// drawnOf is a stage on inputs of these shapes.
func drawnOf(op layer.Op, in ...[]int) drawn {
	return drawn{stage: layer.Stage{Name: string(op.Kind()), Op: op, Inputs: make([]string, len(in))}, in: in}
}

// drawWindow draws odd geometries: kernels, strides, dilations and paddings that do not fit well.
func drawWindow(t *rapid.T, dims int) layer.Window {
	w := layer.Window{}
	// Half of them are square and dense: what the fast algorithms ask for.
	square := rapid.IntRange(0, 5).Draw(t, "square")
	for i := range dims {
		k, stride := square, 1
		if square == 0 || square == 1 {
			k, stride = rapid.IntRange(1, 5).Draw(t, fmt.Sprint("kernel", i)), rapid.IntRange(1, 3).Draw(t, fmt.Sprint("stride", i))
		}
		w.Kernel = append(w.Kernel, k)
		w.Stride = append(w.Stride, stride)
		w.Dilation = append(w.Dilation, rapid.IntRange(1, 3).Draw(t, fmt.Sprint("dilation", i)))
		pad := rapid.IntRange(0, k+1)
		w.Padding.Pairs = append(w.Padding.Pairs, layer.Pad{Begin: pad.Draw(t, fmt.Sprint("begin", i)), End: pad.Draw(t, fmt.Sprint("end", i))})
	}
	return w
}

// drawLargeWindow draws kernels of stride 1 that may be larger than the input, with paddings of up to their size.
func drawLargeWindow(t *rapid.T, dims int) layer.Window {
	w := layer.Window{}
	for i := range dims {
		k := rapid.IntRange(6, 13).Draw(t, fmt.Sprint("kernel", i))
		pad := rapid.IntRange(0, k)
		w.Kernel, w.Stride, w.Dilation = append(w.Kernel, k), append(w.Stride, 1), append(w.Dilation, 1)
		w.Padding.Pairs = append(w.Padding.Pairs, layer.Pad{Begin: pad.Draw(t, fmt.Sprint("begin", i)), End: pad.Draw(t, fmt.Sprint("end", i))})
	}
	return w
}

func drawInput(t *rapid.T, channels, dims int) []int {
	in := []int{rapid.IntRange(1, 2).Draw(t, "batch"), channels}
	for i := range dims {
		in = append(in, rapid.IntRange(1, []int{40, 14, 8}[dims-1]).Draw(t, fmt.Sprint("size", i)))
	}
	return in
}

// drawConv draws a convolution of 1 to 3 axes, of any groups; it may be impossible.
func drawConv(t *rapid.T) drawn {
	dims := rapid.SampledFrom([]int{2, 1, 3}).Draw(t, "dims")
	groups := rapid.SampledFrom([]int{1, 1, 2, 3, 8, 20}).Draw(t, "groups")
	share, outs := 1, 1 // depthwise
	if groups == 1 || rapid.Bool().Draw(t, "grouped") {
		share, outs = rapid.IntRange(1, 5).Draw(t, "channels a group"), rapid.IntRange(1, 9).Draw(t, "outputs a group")
	}
	in := drawInput(t, groups*share, dims)
	w := drawWindow(t, dims)
	if rapid.IntRange(0, 4).Draw(t, "apart") == 0 { // windows that do not overlap
		for i, k := range w.Kernel {
			w.Stride[i], w.Dilation[i] = k+i%2, 1
		}
	}
	if dims < 3 && rapid.IntRange(0, 3).Draw(t, "large") == 0 {
		w = drawLargeWindow(t, dims)
	}
	c := layer.Conv{
		Window: w, Groups: groups, OutChannels: groups * outs,
		Bias: rapid.Bool().Draw(t, "bias"), PadMode: rapid.SampledFrom(layer.PadModes()).Draw(t, "pad mode"),
	}
	return drawnOf(c, in)
}

// drawAccepted draws stages of a kind until one can be and a accepts it: rapid gives up on a test that skips too often,
// and some algorithms accept few. It skips after a hundred.
func drawAccepted[T tensor.Float](t *rapid.T, kind layer.Kind, a *algorithm) drawn {
	for range 100 {
		d := draws[kind](t)
		p, err := Options{}.problem(d.stage, d.in)
		if err != nil {
			continue
		}
		if p.Float64 = problem.IsFloat64[T](); a.declines(p) == nil {
			return d
		}
	}
	t.Skip("none of a hundred was accepted")
	return drawn{}
}

// integers draws inputs and weights that are small multiples of powers of two: sums of their products are exact in float32.
func integers[T tensor.Float](d drawn, seed uint64) (in []*tensor.Tensor[T], weights map[string]*tensor.Tensor[T]) {
	for i, shape := range d.in {
		x, s := tensor.New[T](shape...), tensor.NewStream(seed, fmt.Sprint("input", i))
		for k := range x.Data {
			if d.value != nil {
				x.Data[k] = T(d.value(s, i, k))
			} else {
				x.Data[k] = T(s.Int(-4, 4))
			}
		}
		in = append(in, x)
	}
	weights = map[string]*tensor.Tensor[T]{}
	for _, o := range d.stage.Operands(d.in) {
		w := tensor.New[T](o.Shape...)
		tensor.FillInt(w, tensor.NewStream(seed, o.Name), -4, 4)
		weights[o.Name] = w
	}
	return in, weights
}

func clones[T tensor.Float](ts []*tensor.Tensor[T]) []*tensor.Tensor[T] {
	out := slices.Clone(ts)
	for i := range out {
		out[i] = out[i].Clone()
	}
	return out
}
