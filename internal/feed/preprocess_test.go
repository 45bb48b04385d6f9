package feed

import (
	"image"
	"image/color"
	"math"
	"slices"
	"testing"

	"convx/internal/tensor"
)

// two is a picture of two pixels beside each other.
func two() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 2, 1))
	img.Set(0, 0, color.RGBA{255, 0, 51, 255})
	img.Set(1, 0, color.RGBA{0, 102, 255, 255})
	return img
}

// Samples go to the range, the mean is taken off and the deviation divides, channel by channel in the network's own order of
// channels and axes.
func TestArray(t *testing.T) {
	for name, c := range map[string]struct {
		p     Preprocess
		shape []int
		want  []float32
	}{
		"planes":   {Preprocess{High: 1}, []int{1, 3, 1, 2}, []float32{1, 0, 0, 0.4, 0.2, 1}},
		"bgr":      {Preprocess{High: 255, Channels: "bgr", Mean: []float64{1, 2, 3}}, []int{1, 3, 1, 2}, []float32{50, 254, -2, 100, 252, -3}},
		"centred":  {Preprocess{Low: -1, High: 1, Std: []float64{2}}, []int{1, 3, 1, 2}, []float32{0.5, -0.5, -0.5, -0.1, -0.3, 0.5}},
		"gray":     {Preprocess{High: 255}, []int{1, 1, 1, 2}, []float32{0.299*255 + 0.114*51, 0.587*102 + 0.114*255}},
		"repeated": {Preprocess{High: 255, Channels: "gray", Mean: []float64{10}}, []int{1, 3, 1, 1}, nil},
	} {
		l, ok := LayoutOf(c.shape)
		if !ok {
			t.Errorf("%s: %v is no picture's", name, c.shape)
			continue
		}
		a, err := c.p.Array(two(), l, c.shape, tensor.Float32)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := tensor.Data[float32](a)
		for i, want := range c.want {
			if math.Abs(float64(got[i]-want)) > 1e-5*max(1, math.Abs(float64(want))) {
				t.Errorf("%s: number %d is %g, not %g", name, i, got[i], want)
			}
		}
		if c.want == nil && (got[0] != got[1] || got[1] != got[2]) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if a, err := (Preprocess{High: 1}).Array(two(), Layout{1, 2, 3, 1, true, false}, []int{1, 1, 2, 3}, tensor.Float32); err != nil || tensor.Data[float32](a)[3] != 0 || tensor.Data[float32](a)[5] != 1 {
		t.Errorf("channels as the last axis: %v, %v", a, err)
	}
	if a, err := (Preprocess{High: 1}).Array(two(), Layout{1, 2, 3, 2, false, false}, []int{2, 3, 1, 2}, tensor.Float32); err != nil || !slices.Equal(tensor.Data[float32](a)[:6], tensor.Data[float32](a)[6:]) {
		t.Errorf("two pictures at once: %v, %v", a, err)
	}
	if _, err := (Preprocess{Channels: "rgb"}).Array(two(), Layout{1, 2, 1, 1, false, false}, []int{1, 1, 1, 2}, tensor.Float32); err == nil {
		t.Error("a network of one channel takes red, green and blue")
	}
	if _, err := (Preprocess{High: 1}).Array(two(), Layout{1, 2, 3, 1, false, false}, []int{1, 3, 1, 2}, tensor.String); err == nil {
		t.Error("a picture becomes strings")
	}
}

// A picture is cropped around its middle, stretched, or put between black borders.
func TestFit(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 6, 2))
	for x := range 6 {
		for y := range 2 {
			img.Set(x, y, color.RGBA{uint8(40 * (x + 1)), 0, 0, 255})
		}
	}
	for how, want := range map[string][]uint8{"crop": {120, 160}, "pad": {0, 0}, "stretch": {80, 200}} { // of the second row
		out := Fit(img, 2, 2, how)
		for x, v := range want {
			if got := out.RGBAAt(x, 1).R; math.Abs(float64(got)-float64(v)) > 14 {
				t.Errorf("%s: pixel %d is %d, not about %d", how, x, got, v)
			}
		}
	}
}

