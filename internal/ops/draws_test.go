package ops

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/ops/literal"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// draws has a generator of random stages for each primitive.
var draws = map[layer.Kind]func(*rapid.T) drawn{
	layer.KindConv:       drawConv,
	layer.KindTransposed: drawTransposed,
	layer.KindDeformable: drawDeformable,
	layer.KindPool:       drawPool,
	layer.KindLinear:     drawLinear,
	layer.KindActivation: drawActivation,
	layer.KindScale:      drawScale,
	layer.KindAdd:        drawAdd,
	layer.KindConcat:     drawConcat,
	layer.KindResize:     drawResize,
	layer.KindROIPool:    drawROIPool,
	layer.KindNorm:       drawNorm,

	layer.KindDepthToSpace: drawDepthToSpace,
}

func drawDims(t *rapid.T) int { return rapid.SampledFrom([]int{2, 1, 3}).Draw(t, "dims") }

// drawAny draws an input of any channels and axes.
func drawAny(t *rapid.T) []int {
	return drawInput(t, rapid.IntRange(1, 9).Draw(t, "channels"), drawDims(t))
}

func drawTransposed(t *rapid.T) drawn {
	dims := drawDims(t)
	groups := rapid.SampledFrom([]int{1, 1, 2, 3, 8}).Draw(t, "groups")
	w := drawWindow(t, dims)
	op := layer.Transposed{Window: w, Groups: groups, OutChannels: groups * rapid.IntRange(1, 9).Draw(t, "outputs a group"), Bias: rapid.Bool().Draw(t, "bias")}
	for i := range dims {
		op.OutputPadding = append(op.OutputPadding, rapid.IntRange(0, max(w.Stride[i], w.Dilation[i])-1).Draw(t, fmt.Sprint("output padding", i)))
	}
	in := drawInput(t, groups*rapid.IntRange(1, 5).Draw(t, "channels a group"), dims)
	if rapid.IntRange(0, 4).Draw(t, "one pixel") == 0 { // and one tap for each output
		for i := range dims {
			in[2+i], op.Dilation[i], op.OutputPadding[i], op.Padding.Pairs[i] = 1, 1, 0, layer.Pad{}
		}
	}
	return drawnOf(op, in)
}

// drawDeformable draws offsets in quarters of a pixel, far outside too: bilinear weights are then exact.
func drawDeformable(t *rapid.T) drawn {
	groups := rapid.IntRange(1, 3).Draw(t, "groups")
	og := rapid.IntRange(1, 3).Draw(t, "offset groups")
	x := drawInput(t, groups*og*rapid.IntRange(1, 2).Draw(t, "channels a group"), 2)
	op := layer.Deformable{OffsetGroups: og, Modulated: rapid.Bool().Draw(t, "modulated")}
	op.Window, op.PadMode, op.Groups, op.Bias = drawWindow(t, 2), layer.PadZeros, groups, rapid.Bool().Draw(t, "bias")
	op.OutChannels = groups * rapid.IntRange(1, 5).Draw(t, "outputs a group")
	in := [][]int{x}
	if s, err := shape.OfStage(drawnOf(op.Conv, x).stage, in); err == nil {
		taps := og * op.Kernel[0] * op.Kernel[1]
		in = append(in, []int{x[0], 2 * taps, s.Output[2], s.Output[3]})
		if op.Modulated {
			in = append(in, []int{x[0], taps, s.Output[2], s.Output[3]})
		}
	}
	d := drawnOf(op, in...)
	d.value = func(s *tensor.Stream, i, _ int) float64 {
		return []float64{float64(s.Int(-4, 4)), float64(s.Int(-12, 12)) / 4, float64(s.Int(0, 4)) / 4}[i]
	}
	return d
}

func drawPool(t *rapid.T) drawn {
	x := drawAny(t)
	if rapid.IntRange(0, 9).Draw(t, "long") == 0 { // a row longer than what is reduced at once
		x = append(x[:2], rapid.IntRange(3000, 9000).Draw(t, "length"))
	}
	op := layer.Pool{
		Window: drawWindow(t, len(x)-2), Func: rapid.SampledFrom([]layer.PoolFunc{layer.MaxPool, layer.AveragePool}).Draw(t, "func"),
		CeilMode: rapid.Bool().Draw(t, "ceil"), CountPadding: rapid.Bool().Draw(t, "count padding"),
	}
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		op.Window, op.Global = layer.Window{}, true
	case 1:
		op.Window = layer.Window{}
		for range x[2:] {
			op.Adaptive = append(op.Adaptive, rapid.IntRange(1, 9).Draw(t, "adaptive"))
		}
	}
	return drawnOf(op, x)
}

