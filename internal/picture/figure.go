package picture

import (
	"image"
	"image/color"
	"strings"

	"convx/internal/lang"
)

// Panel is a picture with its caption, which may have several lines: the first is its name, in larger letters.
type Panel struct {
	Image   image.Image
	Caption string
}

const (
	panelGap   = 16
	captionGap = 4 // between a picture and its caption
	// The letters of a name and of what stands below it: at least, and as parts of the pictures' width, so that they can be read where
	// all of it is a slide.
	nameSize, captionSize = 15, 13
	namePart, captionPart = 44, 52
	narrowest             = 100 // of a caption, in pixels
)

// The greys of paper.
var (
	white   = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	black   = color.NRGBA{0, 0, 0, 0xff}
	subdued = color.NRGBA{0x44, 0x44, 0x44, 0xff}
)

// Panels lays pictures out side by side, cols to a row (0: all in one), each over its caption, on white or, in the dark, near black.
func Panels(panels []Panel, cols int, dark bool) *Canvas {
	if cols <= 0 || cols > len(panels) {
		cols = max(1, len(panels))
	}
	measure := NewCanvas(1, 1, white)
	// The width of each column, and for each row the heights of its pictures and of its captions.
	widths := make([]int, cols)
	for i, p := range panels {
		widths[i%cols] = max(widths[i%cols], narrowest, p.Image.Bounds().Dx())
	}
	heights := make([]int, (len(panels)+cols-1)/cols)
	for i, p := range panels {
		heights[i/cols] = max(heights[i/cols], p.Image.Bounds().Dy())
	}
	letters := lettersFor(sum(widths), sum(heights), sum(widths)/cols)
	captions := make([]int, len(heights))
	lines := make([][]captionLine, len(panels))
	for i, p := range panels {
		row := i / cols
		lines[i] = measure.wrapped(p.Caption, letters, widths[i%cols])
		h := 0
		for _, l := range lines[i] {
			widths[i%cols] = max(widths[i%cols], measure.TextWidth(l.size, l.text)) // a word that is longer than the picture is wide
			h += measure.LineHeight(l.size)
		}
		captions[row] = max(captions[row], captionGap+h)
	}
	c := NewCanvas(panelGap+sum(widths)+cols*panelGap, panelGap+sum(heights)+sum(captions)+len(heights)*panelGap, shade(white, dark))
	for i, p := range panels {
		col, row := i%cols, i/cols
		x := panelGap + sum(widths[:col]) + col*panelGap + widths[col]/2 // the middle of the column
		y := panelGap + sum(heights[:row+1]) + sum(captions[:row]) + row*panelGap
		size := p.Image.Bounds().Size()
		c.Image(x-size.X/2, y-size.Y, p.Image, 1)
		y += captionGap
		for _, l := range lines[i] {
			c.Text(x-c.TextWidth(l.size, l.text)/2, y, l.size, shade(l.ink, dark), l.text)
			y += c.LineHeight(l.size)
		}
	}
	return c
}

// letters are the sizes of a panel's name and of the rest of its caption.
type letters struct{ name, caption float64 }

// lettersFor are those of pictures that take so many pixels together, in columns of that width: where they are higher than a slide's
// proportions, larger ones, as far as a column holds a few words.
func lettersFor(width, height, column int) letters {
	const words = 15 // letters' sizes in a column
	size := func(least, part float64) float64 {
		tall := min(float64(height)*16/9/part, float64(column)/words*captionPart/part)
		return max(least, float64(width)/part, tall)
	}
	return letters{size(nameSize, namePart), size(captionSize, captionPart)}
}

// captionLine is a line of a caption as it is written.
type captionLine struct {
	text string
	size float64
	ink  color.NRGBA
}

// wrapped breaks a caption into lines of about this width: where lang.Wrap does, and what is too long then after its commas.
func (c *Canvas) wrapped(text string, l letters, width int) (lines []captionLine) {
	for i, line := range strings.Split(text, "\n") {
		as := captionLine{size: l.caption, ink: subdued}
		if i == 0 {
			as = captionLine{size: l.name, ink: black}
		}
		fits := func(line string) bool { return c.TextWidth(as.size, line) <= width }
		for _, part := range lang.Wrap(line, "", fits) {
			for {
				end := 0
				for k, r := range part {
					if r == ',' && (end == 0 || fits(part[:k+1])) {
						end = k + 1
					}
				}
				if fits(part) || end == 0 || end == len(part) {
					break
				}
				as.text = part[:end]
				lines, part = append(lines, as), part[end:]
			}
			as.text = part
			lines = append(lines, as)
		}
	}
	return lines
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
	Cell          int // pixels a side of each square
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
	for i := range h.Values[:h.Width*h.Height] {
		c.Fill(image.Rect(0, 0, h.Cell, h.Cell).Add(image.Pt(x+i%h.Width*h.Cell, y+i/h.Width*h.Cell)), h.Color(i))
	}
}

// Color is that of square i.
func (h Heat) Color(i int) color.RGBA {
	switch v := h.Values[i]; {
	case v == 0 && h.Nothing != nil:
		return color.RGBAModel.Convert(h.Nothing).(color.RGBA)
	case v-v == 0:
		return h.Colormap.Color(h.position(v))
	}
	return Invalid
}

// position is where v lies between Low and High; without a range it is the low end.
func (h Heat) position(v float64) float64 {
	if h.High <= h.Low {
		return 0
	}
	return (v - h.Low) / (h.High - h.Low)
}

// ColorBar draws the scale of a colour map from left to right.
func (c *Canvas) ColorBar(r image.Rectangle, m Colormap) {
	for x := r.Min.X; x < r.Max.X; x++ {
		t := float64(x-r.Min.X) / float64(max(1, r.Dx()-1))
		c.Fill(image.Rect(x, r.Min.Y, x+1, r.Max.Y), m.Color(t))
	}
}