// A picture has planes of more than a pixel where its channels are the last axis: a vector of numbers is none.
func TestLayoutOf(t *testing.T) {
	for _, c := range []struct {
		shape []int
		want  Layout
		ok    bool
	}{
		{[]int{1, 3, 8, 9}, Layout{8, 9, 3, 1, false, false}, true}, {[]int{1, 8, 9, 3}, Layout{8, 9, 3, 1, true, false}, true}, {[]int{1, 28, 28, 1}, Layout{28, 28, 1, 1, true, false}, true},
		{[]int{1, 100, 1, 1}, Layout{}, false}, {[]int{1, 1, 100, 1}, Layout{100, 1, 1, 1, false, false}, true}, {[]int{1, 1, 1, 3}, Layout{1, 3, 1, 1, false, false}, true}, {[]int{1, 16, 8, 8}, Layout{}, false}, {[]int{2, 3, 8, 9}, Layout{8, 9, 3, 2, false, false}, true}, {[]int{2, 3, 1, 1}, Layout{}, false}, {[]int{2, 3, 8, 1}, Layout{}, false}, {[]int{2, 3, 1, 8}, Layout{}, false}, {[]int{2, 8, 9, 3}, Layout{8, 9, 3, 2, true, false}, true}, {[]int{0, 3, 8, 9}, Layout{}, false},
		{[]int{3, 8, 9}, Layout{8, 9, 3, 1, false, true}, true}, {[]int{8, 9, 3}, Layout{8, 9, 3, 1, true, true}, true},
	} {
		got, ok := LayoutOf(c.shape)
		if got != c.want || ok != c.ok || ok && !slices.Equal(got.Shape(), c.shape) {
			t.Errorf("%v: %+v, %v; its shape is %v", c.shape, got, ok, got.Shape())
		}
	}
	for _, shape := range [][]int{{1, 1, 3, 8}, {1, 5, 1, 1}, {1, 8, 9}, {3, 1, 9}, {8, 8}} {
		if l, ok := LayoutOf(shape); ok && (l.Bare || shape[1] == 5) {
			t.Errorf("%v is a picture's: %+v", shape, l)
		}
	}
}

// What a model leaves open is the picture's own, or keeps its proportions.
func TestOpened(t *testing.T) {
	for _, c := range []struct{ height, width, h, w int }{{-1, -1, 20, 30}, {48, -1, 48, 72}, {-1, 48, 32, 48}, {7, 9, 7, 9}} {
		for _, l := range []Layout{{c.height, c.width, 3, 1, false, false}, {c.height, c.width, 1, 1, true, false}, {c.height, c.width, 3, 1, true, true}} {
			open := make([]bool, len(l.Shape()))
			for i, d := range l.Shape() {
				open[i] = d < 0
			}
			if got := l.Opened(open, 30, 20); got.Height != c.h || got.Width != c.w {
				t.Errorf("%v for a picture of 30x20: %v", l.Shape(), got.Shape())
			}
		}
	}
}

// Integers are rounded and held within their type; what is not said follows from the type.
func TestIntegers(t *testing.T) {
	for elem, want := range map[tensor.Elem][2]float64{
		tensor.Uint8: {255, 51}, tensor.Int8: {127, -77}, tensor.Uint16: {255, 51}, tensor.Int16: {255, 51}, tensor.Int32: {255, 51}, tensor.Int64: {255, 51}, tensor.Float32: {1, 0.2}, tensor.Float64: {1, float64(float32(0.2))},
	} {
		for _, far := range []float64{0, -1e30} {
			p := Suiting(elem, "")
			p.Mean = []float64{far}
			a, err := p.Array(two(), Layout{1, 2, 3, 1, false, false}, []int{1, 3, 1, 2}, elem)
			if err != nil {
				t.Errorf("%v: %v", elem, err)
				continue
			}
			got, _ := tensor.Floats(a)
			if far == 0 && (float64(got[0]) != want[0] || math.Abs(float64(got[4])-want[1]) > 1e-6) || far != 0 && got[0] < 100 {
				t.Errorf("%v less %g: %v", elem, far, got)
			}
		}
	}
	if p := Suiting(tensor.Uint8, "caffe"); p.Name != "caffe" {
		t.Errorf("the maker's word is %+v", p)
	}
}
