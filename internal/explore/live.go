package explore

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strings"

	"convx/configs"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// live is what the layer makes of a picture: each channel of the input is its brightness, the weights are seeded.
type live struct {
	in, out image.Image
	factors []float64 // of squeeze-and-excitation
}

// photoSide is how many pixels wide the picture is that the layer runs on, liveMACs the most work of a key press.
const photoSide, liveMACs = 96, 1 << 28

// photo is the sample picture's brightness, H x W.
var photo = lazy.Value[*tensor.Tensor[float32]]{Make: func() *tensor.Tensor[float32] {
	data, err := configs.Samples.ReadFile(configs.SamplePicture)
	if err != nil {
		panic(err) // it is part of the program
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		panic(err)
	}
	b := img.Bounds()
	w := photoSide
	h := w * b.Dy() / b.Dx()
	t := tensor.New[float32](h, w)
	for i := range t.Data {
		sum, n := 0.0, 0
		for y := i / w * b.Dy() / h; y < (i/w+1)*b.Dy()/h; y++ {
			for x := i % w * b.Dx() / w; x < (i%w+1)*b.Dx()/w; x++ {
				r, g, c, _ := img.At(x, y).RGBA()
				sum, n = sum+(0.2126*float64(r)+0.7152*float64(g)+0.0722*float64(c))/65535, n+1
			}
		}
		t.Data[i] = float32(sum / float64(max(1, n)))
	}
	return t
}}

// newLive runs the layer on the picture; nil where it does not fit or would take long. Of a region, which is the whole picture, the bins
// are moved by the offsets that the explorer shows.
func newLive(p params, t taps) *live {
	plane := photo.Get()
	v, _ := layer.VariantNamed(p.variant)
	s := layer.Spec{Variant: p.variant}
	for _, kv := range p.settings(p.size) {
		if kv.Key != "input" && s.Set(kv.Key, kv.Value) != nil {
			return nil
		}
	}
	if p.channels > 256 {
		return nil
	}
	s.Dims, s.Input = 2, []int{p.channels, plane.Shape[0], plane.Shape[1]}
	s.GivenOffset = v.Has("offset-groups") || v.Regions
	r, err := shape.OfSpec(s)
	if err != nil || len(r.Output) != 4 {
		return nil
	}
	if c, err := flops.Of(r); err != nil || c.Total.FLOPs > 2*liveMACs {
		return nil
	}
	x := tensor.New[float32](r.Input...)
	for c := range p.channels {
		copy(x.Data[c*len(plane.Data):], plane.Data)
	}
	weights := map[string]*tensor.Tensor[float32]{}
	brightness := picture.MinMax
	if g, pools := regionOf(r); pools {
		weights["offset"], brightness = g.array(), picture.Clip // means of the picture are as bright
	} else if s.GivenOffset {
		weights["offset"] = t.array(r)
	}
	if _, err := ops.FillOperands(r, weights, 0); err != nil {
		return nil
	}
	ctx := context.Background()
	plan, err := ops.PrepareLayer(r, weights, ops.Options{Algorithm: "auto", Threads: 1})
	if err != nil {
		return nil
	}
	out := tensor.New[float32](plan.Output...)
	if plan.Run(ctx, out, x) != nil {
		return nil
	}
	factors, err := ops.Factors(ctx, r, weights, x, ops.Options{Threads: 1})
	if err != nil {
		return nil
	}
	l := show(x, out, brightness)
	if l != nil {
		l.factors = factors
	}
	return l
}

// show is channel 0 of the input beside that of the output.
func show(in, out *tensor.Tensor[float32], m picture.Mapping) *live {
	a, errA := mapOf(in, picture.Clip)
	b, errB := mapOf(out, m)
	if errA != nil || errB != nil {
		return nil
	}
	return &live{in: a, out: b}
}

// array are the offsets of the taps at every output, for each offset group: N x 2*groups*taps x Oh x Ow, dy before dx.
func (t taps) array(r shape.Result) *tensor.Tensor[float32] {
	groups, plane := max(1, r.Layer.OffsetGroups), r.Output[2]*r.Output[3]
	a := tensor.New[float32](r.Output[0], 2*groups*len(t.moved), r.Output[2], r.Output[3])
	for i := range a.Data {
		k := i / plane % (2 * len(t.moved))
		a.Data[i] = float32(t.moved[k/2][k%2])
	}
	return a
}

// mapOf is channel 0 as a picture.
func mapOf(t *tensor.Tensor[float32], m picture.Mapping) (image.Image, error) {
	p, _, err := picture.Map(t, picture.MapOptions{Mapping: m, Channels: []int{0}})
	if err != nil {
		return nil, err
	}
	return p.Image(), nil
}

// beside is the picture and what the layer makes of it, in so many columns and rows.
func (l *live) beside(width, rows int, colour bool) string {
	cols := (width - 3) / 2
	if cols < 12 || rows < 5 {
		return ""
	}
	colors := picture.NoColors
	if colour {
		colors = picture.TrueColors // bubbletea brings them to those of the terminal
	}
	a, b := picture.HalfBlocks(l.in, cols, rows-1, colors), picture.HalfBlocks(l.out, cols, rows-1, colors)
	wide := func(img image.Image) int { // as HalfBlocks makes it
		n := img.Bounds()
		if h := 2 * (rows - 1); cols*n.Dy() > h*n.Dx() {
			return max(1, (h*n.Dx()+n.Dy()/2)/n.Dy())
		}
		return cols
	}
	pad := strings.Repeat(" ", wide(l.in))
	head := lang.Text("sample picture")
	lines := []string{head + strings.Repeat(" ", max(1, len(pad)+3-len(head))) + lang.Text("channel 0 of the output")}
	for i := range max(len(a), len(b)) {
		line := pad
		if i < len(a) {
			line = a[i]
		}
		if i < len(b) {
			line += "   " + b[i]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