func drawLinear(t *rapid.T) drawn {
	x := drawAny(t)
	return drawnOf(layer.Linear{Out: rapid.IntRange(1, 70).Draw(t, "out"), Bias: rapid.Bool().Draw(t, "bias")}, x)
}

func drawActivation(t *rapid.T) drawn {
	return drawnOf(layer.Activation{Func: rapid.SampledFrom(literal.ActivationNames()).Draw(t, "func")}, drawAny(t))
}

func drawScale(t *rapid.T) drawn {
	x := drawAny(t)
	return drawnOf(layer.Scale{}, x, x[:2])
}

func drawAdd(t *rapid.T) drawn {
	x := drawAny(t)
	return drawnOf(layer.Add{}, [][]int{x, x, x}[:rapid.IntRange(1, 3).Draw(t, "inputs")]...)
}

func drawConcat(t *rapid.T) drawn {
	x := drawAny(t)
	in := [][]int{x}
	for range rapid.IntRange(0, 2).Draw(t, "more inputs") {
		in = append(in, append([]int{x[0], rapid.IntRange(1, 5).Draw(t, "channels")}, x[2:]...))
	}
	return drawnOf(layer.Concat{}, in...)
}

func drawResize(t *rapid.T) drawn {
	x := drawAny(t)
	op := layer.Resize{Nearest: rapid.Bool().Draw(t, "nearest")}
	bySize := rapid.Bool().Draw(t, "by size")
	for range x[2:] {
		if bySize {
			op.Size = append(op.Size, rapid.IntRange(1, 30).Draw(t, "size"))
		} else {
			op.Scale = append(op.Scale, rapid.SampledFrom([]float64{1, 2, 3, 0.5, 1.5, 2.7, 0.3}).Draw(t, "scale"))
		}
	}
	d := drawnOf(op, x)
	d.rounds = true // at scales that are no powers of two
	return d
}

// drawROIPool draws regions within, across and outside of the image, some empty or inside out.
func drawROIPool(t *rapid.T) drawn {
	x := drawInput(t, rapid.IntRange(1, 9).Draw(t, "channels"), 2)
	op := layer.ROIPool{
		Pooled: []int{rapid.IntRange(1, 4).Draw(t, "pooled"), rapid.IntRange(1, 4).Draw(t, "pooled")}, ROIs: rapid.IntRange(1, 4).Draw(t, "rois"),
		SamplingRatio: rapid.IntRange(1, 3).Draw(t, "sampling ratio"), SpatialScale: rapid.SampledFrom([]float64{1, 0.5, 0.0625}).Draw(t, "spatial scale"),
		Gamma: 0.125, Deform: rapid.Bool().Draw(t, "deform"),
	}
	in := [][]int{x, {op.ROIs, 5}}
	if op.Deform {
		in = append(in, []int{op.ROIs, 2, op.Pooled[0], op.Pooled[1]})
	}
	d := drawnOf(op, in...)
	d.value = func(s *tensor.Stream, i, k int) float64 {
		if i == 1 && k%5 == 0 {
			return float64(s.Int(0, x[0]-1))
		}
		return []float64{float64(s.Int(-4, 4)), float64(s.Int(-4, 40)) / 2, float64(s.Int(-8, 8)) / 8}[i]
	}
	return d
}

func drawDepthToSpace(t *rapid.T) drawn {
	dims := drawDims(t)
	op, area := layer.DepthToSpace{}, 1
	for range dims {
		b := rapid.IntRange(1, 4).Draw(t, "block")
		op.Block, area = append(op.Block, b), area*b
	}
	return drawnOf(op, drawInput(t, area*rapid.IntRange(1, 4).Draw(t, "channels"), dims))
}

func drawNorm(t *rapid.T) drawn {
	x := drawAny(t)
	op := layer.Norm{Func: rapid.SampledFrom([]string{"batch", "layer", "instance", "group", "lrn"}).Draw(t, "func"), Affine: rapid.Bool().Draw(t, "affine")}
	op.Size = rapid.IntRange(1, 5).Draw(t, "size")
	if op.Func == "group" {
		op.Size = x[1]
	}
	if op.Func == "lrn" {
		op.Affine = false
	}
	return drawnOf(op, x)
}

