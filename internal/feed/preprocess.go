// Package feed makes of a picture what a network takes: its size, its element type, its order of axes and channels, and the
// convention that the network was trained under.
package feed

import (
	"image"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/draw"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/tensor"
)

// Preprocess says how a picture becomes what a network takes: samples are brought to Low..High, then Mean is taken off and the
// rest divided by Std, channel by channel in the order of Channels.
type Preprocess struct {
	Name      string
	Low, High float64
	Mean, Std []float64 // one number, or one for each channel; nil is 0 and 1
	Channels  string    // rgb, bgr, gray; empty follows the network
	Fit       string    // stretch, crop, pad
}

// preprocesses are the conventions that networks are trained under.
var preprocesses = []Preprocess{
	{Name: "unit", High: 1},
	{Name: "imagenet", High: 1, Mean: []float64{0.485, 0.456, 0.406}, Std: []float64{0.229, 0.224, 0.225}},
	{Name: "tf", Low: -1, High: 1},
	{Name: "caffe", High: 255, Mean: []float64{103.939, 116.779, 123.68}, Channels: "bgr"},
	{Name: "bytes", High: 255},
}

// PreprocessNames lists the conventions.
func PreprocessNames() []string {
	var names []string
	for _, p := range preprocesses {
		names = append(names, p.Name)
	}
	return names
}

// PreprocessNamed is the convention of that name. The error is a *layer.Error.
func PreprocessNamed(name string) (Preprocess, error) {
	i := slices.IndexFunc(preprocesses, func(p Preprocess) bool { return p.Name == name })
	if i < 0 {
		return Preprocess{}, layer.Errorf("unknown preprocessing %q: there are %s", name, lang.List(PreprocessNames()))
	}
	return preprocesses[i], nil
}

// Suiting is the convention of a network whose maker named this one, if any, and whose input is of this element type: integers take
// bytes.
func Suiting(elem tensor.Elem, made string) Preprocess {
	name := "bytes"
	switch {
	case slices.Contains(PreprocessNames(), made):
		name = made
	case elem == tensor.Int8:
		return Preprocess{Low: -128, High: 127}
	case elem == tensor.Invalid || elem.IsFloat():
		name = "unit"
	}
	p, _ := PreprocessNamed(name)
	return p
}

// Fits lists the ways to bring a picture to a size.
func Fits() []string { return []string{"crop", "stretch", "pad"} }

// String says what is done: 0 to 255, less 103.9, 116.8, 123.7, bgr.
func (p Preprocess) String() string {
	text := lang.Sprintf("%g to %g", p.Low, p.High)
	if p.Mean != nil {
		text += lang.Sprintf(", less %s", numbers(p.Mean))
	}
	if p.Std != nil {
		text += lang.Sprintf(", over %s", numbers(p.Std))
	}
	if p.Channels != "" {
		text += lang.Text(", ") + p.Channels
	}
	if p.Name != "" {
		text = p.Name + lang.Text(": ") + text
	}
	return text
}

func numbers(list []float64) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = strconv.FormatFloat(v, 'g', 6, 64)
	}
	return lang.List(parts)
}

// Layout is how an image input of a network lies in memory.
type Layout struct {
	Height, Width, Channels int
	Batch                   int  // pictures at once
	Last                    bool // the channels are the last axis
	Bare                    bool // there is no axis for a batch
}

// Shape is that of an input.
func (l Layout) Shape() []int {
	shape := []int{l.Batch, l.Channels, l.Height, l.Width}
	if l.Last {
		shape = []int{l.Batch, l.Height, l.Width, l.Channels}
	}
	if l.Bare {
		return shape[1:]
	}
	return shape
}

// Order names the axes.
func (l Layout) Order() string {
	order := "NCHW"
	if l.Last {
		order = "NHWC"
	}
	if l.Bare {
		return order[1:]
	}
	return order
}

