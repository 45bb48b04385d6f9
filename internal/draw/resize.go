package draw

import (
	"image/color"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// resizeFigure shows the two steps of a resize-convolution: pixels interpolated to a finer grid, then a window over it that
// meets every output alike.
func resizeFigure(r shape.Result, o Options) (*Figure, error) {
	resize := r.Layer.Stages[0].Op.(layer.Resize)
	c := r.Layer.Stages[1].Op.(layer.Conv)
	g := geometryOf(r.Stages[0].Output, r.Output, c.Window, r.Stages[1].Pads)
	w := newWindow(g, r.Input[1], r.Output[1])
	w.labels[0] = lang.Text("upsampled")
	small := [2]int{1, r.Input[len(r.Input)-1]}
	if len(r.Input) == 4 {
		small[0] = r.Input[2]
	}
	scale := [2]float64{1, resize.Scale[len(resize.Scale)-1]}
	if len(resize.Scale) == 2 {
		scale[0] = resize.Scale[0]
	}
	levels := make([]float64, small[0]*small[1])
	s := tensor.NewStream(o.Seed, "draw input")
	for i := range levels {
		levels[i] = 0.5 + 0.5*s.Uniform()
	}
	w.level = func(y, x int) float64 {
		return bilinear(levels, small, (float64(y)+0.5)/scale[0]-0.5, (float64(x)+0.5)/scale[1]-0.5)
	}
	counts := make([][]int, g.out[0])
	for y := range counts {
		counts[y] = make([]int, g.out[1])
		for x := range counts[y] {
			counts[y][x] = insideTaps(g, y, x)
		}
	}
	return &Figure{
		panels: []panel{pixelsPanel(lang.Sprintf("input %s", sized(r.Input)), levels, small, w.input.cell), w.panel(),
			meetingsPanel(lang.Text("pixels that meet in each output"), counts)},
		frames: g.positions(), still: w.stillFrame(),
		captions: append(formulas(r), lang.Text("every output sums the same taps over a smooth picture: no unevenness that could show as a checkerboard")),
	}, nil
}

// insideTaps counts the taps of an output that are not in the padding.
func insideTaps(g geometry, row, col int) int {
	n := 0
	for ky := range g.kernel[0] {
		for kx := range g.kernel[1] {
			y, x := g.tap(row, col, ky, kx)
			y, x = y-g.begin[0], x-g.begin[1]
			if y >= 0 && x >= 0 && y < g.in[0] && x < g.in[1] {
				n++
			}
		}
	}
	return n
}

// bilinear samples a small plane between its pixels, the border repeated.
func bilinear(v []float64, size [2]int, y, x float64) float64 {
	axis := func(p float64, n int) (i, j int, f float64) {
		p = min(max(p, 0), float64(n-1))
		i = min(int(p), n-1)
		return i, min(i+1, n-1), p - float64(i)
	}
	y0, y1, fy := axis(y, size[0])
	x0, x1, fx := axis(x, size[1])
	at := func(r, c int) float64 { return v[r*size[1]+c] }
	return (1-fy)*((1-fx)*at(y0, x0)+fx*at(y0, x1)) + fy*((1-fx)*at(y1, x0)+fx*at(y1, x1))
}

// pixelsPanel shows values in [0, 1] as shades of blue.
func pixelsPanel(label string, levels []float64, size [2]int, cell float64) panel {
	g := grid{size[0], size[1], cell}
	return panel{w: g.width() + 1, h: g.height() + 1, label: label, paint: func(d *drawing.Drawing, x, y float64, _ int) {
		g.paint(d, x, y, func(r, c int) style { return style{fill: level(levels[r*size[1]+c]), line: gridLine} })
	}}
}

// level is the colour of an input value in [0, 1].
func level(v float64) color.NRGBA { return shade(inputFill, inputDark, 0.15+0.7*v) }
