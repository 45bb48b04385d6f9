package draw

import (
	"context"
	"image"
	"image/color"
	"math"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/offset"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// OnPicture is a picture that a figure is drawn on, and what is made of it.
type OnPicture struct {
	operands.Origin // of the picture; the seed is that of weights
	Filters         []string
	Weights         []string        // as -w gives them
	Offsets         *offset.Preset  // of a deformable layer; nil: what its own convolution predicts
	Mapping         picture.Mapping // of the output's values to brightness
}

// sceneCells are about how many cells the longer side of a picture becomes, of the input or, if that is larger, the output;
// arrowCells, where arrows are to be seen.
const sceneCells, arrowCells = 36, 13

// Scene runs the layer on a small copy of the picture: the layer at that size, and both as the cells of a figure. What cannot
// be drawn is a *layer.Error.
func (p OnPicture) Scene(ctx context.Context, spec layer.Spec) (layer.Spec, *Scene, error) {
	if v, _ := layer.VariantNamed(spec.Variant); v.Enlarges && v.Has("stride") && !spec.Given("stride") { // at 1 it has no zeros between
		if err := spec.Set("stride", "2"); err != nil {
			return spec, nil, err
		}
	}
	files, err := operands.OpenFiles(p.Weights, tensor.Float32)
	if err != nil {
		return spec, nil, err
	}
	defer files.Close()
	files.Offsets = p.Offsets
	x, label, err := p.small(spec)
	if err != nil {
		return spec, nil, err
	}
	spec.Dims, spec.Input = 2, x.Shape
	set, err := operands.Settle(spec, files, p.Filters)
	if err != nil {
		return spec, nil, err
	}
	l := set.Layer
	what := lang.Sprintf("weights drawn from seed %d", p.Seed)
	if v, _ := layer.VariantNamed(l.Variant); v.Unweighted {
		what = lang.Text("no weights")
	}
	if len(p.Weights) > 0 {
		what = "weights " + lang.List(p.Weights)
	}
	if set.Filters != nil {
		what = lang.Sprintf("filter %s", set.Filters[0].Name)
	}
	v, err := operands.Load[float32](set, p.Seed)
	if err != nil {
		return spec, nil, err
	}
	out, steps, err := runSmall(ctx, set.Result, v.Tensors, x)
	if err != nil {
		return spec, nil, err
	}
	s := &Scene{}
	var shown picture.Mapped
	if s.Input, _, err = cellColors(x, picture.Clip, 0); err != nil {
		return spec, nil, err
	}
	if s.Output, shown, err = cellColors(out, p.Mapping, operands.NoiseOf(set, v, x, steps)); err != nil {
		return spec, nil, err
	}
	s.Caption = lang.Sprintf("%s averaged to %dx%d cells; %s; output: %s", label, x.Shape[2], x.Shape[3], what, shown)
	if len(out.Shape) == 4 && out.Shape[1] != 1 && out.Shape[1] != 3 {
		s.Caption += lang.Text(", channel 0")
	}
	if s.Terms = termsOf(l, v.Tensors, x); s.Terms != nil && len(s.Terms.Channels) < x.Shape[1] {
		s.Caption += lang.Sprintf("; spelt out: %s", s.Terms.Channels[0])
	}
	if samples(l.Spec) {
		if s.Offset, err = offsetsOf(ctx, l, v.Tensors, x); err != nil {
			return spec, nil, err
		}
	}
	return l.Spec, s, nil
}

// small reads the picture and averages squares of its pixels.
func (p OnPicture) small(spec layer.Spec) (x *tensor.Tensor[float32], label string, err error) {
	from := p.Origin
	from.As, from.Dims, from.WeightDims = tensor.Float32, spec.Dims, 2
	src, err := operands.OpenSource(from)
	if err != nil {
		return nil, "", err
	}
	defer src.Close()
	if src.Pixels == nil {
		return nil, "", layer.Errorf("%s is no picture: a figure is drawn on a PNG, JPEG or GIF", src.Name)
	}
	if x, _, err = operands.Read[float32](src); err != nil {
		return nil, "", err
	}
	cells := sceneCells
	if samples(spec) {
		cells = arrowCells
	}
	if v, _ := layer.VariantNamed(spec.Variant); v.Enlarges && len(spec.Stride) > 0 {
		cells = max(2, cells/slices.Max(spec.Stride))
	}
	side := (max(x.Shape[2], x.Shape[3]) + cells - 1) / cells
	if side > min(x.Shape[2], x.Shape[3]) {
		return nil, "", tooThin(spec, src.Name, x.Shape[2], x.Shape[3], cells)
	}
	return averaged(x, side), src.Name, nil
}

// samples reports whether a variant's taps go where they please: their arrows are to be seen.
func samples(s layer.Spec) bool {
	v, _ := layer.VariantNamed(s.Variant)
	return v.Has("offset-groups")
}

// tooThin is a picture whose short side would be less than a cell when the long one fits. It names a part that can be drawn,
// with room for the kernel where the picture has it.
func tooThin(spec layer.Spec, name string, h, w, cells int) error {
	kernel := 3
	if len(spec.Kernel) > 0 {
		kernel = slices.Max(spec.Kernel)
	}
	if len(spec.Dilation) > 0 {
		kernel = (kernel-1)*slices.Max(spec.Dilation) + 1
	}
	long := cells * max(1, min(h, w)/max(1, kernel))
	partW, partH := min(w, long), min(h, long)
	return layer.Errorf("%s is %d pixels wide and %d high, too thin for a figure of %d cells: cut a part of at most %dx%d pixels out of it", name, w, h, cells, partW, partH)
}

// averaged is a tensor of N x C x H/n x W/n: the means of squares of n x n.
func averaged(x *tensor.Tensor[float32], n int) *tensor.Tensor[float32] {
	n = min(n, x.Shape[2], x.Shape[3])
	h, w := x.Shape[2], x.Shape[3]
	out := tensor.New[float32](x.Shape[0], x.Shape[1], h/n, w/n)
	for i := range out.Data {
		plane, y, u := i/(h/n*(w/n)), i/(w/n)%(h/n)*n, i%(w/n)*n
		sum := float32(0)
		for k := range n * n {
			sum += x.Data[(plane*h+y+k/n)*w+u+k%n]
		}
		out.Data[i] = sum / float32(n*n)
	}
	return out
}

func runSmall(ctx context.Context, s shape.Result, operands map[string]*tensor.Tensor[float32], x *tensor.Tensor[float32]) (*tensor.Tensor[float32], []ops.Step, error) {
	plan, err := ops.PrepareLayer(s, operands, ops.Options{Algorithm: "auto", Threads: 1})
	if err != nil {
		return nil, nil, err
	}
	out := tensor.New[float32](plan.Output...)
	return out, plan.Steps(), plan.Run(ctx, out, x)
}

// cellColors are the colours of a tensor's first picture or map; noise is what rounding leaves of zeros in it.
func cellColors(t *tensor.Tensor[float32], m picture.Mapping, noise float64) (func(y, x int) color.NRGBA, picture.Mapped, error) {
	opt := picture.MapOptions{Mapping: m, Noise: noise}
	if len(t.Shape) == 4 && t.Shape[1] != 3 {
		opt.Channels = []int{0}
	}
	p, mapped, err := picture.Map(t, opt)
	if err != nil {
		return nil, mapped, err
	}
	var img image.Image = p.Image()
	return func(y, x int) color.NRGBA { return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA) }, mapped, nil
}

