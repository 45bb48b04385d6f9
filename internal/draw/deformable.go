package draw

import (
	"fmt"
	"math"

	"convx/internal/drawing"
	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// deformableFigure shows where each tap of the window samples: its place in the regular grid, the arrow of its offset, and
// for the middle tap the four pixels that its sample is interpolated from.
func deformableFigure(r shape.Result, o Options) (*Figure, error) {
	d := r.Layer.Stages[len(r.Layer.Stages)-1].Op.(layer.Deformable)
	g := geometryOf(r.Input, r.Output, d.Window, r.Stages[len(r.Stages)-1].Pads)
	w := &deformed{window: newWindow(g, r.Input[1], r.Output[1]), seed: o.Seed, modulated: d.Modulated}
	if w.pale = true; o.Scene != nil {
		w.scene, w.input.cell, w.output.cell = o.Scene, roomyCell, roomyCell
	}
	p, spill := w.window.panel(), farthest*w.input.cell
	p.w, p.h = p.w+2*spill, p.h+2*spill
	p.paint = func(d *drawing.Drawing, x, y float64, frame int) { w.paint(d, x+spill, y+spill, frame) }
	captions := formulas(shape.Result{Layer: layer.Layer{Stages: r.Layer.Stages[len(r.Stages)-1:]}, Stages: r.Stages[len(r.Stages)-1:]})
	taps := g.kernel[0] * g.kernel[1]
	note := fmt.Sprintf("hollow dots: the regular taps; full dots: the samples, moved by %d offsets (dy, dx) that a convolution of the input predicts anew for every output", taps*d.OffsetGroups)
	if d.Modulated {
		note += fmt.Sprintf("; their sizes: %d weights in (0, 1), predicted too", taps*d.OffsetGroups)
	}
	return &Figure{panels: []panel{p, w.bilinearPanel()}, frames: g.positions(), still: w.stillFrame(), captions: append(captions, note)}, nil
}

type deformed struct {
	*window
	seed      uint64
	modulated bool
}

// sample is where a tap reads, in cells of the padded input, and how much of it counts.
type sample struct {
	tapY, tapX int
	y, x       float64
	mask       float64
}

// roomyCell has room for an arrow.
const roomyCell = 22

// farthest is the largest offset, in cells.
const farthest = 0.9

// samples are those of one output, taps row by row.
func (w *deformed) samples(frame int) []sample {
	row, col := w.g.at(frame)
	s := tensor.NewStream(w.seed, fmt.Sprintf("draw offset %d", frame))
	var out []sample
	for ky := range w.g.kernel[0] {
		for kx := range w.g.kernel[1] {
			y, x := w.g.tap(row, col, ky, kx)
			at := sample{tapY: y, tapX: x, mask: 1}
			at.y, at.x = float64(y)+farthest*s.Uniform(), float64(x)+farthest*s.Uniform()
			if w.modulated {
				at.mask = 0.5 + 0.5*s.Uniform()
			}
			if w.scene != nil {
				dy, dx, mask := w.scene.Offset(len(out), row, col)
				at.y, at.x, at.mask = float64(y)+dy, float64(x)+dx, mask
			}
			out = append(out, at)
		}
	}
	return out
}

func (w *deformed) paint(d *drawing.Drawing, x, y float64, frame int) {
	height := max(w.input.height()+cardsDepth(w.inPlanes), w.output.height()+cardsDepth(w.outPlanes))
	iy := y + (height+cardsDepth(w.inPlanes)-w.input.height())/2
	w.window.paint(d, x, y, frame)
	all := w.samples(frame)
	for i, s := range all { // the regular taps pale, the moved ones strong
		cx, cy := w.input.center(x, iy, float64(s.tapY), float64(s.tapX))
		mx, my := w.input.center(x, iy, s.y, s.x)
		size := min(1, w.input.cell/24)
		d.Circle(cx, cy, 4*size, white, inputDark)
		d.Arrow(cx, cy, mx, my, 1.6, inputDark)
		if i == len(all)/2 {
			d.Circle(mx, my, 10*size, kernelDark, none)
			d.Circle(mx, my, 8*size, white, none)
		}
		d.Circle(mx, my, (2.5+3.5*s.mask)*size, kernelDark, white)
	}
}

// bilinearPanel shows the middle sample between the four pixels around it, each as large as its weight.
func (w *deformed) bilinearPanel() panel {
	const side, edge = 120.0, 46.0
	return panel{w: side + 2*edge, h: side + 2*edge, label: "the ringed sample: 4 pixels and their weights", paint: func(d *drawing.Drawing, x, y float64, frame int) {
		all := w.samples(frame)
		s := all[len(all)/2]
		fy, fx := s.y-math.Floor(s.y), s.x-math.Floor(s.x)
		left0, top := x+edge, y+edge
		sx, sy := left0+fx*side, top+fy*side
		d.Frame(left0, top, side, side, 1, gridLine)
		d.Line(sx, top, sx, top+side, 1, faint(kernelDark, 120))
		d.Line(left0, sy, left0+side, sy, 1, faint(kernelDark, 120))
		for _, c := range []struct{ x, y, weight float64 }{
			{0, 0, (1 - fy) * (1 - fx)}, {1, 0, (1 - fy) * fx}, {0, 1, fy * (1 - fx)}, {1, 1, fy * fx},
		} {
			cx, cy := left0+c.x*side, top+c.y*side
			d.Circle(cx, cy, 4+24*math.Sqrt(c.weight), inputPale, inputDark)
			d.Text(cx, cy+(2*c.y-1)*36, labelSize, drawing.Center, ink, fmt.Sprintf("%.2f", c.weight))
		}
		d.Circle(sx, sy, 6, kernelDark, white)
	}}
}
