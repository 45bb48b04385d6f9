package draw

import (
	"image/color"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// subPixelFigure shows one position after the other: the window over the small input, the pixel that it makes in each of
// the planes of a block, and the block that they become.
func subPixelFigure(r shape.Result, _ Options) (*Figure, error) {
	c := r.Layer.Stages[0].Op.(layer.Conv)
	g := geometryOf(r.Input, r.Stages[0].Output, c.Window, r.Stages[0].Pads)
	s := shuffle{g: g, block: [2]int{1, 1}, window: newWindow(g, r.Input[1], 1)}
	block := r.Layer.Stages[1].Op.(layer.DepthToSpace).Block
	copy(s.block[2-len(block):], block)
	rows, cols := g.out[0]*s.block[0], g.out[1]*s.block[1]
	s.cell = cellSize(max(g.padded()[0], g.padded()[1], rows, cols))
	s.window.input.cell = s.cell
	s.plane, s.output = grid{g.out[0], g.out[1], s.cell}, grid{rows, cols, s.cell}
	area := s.block[0] * s.block[1]
	f := &Figure{
		panels: []panel{
			{w: s.window.input.width() + cardsDepth(r.Input[1]) + 1, h: s.window.input.height() + cardsDepth(r.Input[1]) + 1,
				label: lang.Sprintf("input %s, kernel %s", sized(r.Input), layer.FormatInts(c.Kernel)), paint: s.paintInput},
			{w: float64(s.block[1])*(s.plane.width()+shuffleGap) - shuffleGap + 1, h: float64(s.block[0])*(s.plane.height()+shuffleGap) - shuffleGap + 1,
				label: lang.Sprintf("%d planes for output channel 0", area), paint: s.paintPlanes},
			{w: s.output.width() + 1, h: s.output.height() + 1, label: lang.Sprintf("output %s", sized(r.Output)), paint: s.paintOutput},
		},
		frames: g.positions(), still: s.window.stillFrame(),
	}
	f.captions = append(formulas(r), weightsCaption(r.Input[1], r.Stages[0].Output[1], c),
		lang.Sprintf("depth to space: the pixel of plane (a, b) goes to row a, column b of its block of %d×%d; every output sums the same number of products", s.block[0], s.block[1]))
	return f, nil
}

const shuffleGap = 14.0

// shuffle is a convolution whose planes are laid into one another.
type shuffle struct {
	g             geometry
	block         [2]int
	cell          float64
	window        *window
	plane, output grid
}

func (s *shuffle) paintInput(d *drawing.Drawing, x, y float64, frame int) {
	row, col := s.g.at(frame)
	in := s.window.input
	y += cardsDepth(s.window.inPlanes)
	in.cards(d, x, y, s.window.inPlanes, func(int) color.NRGBA { return inputFill })
	in.paint(d, x, y, func(r, c int) style { return s.window.inputStyle(row, col, r, c) })
	rh, rw := s.g.reach()
	d.Frame(x+float64(col*s.g.stride[1])*s.cell-1, y+float64(row*s.g.stride[0])*s.cell-1, float64(rw)*s.cell+3, float64(rh)*s.cell+3, 2.5, kernelDark)
}

// style is a pixel of a plane: the one that is being made, one that is made, or one to come.
func (s *shuffle) style(plane, y, x, frame int) style {
	h := groupColor(plane)
	switch at := y*s.g.out[1] + x; {
	case at == frame:
		return style{fill: h.dark, line: gridLine}
	case at < frame:
		return style{fill: h.light, line: gridLine}
	}
	return style{fill: white, line: gridLine}
}

func (s *shuffle) paintPlanes(d *drawing.Drawing, x, y float64, frame int) {
	for k := range s.block[0] * s.block[1] {
		left := x + float64(k%s.block[1])*(s.plane.width()+shuffleGap)
		top := y + float64(k/s.block[1])*(s.plane.height()+shuffleGap)
		s.plane.paint(d, left, top, func(r, c int) style { return s.style(k, r, c, frame) })
	}
}

func (s *shuffle) paintOutput(d *drawing.Drawing, x, y float64, frame int) {
	s.output.paint(d, x, y, func(r, c int) style {
		return s.style(r%s.block[0]*s.block[1]+c%s.block[1], r/s.block[0], c/s.block[1], frame)
	})
	row, col := s.g.at(frame)
	d.Frame(x+float64(col*s.block[1])*s.cell-1, y+float64(row*s.block[0])*s.cell-1, float64(s.block[1])*s.cell+3, float64(s.block[0])*s.cell+3, 2.5, ink)
}