// Opened is the layout whose extents along the open axes are those of a picture of these sizes, or, where one of them is fixed, in
// its proportion.
func (l Layout) Opened(open []bool, width, height int) Layout {
	row := strings.Index(l.Order(), "H")
	switch near := func(a, b, c int) int { return max(1, (a*b+c/2)/c) }; {
	case open[row] && open[row+1]:
		l.Height, l.Width = height, width
	case open[row]:
		l.Height = near(height, l.Width, width)
	case open[row+1]:
		l.Width = near(width, l.Height, height)
	}
	return l
}

// LayoutOf reads an image input's shape: N x C x H x W, or N x H x W x C where only that makes 1 or 3 channels and a plane:
// 1 x 100 x 1 x 1 is a vector, no picture one pixel wide. Three channels of planes need no batch. Several at once are pictures
// where both their sides are more than a pixel.
func LayoutOf(shape []int) (l Layout, ok bool) {
	if len(shape) == 3 {
		l, ok = LayoutOf(append([]int{1}, shape...))
		l.Bare = true
		return l, ok && l.Channels == 3 && l.Height > 1 && l.Width > 1
	}
	if len(shape) != 4 || shape[0] < 1 {
		return l, false
	}
	isColor := func(d int) bool { return d == 1 || d == 3 }
	switch {
	case isColor(shape[1]):
		l = Layout{Height: shape[2], Width: shape[3], Channels: shape[1], Batch: shape[0]}
	case isColor(shape[3]) && shape[1] > 1 && shape[2] > 1:
		l = Layout{Height: shape[1], Width: shape[2], Channels: shape[3], Batch: shape[0], Last: true}
	}
	if l.Batch > 1 && min(l.Height, l.Width) == 1 {
		return Layout{}, false
	}
	return l, l.Batch > 0
}

// Array is the picture as an input of this layout and element type, for each of its batch. Errors are *layer.Error.
func (p Preprocess) Array(img *image.RGBA, l Layout, shape []int, elem tensor.Elem) (*tensor.Array, error) {
	channels, err := p.order(l.Channels)
	if err != nil {
		return nil, err
	}
	for _, part := range []struct {
		flag    string
		numbers []float64
	}{{"mean", p.Mean}, {"std", p.Std}} {
		if n := len(part.numbers); n > 1 && n != l.Channels {
			return nil, layer.Errorf("%s: %d numbers for a network that takes pictures of %s", p.asked(part.flag), n, channelsOf(l.Channels))
		}
	}
	fitted := Fit(img, l.Width, l.Height, p.Fit)
	data := make([]float32, l.Channels*l.Height*l.Width)
	for c, sample := range channels {
		mean, std := at(p.Mean, c, 0), at(p.Std, c, 1)
		for y := range l.Height {
			row := fitted.Pix[fitted.PixOffset(0, y):]
			for x := range l.Width {
				v := (p.Low + sample(row[4*x:])/255*(p.High-p.Low) - mean) / std
				i := (c*l.Height+y)*l.Width + x
				if l.Last {
					i = (y*l.Width+x)*l.Channels + c
				}
				data[i] = float32(v)
			}
		}
	}
	return asElem(slices.Repeat(data, max(1, l.Batch)), shape, elem)
}

func at(list []float64, i int, def float64) float64 {
	if len(list) == 0 {
		return def
	}
	return list[i%len(list)]
}

// order gives a function for each channel that reads it from an RGBA pixel.
func (p Preprocess) order(channels int) ([]func(px []byte) float64, error) {
	sample := func(i int) func([]byte) float64 { return func(px []byte) float64 { return float64(px[i]) } }
	names := p.Channels
	if names == "" {
		names = map[int]string{1: "gray", 3: "rgb"}[channels]
	}
	switch {
	case names == "gray" && channels == 1:
		return []func([]byte) float64{luma}, nil
	case names == "gray" && channels == 3:
		return []func([]byte) float64{luma, luma, luma}, nil
	case names == "rgb" && channels == 3:
		return []func([]byte) float64{sample(0), sample(1), sample(2)}, nil
	case names == "bgr" && channels == 3:
		return []func([]byte) float64{sample(2), sample(1), sample(0)}, nil
	}
	return nil, layer.Errorf("%s: the network takes pictures of %s, which are not %s", p.asked("channels"), channelsOf(channels), names)
}

