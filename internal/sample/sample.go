// Package sample has pictures to try things on: a cat, drawings, a page of text, a test chart.
package sample

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"strings"

	"convx/configs"
	"convx/internal/lang"
	"convx/internal/picture"
)

// Sample is a picture that convx carries, or draws.
type Sample struct {
	Name, Summary string
	make          func() ([]byte, error)
}

// PNG is the picture as a file; the same bytes at every call.
func (s Sample) PNG() ([]byte, error) { return s.make() }

// All lists the samples; the first is what there is without a name.
func All() []Sample {
	return []Sample{
		{"photo", lang.Key("a cat at a table, 320x208 in colour, rendered like a photograph: fur, whiskers, checks, a background out of focus"), file(configs.SamplePicture)},
		{"drawing", lang.Key("a star, drawn by hand, for the drawing classifier"), file("samples/drawing-star.png")},
		{"arrow", lang.Key("an arrow, drawn by hand"), file("samples/drawing-arrow.png")},
		{"seven", lang.Key("a 7, drawn by hand"), file("samples/drawing-7.png")},
		{"text", lang.Key("a page of text in falling sizes, 320x208: what blurs and strides do to letters"), text},
		{"chart", lang.Key("a test chart, 320x208: rings that grow finer, bars, a ramp, a checkerboard, a dot"), chart},
	}
}

// Named finds a sample.
func Named(name string) (Sample, error) {
	var names []string
	for _, s := range All() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Sample{}, lang.Errorf("unknown sample %q: samples are %s", name, lang.List(names))
}

func file(path string) func() ([]byte, error) {
	return func() ([]byte, error) { return configs.Samples.ReadFile(path) }
}

const width, height = 320, 208

func encode(c *picture.Canvas) ([]byte, error) {
	var b bytes.Buffer
	err := c.Encode(&b)
	return b.Bytes(), err
}

// text has lines in sizes from 36 pixels down to 6.
func text() ([]byte, error) {
	c := picture.NewCanvas(width, height, color.White)
	y := 6
	for _, size := range []float64{36, 26, 19, 14, 11, 9, 7.5, 6} {
		line := "Convolution: weigh, sum, move on. Weigh, sum, move on. 0123456789"
		for c.TextWidth(size, line) > width-16 {
			line = line[:len(line)-1]
		}
		c.Text(8, y, size, color.Black, strings.TrimSpace(line))
		y += c.LineHeight(size)
	}
	return encode(c)
}

// chart has rings of rising frequency on the left (a zone plate: what a stride cannot carry comes back as wrong rings), and bars
// of 1 to 8 pixels, a ramp, a checkerboard and a dot on the right.
func chart() ([]byte, error) {
	c := picture.NewCanvas(width, height, color.White)
	gray := func(x, y int, v float64) {
		g := uint8(math.Round(255 * min(max(v, 0), 1)))
		c.SetRGBA(x, y, color.RGBA{g, g, g, 255})
	}
	const side = height
	for y := range side {
		for x := range side {
			dx, dy := float64(x)-side/2, float64(y)-side/2
			// The phase k r² has a local frequency of k r / pi: half a cycle a pixel, the finest there is, at the edge.
			gray(x, y, 0.5+0.5*math.Cos(math.Pi*(dx*dx+dy*dy)/side))
		}
	}
	left := side + 6
	x := left
	for _, w := range []int{8, 6, 4, 3, 2, 1} {
		for range 2 {
			c.Fill(image.Rect(x, 6, x+w, 60), color.Black)
			x += 2 * w
		}
	}
	for x := left; x < width-6; x++ {
		for y := 68; y < 98; y++ {
			gray(x, y, float64(x-left)/float64(width-7-left))
		}
	}
	for y := 106; y < 150; y++ {
		for x := left; x < width-6; x++ {
			cell := 1 << min(3, (x-left)/26)
			gray(x, y, float64((x/cell+y/cell)%2))
		}
	}
	c.Circle(float64(left+20), 180, 16, color.Black)
	c.Fill(image.Rect(left+60, 180, left+61, 181), color.Black)
	c.Line(float64(left+50), 200, width-8, 158, 2, color.Black)
	return encode(c)
}
