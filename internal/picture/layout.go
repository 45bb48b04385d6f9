package picture

import (
	"image/color"
	"math"

	"convx/internal/lang"
)

const (
	gridGap = 4 // pixels around the maps
	// labelSize is that of the letters in pixels, at least; labelPart and labelOf are parts of the height of a picture that fills a slide, and
	// of a map's, which it has where they are more; labelLetters is how many of them have room above a map.
	labelSize, labelPart, labelOf, labelLetters = 12, 40, 7, 5
	// smallestMap is how many pixels a side a map has in a grid at least, by magnification.
	smallestMap = 48
)

// gridGray is what the maps lie on: not white, which is zero in a diverging map.
var gridGray = color.NRGBA{0xd8, 0xd8, 0xd8, 0xff}

// shade is a grey of paper as it is there, or in a dark room.
func shade(c color.NRGBA, dark bool) color.NRGBA {
	if dark {
		return Darkened(c)
	}
	return c
}

// layout places cells of the same size in a grid, each under its label; a single cell stands alone, without label or margin.
type layout struct {
	width, height int // of the whole picture
	cols          int
	cellW, cellH  int // magnified, without the label
	letters       int // the size of those of the label
	scale         int
	alone         bool
}

// newLayout settles the grid for m.Of maps of h x w values, and says so in m.
func newLayout(m *Mapped, h, w int, o MapOptions) (layout, error) {
	if float64(o.Scale)*float64(max(h, w)) > maxSide {
		return layout{}, lang.Errorf("%d times %d x %d values are too many pixels", o.Scale, h, w)
	}
	m.Rows, m.Cols, m.Shown = 1, 1, 1
	l := layout{cols: 1, scale: max(1, o.Scale), alone: m.Of == 1}
	if !l.alone {
		if o.Scale == 0 {
			l.scale = max(1, (smallestMap+max(h, w)-1)/max(h, w))
		}
		l.letters = labelSize
		m.Rows, m.Cols = gridShape(m.Of, l.scale*h+l.line()+gridGap, l.scale*w+gridGap, o.Rows, o.Cols)
		m.Shown = min(m.Of, m.Rows*m.Cols)
	}
	m.Magnified, l.cols = l.scale, m.Cols
	l.width, l.height = l.scale*w, l.scale*h
	l.cellW, l.cellH = l.width, l.height
	if !l.alone {
		l.width = m.Cols*(l.cellW+gridGap) + gridGap
		tall := max(m.Rows*(l.cellH+l.line()+gridGap), l.width*9/16)
		if o.Beside > 0 { // in about as many rows as columns, and a row's height for their captions
			tall *= int(math.Ceil(math.Sqrt(float64(o.Beside+1)))) + 1
		}
		l.letters = max(labelSize, min(max(tall/labelPart, l.cellH/labelOf), l.cellW/labelLetters))
		l.height = m.Rows*(l.cellH+l.line()+gridGap) + gridGap
	}
	limit := o.MaxPixels
	if limit <= 0 {
		limit = DefaultMaxPixels
	}
	if float64(l.width)*float64(l.height) > float64(limit) {
		return l, lang.Errorf("a picture of %d x %d maps would be %dx%d pixels: select channels or a smaller grid, or raise --max-pixels", m.Rows, m.Cols, l.width, l.height)
	}
	return l, nil
}

// gridShape is the number of rows and columns for n cells of cellH x cellW pixels: as asked, or nearly square.
func gridShape(n, cellH, cellW, rows, cols int) (int, int) {
	rows, cols = min(rows, n), min(cols, n)
	switch {
	case rows > 0 && cols > 0:
		return min(rows, (n+cols-1)/cols), cols
	case rows > 0:
		return rows, (n + rows - 1) / rows
	case cols == 0:
		cols = int(math.Ceil(math.Sqrt(float64(n) * float64(cellH) / float64(cellW))))
		cols = min(max(cols, 1), n)
		rows = (n + cols - 1) / cols
		cols = (n + rows - 1) / rows // no emptier than need be
	}
	return (n + cols - 1) / cols, cols
}

// line is how high the line is that a label stands on.
func (l layout) line() int { return l.letters * 4 / 3 }

// origin is the top left pixel of cell i.
func (l layout) origin(i int) (x, y int) {
	if l.alone {
		return 0, 0
	}
	return gridGap + i%l.cols*(l.cellW+gridGap), gridGap + l.line() + i/l.cols*(l.cellH+l.line()+gridGap)
}

// place copies a line of samples, row y of cell i, magnified.
func (l layout) place(p *Picture, i, y int, line []byte) {
	x0, y0 := l.origin(i)
	size := p.PixelBytes()
	top := y0 + y*l.scale
	row := p.Row(top)[x0*size : (x0+l.cellW)*size]
	if l.scale == 1 {
		copy(row, line)
		return
	}
	for x := 0; x < len(line); x += size {
		for k := range l.scale {
			copy(row[(x*l.scale)+k*size:], line[x:x+size])
		}
	}
	for k := 1; k < l.scale; k++ {
		copy(p.Row(top + k)[x0*size:], row)
	}
}

// label draws the background of the grid and the label above each cell.
func (l layout) label(p *Picture, cells []cell, dark bool) {
	ground, ink := shade(gridGray, dark), shade(black, dark)
	for i := range p.Pix {
		p.Pix[i] = ground.R
	}
	for i, c := range cells {
		x0, y0 := l.origin(i)
		line := NewCanvas(l.cellW, l.line(), ground)
		line.Text(0, 0, float64(l.letters), ink, c.label)
		for y := range l.line() {
			copyGray(p.Row(y0 - l.line() + y)[x0*p.PixelBytes():], line.Pix[y*line.Stride:], p.PixelBytes(), l.cellW)
		}
	}
}

// copyGray writes the red of n RGBA pixels into every sample of n pixels of size bytes: white stays white in any depth.
func copyGray(dst, rgba []byte, size, n int) {
	for i := range n {
		px := dst[i*size : (i+1)*size]
		for k := range px {
			px[k] = rgba[4*i]
		}
	}
}
