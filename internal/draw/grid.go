package draw

import (
	"image/color"
	"strconv"
	"unicode/utf8"

	"convx/internal/drawing"
	"convx/internal/layer"
)

// grid is a plane of cells.
type grid struct {
	rows, cols int
	cell       float64
}

func (g grid) width() float64  { return float64(g.cols) * g.cell }
func (g grid) height() float64 { return float64(g.rows) * g.cell }

// style is how one cell looks.
type style struct {
	fill   color.NRGBA
	line   color.NRGBA
	dashed bool
	data   bool // the fill is a picture's own colour
	text   string
	ink    color.NRGBA
	// letters is how many there are in the longest text that is to be of this one's size.
	letters int
}

// paint draws every cell, as look says, with its top left corner at (x, y). Dashed cells come first, so that their lines lie
// under those of their neighbours.
func (g grid) paint(d *drawing.Drawing, x, y float64, look func(row, col int) style) {
	for _, dashed := range []bool{true, false} {
		for r := range g.rows {
			for c := range g.cols {
				if s := look(r, c); s.dashed == dashed {
					g.paintCell(d, x+float64(c)*g.cell, y+float64(r)*g.cell, s)
				}
			}
		}
	}
}

func (g grid) paintCell(d *drawing.Drawing, x, y float64, s style) {
	// Neighbours share their lines.
	d.Add(drawing.Rect{X: x, Y: y, W: g.cell + 1, H: g.cell + 1, Fill: s.fill, Line: s.line, Width: 1, Dashed: s.dashed, Data: s.data})
	if s.text != "" {
		d.Text(x+g.cell/2+0.5, y+g.cell/2+0.5, g.textSize(s.text, s.letters), drawing.Center, s.ink, s.text)
	}
}

// textSize is a size at which the text fits in a cell, and any of so many letters.
func (g grid) textSize(s string, letters int) float64 {
	return min(g.cell*0.72, 1.6*g.cell/float64(max(2, letters, utf8.RuneCountInString(s))))
}

// center is the middle of a cell, which may lie outside of the grid; rows and columns may be fractions.
func (g grid) center(x, y, row, col float64) (cx, cy float64) {
	return x + (col+0.5)*g.cell + 0.5, y + (row+0.5)*g.cell + 0.5
}

// plus draws the sign of a sum in a circle: lines, which stay a sign where letters would be too small.
func plus(d *drawing.Drawing, x, y, r float64, c color.NRGBA) {
	d.Circle(x, y, r, white, c)
	d.Line(x-r/2, y, x+r/2, y, 2, c)
	d.Line(x, y-r/2, x, y+r/2, 2, c)
}

// cards draws the planes behind the first one.
func (g grid) cards(d *drawing.Drawing, x, y float64, planes int, fill func(plane int) color.NRGBA) {
	n := min(planes, maxCards) - 1
	for i := n; i > 0; i-- {
		d.Rect(x+float64(i)*cardStep, y-float64(i)*cardStep, g.width()+1, g.height()+1, fill(i), gridLine)
	}
}

const (
	maxCards = 4
	cardStep = 6
)

// cardsDepth is how far the cards reach up and to the right.
func cardsDepth(planes int) float64 { return float64(min(planes, maxCards)-1) * cardStep }

// cellSize is a size at which so many cells fit.
func cellSize(cells int) float64 {
	return min(36, max(10, 330/float64(max(1, cells))))
}

// geometry is a sliding window in two dimensions; a layer in one has height 1.
type geometry struct {
	in, out                  [2]int
	kernel, stride, dilation [2]int
	begin, end               [2]int // padding
	padMode                  layer.PadMode
}

func geometryOf(in, out []int, w layer.Window, pads []layer.Pad) geometry {
	g := geometry{in: [2]int{1, 1}, out: [2]int{1, 1}, kernel: [2]int{1, 1}, stride: [2]int{1, 1}, dilation: [2]int{1, 1}}
	for i := range w.Kernel {
		at := 2 - len(w.Kernel) + i
		g.in[at], g.out[at] = in[2+i], out[2+i]
		g.kernel[at], g.stride[at], g.dilation[at] = w.Kernel[i], w.Stride[i], w.Dilation[i]
		g.begin[at], g.end[at] = pads[i].Begin, pads[i].End
	}
	return g
}

// padded is the size of the input with its padding.
func (g geometry) padded() [2]int {
	return [2]int{g.in[0] + g.begin[0] + g.end[0], g.in[1] + g.begin[1] + g.end[1]}
}

// at is the output position of a frame, row by row.
func (g geometry) at(frame int) (row, col int) { return frame / g.out[1], frame % g.out[1] }

func (g geometry) positions() int { return g.out[0] * g.out[1] }

// tap is where kernel position (ky, kx) reads for output (row, col), counted in the padded input.
func (g geometry) tap(row, col, ky, kx int) (y, x int) {
	return row*g.stride[0] + ky*g.dilation[0], col*g.stride[1] + kx*g.dilation[1]
}

// isTap tells which kernel position reads padded cell (y, x) for output (row, col).
func (g geometry) isTap(row, col, y, x int) (ky, kx int, ok bool) {
	dy, dx := y-row*g.stride[0], x-col*g.stride[1]
	if dy < 0 || dx < 0 || dy%g.dilation[0] != 0 || dx%g.dilation[1] != 0 {
		return 0, 0, false
	}
	ky, kx = dy/g.dilation[0], dx/g.dilation[1]
	return ky, kx, ky < g.kernel[0] && kx < g.kernel[1]
}

// reach is the extent of the window, with its holes.
func (g geometry) reach() (h, w int) {
	return g.dilation[0]*(g.kernel[0]-1) + 1, g.dilation[1]*(g.kernel[1]-1) + 1
}

// source is the cell of the input whose value a cell of the padded input holds; there is none where it holds a zero.
func (g geometry) source(y, x int) (row, col int, ok bool) {
	row, okRow := reads(y-g.begin[0], g.in[0], g.padMode)
	col, okCol := reads(x-g.begin[1], g.in[1], g.padMode)
	return row, col, okRow && okCol
}

// reads is the position from 0 to n-1 that stands in for position i, which may lie outside.
func reads(i, n int, mode layer.PadMode) (at int, ok bool) {
	switch {
	case i >= 0 && i < n:
		return i, true
	case mode == layer.PadReplicate:
		return min(max(i, 0), n-1), true
	case mode == layer.PadReflect: // without repeating the border
		if i < 0 {
			return -i, true
		}
		return 2*(n-1) - i, true
	case mode == layer.PadCircular:
		return (i%n + n) % n, true
	}
	return 0, false
}

func itoa(n int) string { return strconv.Itoa(n) }

// sized is "3x5x5", without the batch.
func sized(shape []int) string { return layer.FormatShape(shape[1:]) }
