package cli

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"convx/internal/draw"
	"convx/internal/layer"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// sceneOptions are the picture that a figure is drawn on, and what is made of it.
type sceneOptions struct {
	input   string // "" is the sample picture
	filters []string
	color   string
	mapping string // of the output's values to brightness

	maxPixels int64
	orient    bool
}

func (s sceneOptions) asked() bool { return s.input != "" || len(s.filters) > 0 || s.color != "" }

// sceneCells are about how many cells the longer side of a picture becomes, of the input or, if that is larger, the output;
// arrowCells, where arrows are to be seen.
const sceneCells, arrowCells = 48, 24

// stage runs the layer on a small copy of the picture and puts both into the figure's options.
func (o *drawOptions) stage(ctx context.Context) error {
	x, label, err := o.smallPicture()
	if err != nil {
		return err
	}
	o.spec.Dims, o.spec.Input = 2, x.Shape
	set, err := operands.Settle(o.spec, operands.Files{}, o.scene.filters)
	if err != nil {
		return err
	}
	l := set.Layer
	o.spec = l.Spec
	what := fmt.Sprintf("weights drawn from seed %d", o.options.Seed)
	if v, _ := layer.VariantNamed(l.Variant); v.Unweighted {
		what = "no weights"
	}
	if set.Filters != nil {
		what = "filter " + set.Filters[0].Name
	}
	v, err := operands.Load[float32](set, o.options.Seed)
	if err != nil {
		return err
	}
	out, err := runSmall(ctx, l, v.Tensors, x)
	if err != nil {
		return err
	}
	s := &draw.Scene{}
	mapping, err := picture.ParseMapping(o.scene.mapping)
	if err != nil {
		return usagef("--map: %w", err)
	}
	var shown picture.Mapped
	if s.Input, _, err = cellColors(x, picture.Clip); err != nil {
		return err
	}
	if s.Output, shown, err = cellColors(out, mapping); err != nil {
		return err
	}
	s.Caption = fmt.Sprintf("%s averaged to %dx%d cells; %s; output: %s", label, x.Shape[2], x.Shape[3], what, shown)
	if len(out.Shape) == 4 && out.Shape[1] != 1 && out.Shape[1] != 3 {
		s.Caption += ", channel 0"
	}
	if l.Variant == "deformable" {
		if s.Offset, err = offsetsOf(ctx, l, v.Tensors, x); err != nil {
			return err
		}
	}
	o.options.Scene = s
	return nil
}

// smallPicture reads the picture and averages squares of its pixels.
func (o *drawOptions) smallPicture() (x *tensor.Tensor[float32], label string, err error) {
	c, err := picture.ParseColor(o.scene.color)
	if err != nil {
		return nil, "", usagef("--color: %w", err)
	}
	if o.options.Numbers {
		return nil, "", usagef("--numbers and a picture: a figure has one of them")
	}
	if o.spec.Given("input") {
		return nil, "", usagef("--input and a picture: the size is the picture's own")
	}
	src, err := operands.OpenSource(operands.Origin{
		Path: o.scene.input, Stdin: o.In, Color: c, MaxPixels: o.scene.maxPixels, As: tensor.Float32, Dims: o.spec.Dims, WeightDims: 2, Orient: o.scene.orient,
	})
	if err != nil {
		return nil, "", err
	}
	defer src.Close()
	if src.Pixels == nil {
		return nil, "", usagef("%s is no picture: a figure is drawn on a PNG, JPEG or GIF", src.Name)
	}
	if x, _, err = operands.Read[float32](src); err != nil {
		return nil, "", err
	}
	cells := sceneCells
	if o.spec.Variant == "deformable" {
		cells = arrowCells
	}
	if o.spec.Variant == "transposed" && len(o.spec.Stride) > 0 {
		cells = max(2, cells/slices.Max(o.spec.Stride))
	}
	side := (max(x.Shape[2], x.Shape[3]) + cells - 1) / cells
	if side > min(x.Shape[2], x.Shape[3]) {
		return nil, "", o.tooThin(src.Name, x.Shape[2], x.Shape[3], cells)
	}
	return averaged(x, side), src.Name, nil
}

// tooThin is a picture whose short side would be less than a cell when the long one fits. It names a part that can be drawn,
// with room for the kernel where the picture has it.
func (o *drawOptions) tooThin(name string, h, w, cells int) error {
	kernel := 3
	if len(o.spec.Kernel) > 0 {
		kernel = slices.Max(o.spec.Kernel)
	}
	if len(o.spec.Dilation) > 0 {
		kernel = (kernel-1)*slices.Max(o.spec.Dilation) + 1
	}
	long := cells * max(1, min(h, w)/max(1, kernel))
	partW, partH := min(w, long), min(h, long)
	return usagef("%s is %d pixels wide and %d high, too thin for a figure of %d cells: cut a part of at most %dx%d pixels out of it", name, w, h, cells, partW, partH)
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

func runSmall(ctx context.Context, l layer.Layer, operands map[string]*tensor.Tensor[float32], x *tensor.Tensor[float32]) (*tensor.Tensor[float32], error) {
	plan, err := ops.PrepareLayer(l, operands, ops.Options{Algorithm: "auto", Threads: 1})
	if err != nil {
		return nil, err
	}
	out := tensor.New[float32](plan.Output...)
	return out, plan.Run(ctx, out, x)
}

// cellColors are the colours of a tensor's first picture or map.
func cellColors(t *tensor.Tensor[float32], m picture.Mapping) (func(y, x int) color.NRGBA, picture.Mapped, error) {
	opt := picture.MapOptions{Mapping: m}
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
		return runSmall(ctx, c, weights, x)
	}
	offset, err := predict("offset.")
	if err != nil {
		return nil, err
	}
	var mask *tensor.Tensor[float32]
	if l.Modulated {
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