// examples has layers for each primitive, large enough for several chunks: the first an ordinary one, then what
// algorithms ask for that decline it.
func examples() map[layer.Kind][]drawn {
	window := func(kernel, stride, pad int) layer.Window {
		p := layer.Pad{Begin: pad, End: pad}
		return layer.Window{Kernel: []int{kernel, kernel}, Stride: []int{stride, stride}, Dilation: []int{1, 1}, Padding: layer.Padding{Pairs: []layer.Pad{p, p}}}
	}
	conv := func(w layer.Window, mode layer.PadMode, out, groups int) layer.Conv {
		return layer.Conv{Window: w, PadMode: mode, OutChannels: out, Groups: groups, Bias: true}
	}
	transposed := func(w layer.Window, out int) layer.Transposed {
		return layer.Transposed{Window: w, OutputPadding: []int{0, 0}, OutChannels: out, Groups: 1, Bias: true}
	}
	w, x := window(3, 1, 1), []int{2, 16, 28, 28}
	list := []drawn{
		drawnOf(conv(w, layer.PadReflect, 16, 1), x),
		drawnOf(conv(w, layer.PadReflect, 16, 16), x),
		drawnOf(conv(window(2, 2, 0), layer.PadReflect, 16, 1), x),
		drawnOf(transposed(w, 16), x),
		drawnOf(transposed(window(4, 1, 0), 256), []int{2, 256, 1, 1}),
		drawnOf(layer.Deformable{Conv: conv(w, layer.PadZeros, 16, 1), OffsetGroups: 1}, x, []int{2, 18, 28, 28}),
		drawnOf(layer.Pool{Window: w, Func: layer.MaxPool}, x),
		drawnOf(layer.Pool{Global: true, Func: layer.AveragePool}, []int{2, 256, 28, 28}),
		drawnOf(layer.Linear{Out: 100, Bias: true}, x),
		drawnOf(layer.Activation{Func: "sigmoid"}, x),
		drawnOf(layer.Scale{}, x, x[:2]),
		drawnOf(layer.Add{}, x, x),
		drawnOf(layer.Concat{}, x, x),
		drawnOf(layer.Resize{Scale: []float64{2, 2}}, x),
		drawnOf(layer.ROIPool{Pooled: []int{7, 7}, ROIs: 10, SamplingRatio: 2, SpatialScale: 1}, x, []int{10, 5}),
		drawnOf(layer.Norm{Func: "instance"}, x),
		drawnOf(layer.DepthToSpace{Block: []int{2, 2}}, x),
	}
	byKind := map[layer.Kind][]drawn{}
	for _, d := range list {
		kind := d.stage.Op.Kind()
		if kind == layer.KindROIPool {
			d.value = func(s *tensor.Stream, _, k int) float64 { return float64(k % 5 * 5) }
		}
		byKind[kind] = append(byKind[kind], d)
	}
	return byKind
}

// exampleFor is the first of a primitive's examples that an algorithm accepts.
func exampleFor(t *testing.T, a *algorithm, list []drawn) drawn {
	var declined error
	for _, d := range list {
		p, err := (Options{}).problem(d.stage, d.in)
		if err != nil {
			t.Fatal(err)
		}
		if declined = a.declines(p); declined == nil {
			return d
		}
	}
	t.Fatalf("%s has no example: %v", a.Name, declined)
	return drawn{}
}

// TestEveryPrimitiveIsComputed walks the vocabulary: each primitive has a list that ends in the reference, each name is
// there once, and the tests can draw it.
func TestEveryPrimitiveIsComputed(t *testing.T) {
	examples := examples()
	for _, k := range layer.Kinds() {
		list := algorithms[k]
		if len(list) == 0 || list[len(list)-1].Name != referenceName {
			t.Errorf("%s does not end in the reference", k)
			continue
		}
		if last := list[len(list)-1]; last.accept != nil || last.prepare32 == nil || last.prepare64 == nil {
			t.Errorf("the reference of %s declines something", k)
		}
		names := map[string]bool{}
		for _, a := range list {
			if names[a.Name] {
				t.Errorf("%s has %s twice", k, a.Name)
			}
			names[a.Name] = true
		}
		if draws[k] == nil || len(examples[k]) == 0 {
			t.Errorf("no test draws %s", k)
		}
	}
}
