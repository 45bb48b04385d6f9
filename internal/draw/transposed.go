package draw

import (
	"image/color"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// transposedFigure shows a transposed convolution as the convolution that it is: of its input with stride-1 zeros between
// the pixels, by the turned kernel, at stride 1; and how many pixels meet in each output.
func transposedFigure(r shape.Result, o Options) (*Figure, error) {
	t := r.Layer.Stages[0].Op.(layer.Transposed)
	whole := geometryOf(r.Input, r.Output, t.Window, r.Stages[0].Pads)
	g := stretched(whole, r.Stages[0].OutputPadding)
	w := newWindow(g, r.Input[1], r.Output[1])
	w.labels[0] = lang.Sprintf("input %s with zeros between,", sized(r.Input))
	w.turned, w.letters, w.grown = true, o.inside(), o.grown()
	w.hole = func(y, x int) bool { return y%whole.stride[0] != 0 || x%whole.stride[1] != 0 }
	if w.scene = o.Scene; w.scene != nil {
		w.scene = spread(*o.Scene, whole.stride)
	}
	f := &Figure{frames: g.positions(), columns: g.out[1]}
	n := &stamps{g: whole, frames: f.frames, cell: w.input.cell}
	if o.Numbers {
		w.numbers = newNumbers(g, o.Seed)
		w.numbers.spread(w.hole)
		if n.numbers = w.numbers; t.Bias {
			f.captions = append(f.captions, lang.Text("numbers: without the bias, which every output gets"))
		}
		w.cells, f.arithmetic = w.numbers, w.arithmetic
	}
	if r.Input[1]*r.Output[1] > 1 && o.Numbers {
		s := newCascade(w, r.Input[1], r.Output[1], t.Groups, o.grown())
		s.number(o.Seed, t.Bias)
		f.panels, f.arithmetic, f.captions = []panel{s.placed()}, s.arithmetic, nil
	} else {
		p := w.panel()
		p.label = lang.Sprintf("as a convolution: %s", p.label)
		paint := p.paint
		p.paint = func(d *drawing.Drawing, x, y float64, frame int) { paint(d, x, y, frame%f.frames) }
		f.panels = []panel{p}
		if o.Scene == nil {
			f.panels = append(f.panels, n.panel())
			if !o.Numbers {
				f.panels = append(f.panels, ordinaryPanel(whole, f.frames, w.input.cell))
			}
		}
	}
	if f.still = w.stillFrame(); o.Scene == nil {
		f.still += f.frames // all stamps in place
	}
	f.captions = append(append(formulas(r), overlapText(whole)), f.captions...)
	return f, nil
}

// stretched is the stride-1 convolution over the zero-inserted input that gives the same output.
func stretched(t geometry, outputPadding []int) geometry {
	g := geometry{out: t.out, kernel: t.kernel, stride: [2]int{1, 1}, dilation: t.dilation}
	for a := range 2 {
		g.in[a] = (t.in[a]-1)*t.stride[a] + 1
		reach := t.dilation[a] * (t.kernel[a] - 1)
		g.begin[a] = reach - t.begin[a]
		g.end[a] = reach - t.end[a]
		if i := a - 2 + len(outputPadding); i >= 0 {
			g.end[a] += outputPadding[i]
		}
	}
	return g
}

// spread is a scene whose input has zeros between its pixels.
func spread(s Scene, stride [2]int) *Scene {
	pixel := s.Input
	s.Input = func(y, x int) color.NRGBA { return pixel(y/stride[0], x/stride[1]) }
	return &s
}

// spread puts zeros between the numbers of the input.
func (n *numbers) spread(hole func(y, x int) bool) {
	for y := range n.g.in[0] {
		for x := range n.g.in[1] {
			if hole(y, x) {
				n.input[y*n.g.in[1]+x] = 0
			}
		}
	}
}

// meetings counts, for each output of a transposed convolution, the input pixels whose kernels reach it.
func meetings(t geometry) [][]int {
	counts := make([][]int, t.out[0])
	for y := range counts {
		counts[y] = make([]int, t.out[1])
	}
	for iy := range t.in[0] {
		for ix := range t.in[1] {
			for ky := range t.kernel[0] {
				for kx := range t.kernel[1] {
					y, x := iy*t.stride[0]-t.begin[0]+ky*t.dilation[0], ix*t.stride[1]-t.begin[1]+kx*t.dilation[1]
					if y >= 0 && x >= 0 && y < t.out[0] && x < t.out[1] {
						counts[y][x]++
					}
				}
			}
		}
	}
	return counts
}

// meetingsPanel shows counts as numbers on shades.
func meetingsPanel(label string, counts [][]int) panel {
	g := grid{len(counts), len(counts[0]), cellSize(max(len(counts), len(counts[0])))}
	most := 1
	for _, row := range counts {
		for _, n := range row {
			most = max(most, n)
		}
	}
	return panel{w: g.width() + 1, h: g.height() + 1, label: label, paint: func(d *drawing.Drawing, x, y float64, _ int) {
		g.paint(d, x, y, func(r, c int) style {
			t := float64(counts[r][c]) / float64(most)
			s := style{fill: shade(kernelFill, kernelDark, t), line: gridLine, text: itoa(counts[r][c]), ink: ink}
			if t > 0.6 {
				s.ink = white
			}
			return s
		})
	}}
}

// shade is between white-ish (0), light and dark (1).
func shade(light, dark color.NRGBA, t float64) color.NRGBA {
	mix := func(a, b uint8, t float64) uint8 { return uint8(float64(a) + t*(float64(b)-float64(a))) }
	if t < 0.3 {
		return color.NRGBA{mix(255, light.R, t/0.3), mix(255, light.G, t/0.3), mix(255, light.B, t/0.3), 255}
	}
	t = (t - 0.3) / 0.7
	return color.NRGBA{mix(light.R, dark.R, t), mix(light.G, dark.G, t), mix(light.B, dark.B, t), 255}
}

// overlapText says why the counts are even or not.
func overlapText(t geometry) string {
	last := 1
	least, most := shape.Overlap(t.kernel[last], t.stride[last], t.dilation[last])
	if least == most {
		return lang.Sprintf("kernel %d is divisible by stride %d: away from the border every output meets as many pixels as its neighbour, and there is no checkerboard", t.kernel[last], t.stride[last])
	}
	return lang.Sprintf("kernel %d is not divisible by stride %d: neighbours meet %d or %d pixels per axis, and that unevenness is the checkerboard", t.kernel[last], t.stride[last], least, most)
}
