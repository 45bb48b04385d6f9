package feed

import (
	"image"
	"image/color"
	"math"
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
	if a, err := (Preprocess{High: 1}).Array(two(), Layout{1, 2, 3, true}, []int{1, 1, 2, 3}, tensor.Float32); err != nil || tensor.Data[float32](a)[3] != 0 || tensor.Data[float32](a)[5] != 1 {
		t.Errorf("channels as the last axis: %v, %v", a, err)
	}
	if _, err := (Preprocess{Channels: "rgb"}).Array(two(), Layout{1, 2, 1, false}, []int{1, 1, 1, 2}, tensor.Float32); err == nil {
		t.Error("a network of one channel takes red, green and blue")
	}
	if _, err := (Preprocess{High: 1}).Array(two(), Layout{1, 2, 3, false}, []int{1, 3, 1, 2}, tensor.String); err == nil {
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
		{[]int{1, 3, 8, 9}, Layout{8, 9, 3, false}, true}, {[]int{1, 8, 9, 3}, Layout{8, 9, 3, true}, true}, {[]int{1, 28, 28, 1}, Layout{28, 28, 1, true}, true},
		{[]int{1, 100, 1, 1}, Layout{}, false}, {[]int{1, 1, 100, 1}, Layout{100, 1, 1, false}, true}, {[]int{1, 1, 1, 3}, Layout{1, 3, 1, false}, true}, {[]int{1, 16, 8, 8}, Layout{}, false}, {[]int{2, 3, 8, 8}, Layout{}, false},
	} {
		if got, ok := LayoutOf(c.shape); got != c.want || ok != c.ok {
			t.Errorf("%v: %+v, %v", c.shape, got, ok)
		}
	}
}