// offsetsOf computes what the layer's own convolutions predict: the offsets of its first offset group, and the masks.
func offsetsOf(ctx context.Context, l layer.Layer, operands map[string]*tensor.Tensor[float32], x *tensor.Tensor[float32]) (func(tap, row, col int) (dy, dx, mask float64), error) {
	predict := func(prefix string) (*tensor.Tensor[float32], error) {
		s := layer.Spec{Variant: "dilated", Dims: 2, Input: l.Input, Kernel: l.Kernel, Stride: l.Stride, Padding: l.Padding, Dilation: l.Dilation}
		if !slices.ContainsFunc(l.Dilation, func(d int) bool { return d > 1 }) {
			s.Variant = "standard"
		}
		weights := map[string]*tensor.Tensor[float32]{"weight": operands[prefix+"weight"]}
		if s.OutChannels = weights["weight"].Shape[0]; operands[prefix+"bias"] != nil {
			weights["bias"] = operands[prefix+"bias"]
		} else {
			s.NoBias = true
		}
		c, err := layer.Build(s)
		if err != nil {
			return nil, err
		}
		r, err := shape.Of(c)
		if err != nil {
			return nil, err
		}
		out, _, err := runSmall(ctx, r, weights, x)
		return out, err
	}
	offset := operands["offset"]
	if offset == nil {
		var err error
		if offset, err = predict("offset."); err != nil {
			return nil, err
		}
	}
	var mask *tensor.Tensor[float32]
	if l.Modulated {
		var err error
		if mask, err = predict("mask."); err != nil {
			return nil, err
		}
	}
	h, w := offset.Shape[2], offset.Shape[3]
	return func(tap, row, col int) (dy, dx, m float64) {
		at := func(t *tensor.Tensor[float32], c int) float64 { return float64(t.Data[(c*h+row)*w+col]) }
		m = 1
		if mask != nil {
			m = 1 / (1 + math.Exp(-at(mask, tap)))
		}
		return at(offset, 2*tap), at(offset, 2*tap+1), m
	}, nil
}

// termsOf are the numbers behind output channel 0 of a layer that is one convolution; nil of others.
func termsOf(l layer.Layer, operands map[string]*tensor.Tensor[float32], x *tensor.Tensor[float32]) *Terms {
	if _, ok := l.Stages[0].Op.(layer.Conv); !ok || len(l.Stages) > 1 {
		return nil
	}
	weight := operands["weight"]
	t := &Terms{
		Input:  func(c, y, x0 int) float64 { return float64(x.Data[(c*x.Shape[2]+y)*x.Shape[3]+x0]) },
		Weight: func(c, ky, kx int) float64 { return float64(weight.Data[(c*weight.Shape[2]+ky)*weight.Shape[3]+kx]) },
	}
	for c := range weight.Shape[1] {
		name := lang.Sprintf("channel %d", c)
		if x.Shape[1] == 3 {
			name = lang.Text([]string{lang.Key("red"), lang.Key("green"), lang.Key("blue")}[c])
		}
		t.Channels = append(t.Channels, name)
	}
	if b := operands["bias"]; b != nil {
		t.Bias = float64(b.Data[0])
	}
	return t
}
