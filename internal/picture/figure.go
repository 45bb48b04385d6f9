package picture

import (
	"fmt"
	"image"
	"image/color"
	"strings"
)

// Panel is a picture with its caption, which may have several lines: the first is its name, in larger letters.
type Panel struct {
	Image   image.Image
	Caption string
}

const (
	panelGap    = 16
	nameSize    = 15
	captionSize = 13
	captionGap  = 4 // between a picture and its caption
)

// Panels lays pictures out side by side, cols to a row (0: all in one), each over its caption, on white.
func Panels(panels []Panel, cols int) *Canvas {
	if cols <= 0 || cols > len(panels) {
		cols = max(1, len(panels))
	}
	measure := NewCanvas(1, 1, color.White)
	// The width of each column, and for each row the heights of its pictures and of its captions.
	widths := make([]int, cols)
	heights := make([]int, (len(panels)+cols-1)/cols)
	captions := make([]int, len(heights))
	for i, p := range panels {
		col, row, size := &widths[i%cols], i/cols, p.Image.Bounds().Size()
		w, h := measure.caption(0, 0, p.Caption)
		*col = max(*col, size.X, w)
		heights[row] = max(heights[row], size.Y)
		captions[row] = max(captions[row], captionGap+h)
	}
	c := NewCanvas(panelGap+sum(widths)+cols*panelGap, panelGap+sum(heights)+sum(captions)+len(heights)*panelGap, color.White)
	for i, p := range panels {
		col, row := i%cols, i/cols
		x := panelGap + sum(widths[:col]) + col*panelGap + widths[col]/2 // the middle of the column
		y := panelGap + sum(heights[:row+1]) + sum(captions[:row]) + row*panelGap
		size := p.Image.Bounds().Size()
		c.Image(x-size.X/2, y-size.Y, p.Image, 1)
		c.caption(x, y+captionGap, p.Caption)
	}
	return c
}

// caption writes lines below y, their middle at x, and returns the size that they take.
func (c *Canvas) caption(x, y int, text string) (width, height int) {
	for i, line := range strings.Split(text, "\n") {
		size, ink := float64(captionSize), color.Gray{0x44}
		if i == 0 {
			size, ink = nameSize, color.Gray{}
		}
		w := c.TextWidth(size, line)
		c.Text(x-w/2, y+height, size, ink, line)
		width, height = max(width, w), height+c.LineHeight(size)
	}
	return width, height
}

func sum(v []int) (total int) {
	for _, n := range v {
		total += n
	}
	return total
}

// Heat is a small matrix drawn as coloured squares: counts of how often each input is read, a kernel, an offset field.
type Heat struct {
	Values        []float64 // row by row
	Width, Height int
	Low, High     float64 // the ends of the colour scale
	Colormap      Colormap
	Cell          int    // pixels a side of each square
	Format        string // of the number in each square, as in "%.2f"; empty: none
	// Nothing is the colour of squares whose value is 0, which are to be told from small ones; nil: the colour map's.
	Nothing color.Color
}

// Counts is the heat map of how often something happened: 0 is the low end of viridis, the largest count the high one.
func Counts(counts []int, width, height, cell int) Heat {
	h := Heat{Values: make([]float64, len(counts)), Width: width, Height: height, Colormap: Viridis, Cell: cell}
	for i, n := range counts {
		h.Values[i] = float64(n)
		h.High = max(h.High, float64(n))
	}
	return h
}

// Heat draws the squares with their top left corner at (x, y); it takes Width*Cell by Height*Cell pixels.
func (c *Canvas) Heat(x, y int, h Heat) {
	for i, v := range h.Values[:h.Width*h.Height] {
		r := image.Rect(0, 0, h.Cell, h.Cell).Add(image.Pt(x+i%h.Width*h.Cell, y+i/h.Width*h.Cell))
		fill := Invalid
		switch {
		case v == 0 && h.Nothing != nil:
			fill = color.RGBAModel.Convert(h.Nothing).(color.RGBA)
		case v-v == 0:
			fill = h.Colormap.Color(h.position(v))
		}
		c.Fill(r, fill)
		if h.Format != "" {
			c.centred(r, float64(h.Cell)*0.5, ink(fill), fmt.Sprintf(h.Format, v))
		}
	}
}

// position is where v lies between Low and High; without a range it is the low end.
func (h Heat) position(v float64) float64 {
	if h.High <= h.Low {
		return 0
	}
	return (v - h.Low) / (h.High - h.Low)
}

// ColorBar draws the scale of a colour map from left to right, low and high written under its ends. It takes the rectangle
// and a line of text below it.
func (c *Canvas) ColorBar(r image.Rectangle, m Colormap, low, high float64) {
	for x := r.Min.X; x < r.Max.X; x++ {
		t := float64(x-r.Min.X) / float64(max(1, r.Dx()-1))
		c.Fill(image.Rect(x, r.Min.Y, x+1, r.Max.Y), m.Color(t))
	}
	const size = 11
	c.Text(r.Min.X, r.Max.Y+1, size, color.Black, fmt.Sprintf("%.4g", low))
	text := fmt.Sprintf("%.4g", high)
	c.Text(r.Max.X-c.TextWidth(size, text), r.Max.Y+1, size, color.Black, text)
}

// centred writes text in the middle of r.
func (c *Canvas) centred(r image.Rectangle, size float64, col color.Color, text string) {
	x := r.Min.X + (r.Dx()-c.TextWidth(size, text))/2
	y := r.Min.Y + (r.Dy()-c.LineHeight(size))/2
	c.Text(x, y, size, col, text)
}

// ink is black or white, whichever can be read on c.
func ink(c color.RGBA) color.Color {
	if lumaR*int(c.R)+lumaG*int(c.G)+lumaB*int(c.B) > 140*1000 {
		return color.Black
	}
	return color.White
}