func channelsOf(n int) string {
	if n == 1 {
		return "1 channel"
	}
	return lang.Sprintf("%d channels", n)
}

// asked is the flag that asked for a part of it: the part's own, or that of the convention.
func (p Preprocess) asked(part string) string {
	if p.Name != "" {
		return "--preprocess " + p.Name
	}
	return "--" + part
}

// luma is the brightness of Rec. 601, as Pillow's "L".
func luma(px []byte) float64 {
	return 0.299*float64(px[0]) + 0.587*float64(px[1]) + 0.114*float64(px[2])
}

// asElem converts to the element type that the network takes.
func asElem(data []float32, shape []int, elem tensor.Elem) (*tensor.Array, error) {
	switch elem {
	case tensor.Float32, tensor.Invalid:
		return tensor.ArrayOf(data, shape...), nil
	case tensor.Float64:
		return converted(data, shape, func(v float32) float64 { return float64(v) }), nil
	case tensor.Float16:
		return converted(data, shape, tensor.ToF16), nil
	case tensor.BFloat16:
		return converted(data, shape, tensor.ToBF16), nil
	case tensor.Uint8:
		return converted(data, shape, rounded[uint8](0, 255)), nil
	case tensor.Int8:
		return converted(data, shape, rounded[int8](-128, 127)), nil
	case tensor.Uint16:
		return converted(data, shape, rounded[uint16](0, 1<<16-1)), nil
	case tensor.Int16:
		return converted(data, shape, rounded[int16](-1<<15, 1<<15-1)), nil
	case tensor.Int32: // whose largest a float32 is not
		return converted(data, shape, rounded[int32](-1<<31, 1<<31-128)), nil
	case tensor.Int64:
		return converted(data, shape, rounded[int64](-1<<62, 1<<62)), nil
	}
	return nil, layer.Errorf("a picture does not become an input of %v", elem)
}

// rounded rounds to the nearest integer within bounds.
func rounded[T int8 | int16 | int32 | int64 | uint8 | uint16](low, high float64) func(float32) T {
	return func(v float32) T { return T(min(max(math.Round(float64(v)), low), high)) }
}

func converted[T tensor.Item](data []float32, shape []int, to func(float32) T) *tensor.Array {
	out := make([]T, len(data))
	for i, v := range data {
		out[i] = to(v)
	}
	return tensor.ArrayOf(out, shape...)
}

// Fit brings a picture to a size: stretched, cropped around its middle after covering the size, or whole between black borders.
// Scaling is by a tent that widens as the picture shrinks, as Pillow's bilinear; results differ by at most 1 of 255 from it,
// since only one of the two keeps eight bits between its passes.
func Fit(img *image.RGBA, width, height int, how string) *image.RGBA {
	src := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	if how == "crop" || how == "" {
		// The largest part of the picture that has the shape of the output.
		w, h := src.Dx(), src.Dy()
		if w*height > h*width {
			w = max(1, (h*width+height/2)/height)
		} else {
			h = max(1, (w*height+width/2)/width)
		}
		x, y := src.Min.X+(src.Dx()-w)/2, src.Min.Y+(src.Dy()-h)/2
		src = image.Rect(x, y, x+w, y+h)
	}
	to := out.Bounds()
	if how == "pad" {
		draw.Draw(out, to, image.NewUniform(color.Black), image.Point{}, draw.Src)
		w, h := width, height
		if src.Dx()*height > src.Dy()*width {
			h = max(1, (src.Dy()*width+src.Dx()/2)/src.Dx())
		} else {
			w = max(1, (src.Dx()*height+src.Dy()/2)/src.Dy())
		}
		to = image.Rect((width-w)/2, (height-h)/2, (width-w)/2+w, (height-h)/2+h)
	}
	if src.Size() == to.Size() {
		draw.Draw(out, to, img, src.Min, draw.Src)
		return out
	}
	draw.BiLinear.Scale(out, to, img, src, draw.Src, nil)
	return out
}
