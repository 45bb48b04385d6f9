package draw

import (
	"fmt"

	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// deformableFigure shows where each tap of the window samples: its place in the regular grid, and the arrow of its offset.
func deformableFigure(r shape.Result, o Options) (*Figure, error) {
	d := r.Layer.Stages[len(r.Layer.Stages)-1].Op.(layer.Deformable)
	g := geometryOf(r.Input, r.Output, d.Window, r.Stages[len(r.Stages)-1].Pads)
	w := &deformed{window: newWindow(g, r.Input[1], r.Output[1]), seed: o.Seed, modulated: d.Modulated}
	w.pale = true
	p := w.window.panel()
	p.paint = w.paint
	captions := formulas(shape.Result{Layer: layer.Layer{Stages: r.Layer.Stages[len(r.Stages)-1:]}, Stages: r.Stages[len(r.Stages)-1:]})
	taps := g.kernel[0] * g.kernel[1]
	note := fmt.Sprintf("a convolution of the input predicts %d offsets (dy, dx) for every output; between pixels the input is interpolated", taps*d.OffsetGroups)
	if d.Modulated {
		note = fmt.Sprintf("a convolution of the input predicts %d offsets (dy, dx) and %d weights in (0, 1), the sizes of the dots, for every output", taps*d.OffsetGroups, taps*d.OffsetGroups)
	}
	return &Figure{panels: []panel{p}, frames: g.positions(), still: w.stillFrame(), captions: append(captions, note)}, nil
}

type deformed struct {
	*window
	seed      uint64
	modulated bool
}

func (w *deformed) paint(d *Drawing, x, y float64, frame int) {
	row, col := w.g.at(frame)
	height := max(w.input.height()+cardsDepth(w.inPlanes), w.output.height()+cardsDepth(w.outPlanes))
	iy := y + (height+cardsDepth(w.inPlanes)-w.input.height())/2
	w.window.paint(d, x, y, frame)
	// The regular taps pale, the moved ones strong.
	s := tensor.NewStream(w.seed, fmt.Sprintf("draw offset %d", frame))
	for ky := range w.g.kernel[0] {
		for kx := range w.g.kernel[1] {
			ty, tx := w.g.tap(row, col, ky, kx)
			cx, cy := w.input.center(x, iy, float64(ty), float64(tx))
			dy, dx, m := 0.9*s.Uniform(), 0.9*s.Uniform(), 1.0
			if w.modulated {
				m = 0.5 + 0.5*s.Uniform()
			}
			mx, my := cx+dx*w.input.cell, cy+dy*w.input.cell
			d.circle(cx, cy, 4, white, inputDark)
			d.arrow(cx, cy, mx, my, 1.6, inputDark)
			d.circle(mx, my, 2.5+3.5*m, kernelDark, white)
		}
	}
}
