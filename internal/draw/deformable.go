package draw

import (
	"fmt"
	"math"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/offset"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// deformableFigure shows where each tap of the window samples: its place in the regular grid, the arrow of its offset, and
// for the middle tap the four pixels that its sample is interpolated from. Several presets of offsets make a panel each.
func deformableFigure(r shape.Result, o Options) (*Figure, error) {
	d := r.Layer.Stages[len(r.Layer.Stages)-1].Op.(layer.Deformable)
	g := geometryOf(r.Input, r.Output, d.Window, r.Stages[len(r.Stages)-1].Pads)
	if len(o.Offsets) > 1 {
		return presetsFigure(g, o.Offsets), nil
	}
	w := &deformed{window: newWindow(g, r.Input[1], r.Output[1]), seed: o.Seed, modulated: d.Modulated}
	w.pale = true
	reach := farthest
	if w.input.cell = max(w.input.cell, 30); o.Scene != nil {
		w.scene = o.Scene
		w.input.cell, w.output.cell = roomyCell, 18
	}
	if len(o.Offsets) == 1 {
		w.preset = &o.Offsets[0]
		reach = w.reach()
	}
	p, spill := w.window.panel(), reach*w.input.cell
	p.w, p.h = p.w+2*spill, p.h+2*spill
	p.paint = func(d *drawing.Drawing, x, y float64, frame int) { w.paint(d, x+spill, y+spill, frame) }
	var captions []string
	if o.Scene == nil { // the picture is to be seen
		captions = formulas(shape.Result{Layer: layer.Layer{Stages: r.Layer.Stages[len(r.Stages)-1:]}, Stages: r.Stages[len(r.Stages)-1:]})
	}
	taps := g.kernel[0] * g.kernel[1]
	note := lang.Sprintf("hollow dots: the regular taps; full dots: the samples, moved by %d offsets (dy, dx) that a convolution of the input predicts anew for every output", taps*d.OffsetGroups)
	if d.Modulated {
		note += lang.Sprintf("; their sizes: %d weights in (0, 1), predicted too", taps*d.OffsetGroups)
	}
	title, is := "", lang.Text("taps moved by learned offsets")
	if d.Modulated {
		is = lang.Text("taps moved by learned offsets and scaled by a learned mask")
	}
	if w.preset != nil {
		title = lang.Sprintf("Deformable convolution – offsets %s: %s", w.preset.Text, w.preset.Says())
		note = lang.Text("hollow dots: the regular taps; full dots: the samples, between pixels weighted bilinearly")
	}
	return &Figure{title: title, is: is, panels: []panel{p, w.bilinearPanel(o.grown())}, frames: g.positions(), still: w.stillFrame(), captions: append(captions, note)}, nil
}

type deformed struct {
	*window
	seed      uint64
	modulated bool
	preset    *offset.Preset // nil: drawn, as if they were learned
}

// reach is how far a preset moves a tap at most beyond the padded input, in cells.
func (w *deformed) reach() float64 {
	most := 0.0
	p := w.g.padded()
	for frame := range w.g.positions() {
		for _, s := range w.samples(frame) {
			most = max(most, -s.y-0.3, -s.x-0.3, s.y-float64(p[0])+0.7, s.x-float64(p[1])+0.7)
		}
	}
	return most
}

// sample is where a tap reads, in cells of the padded input, and how much of it counts.
type sample struct {
	tapY, tapX int
	y, x       float64
	mask       float64
}

// roomyCell has room for an arrow.
const roomyCell = 34

// farthest is the largest offset that is drawn as if it were learned, in cells.
const farthest = 0.9

// samples are those of one output, taps row by row.
func (w *deformed) samples(frame int) []sample {
	row, col := w.g.at(frame)
	s := tensor.NewStream(w.seed, fmt.Sprintf("draw offset %d", frame))
	far := farthest
	if w.preset != nil && !w.preset.Constant() {
		far = w.preset.Most()
	}
	var out []sample
	for ky := range w.g.kernel[0] {
		for kx := range w.g.kernel[1] {
			y, x := w.g.tap(row, col, ky, kx)
			at := sample{tapY: y, tapX: x, mask: 1}
			at.y, at.x = float64(y)+far*s.Uniform(), float64(x)+far*s.Uniform()
			if w.preset != nil && w.preset.Constant() {
				dy, dx := w.preset.At(w.g.kernel, w.g.dilation, ky, kx)
				at.y, at.x = float64(y)+dy, float64(x)+dx
			}
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
	paintSamples(d, w.input, x, iy, all, w.ringed(all))
}

// ringed is the sample that is looked at closely: the middle one, or of a preset, which may leave that in its place, the one that
// is farthest from any pixel.
func (w *deformed) ringed(all []sample) int {
	best, most := len(all)/2, 0.0
	if w.preset == nil {
		return best
	}
	for i, s := range all {
		off := math.Abs(s.y-math.Round(s.y)) + math.Abs(s.x-math.Round(s.x))
		if off > most+1e-9 {
			best, most = i, off
		}
	}
	return best
}

// paintSamples draws the regular taps hollow and the samples full, arrows between them; sample ring, if there is one, ringed.
func paintSamples(d *drawing.Drawing, g grid, x, y float64, all []sample, ring int) {
	size := min(1.6, g.cell/22)
	for _, s := range all {
		cx, cy := g.center(x, y, float64(s.tapY), float64(s.tapX))
		d.Circle(cx, cy, 4.5*size, white, inputDark)
	}
	for i, s := range all {
		cx, cy := g.center(x, y, float64(s.tapY), float64(s.tapX))
		mx, my := g.center(x, y, s.y, s.x)
		full := (2.5 + 3.5*s.mask) * size
		if i == ring {
			full = 10.5 * size
		}
		if far := math.Hypot(mx-cx, my-cy); far > 4.5*size+full { // from the edge of one dot to that of the other
			ux, uy := (mx-cx)/far, (my-cy)/far
			cx, cy, ex, ey := cx+4.5*size*ux, cy+4.5*size*uy, mx-full*ux, my-full*uy
			d.Line(cx, cy, ex, ey, 3.4*size, white)
			d.Arrow(cx, cy, ex, ey, 2*size, inputDark)
		}
	}
	for i, s := range all {
		mx, my := g.center(x, y, s.y, s.x)
		if i == ring {
			d.Circle(mx, my, 10.5*size, kernelDark, none)
			d.Circle(mx, my, 8.3*size, white, none)
		}
		d.Circle(mx, my, (2.5+3.5*s.mask)*size, kernelDark, white)
	}
}

// bilinearPanel shows the middle sample between the four pixels around it, each as large as its weight.
func (w *deformed) bilinearPanel(letters float64) panel {
	side, edge := 150.0, 60*letters
	return panel{w: side + 2*edge, h: side + 2*edge, label: lang.Text("the ringed sample: 4 pixels and their weights"), paint: func(d *drawing.Drawing, x, y float64, frame int) {
		all := w.samples(frame)
		s := all[w.ringed(all)]
		fy, fx := s.y-math.Floor(s.y), s.x-math.Floor(s.x)
		left0, top := x+edge, y+edge
		sx, sy := left0+fx*side, top+fy*side
		d.Frame(left0, top, side, side, 1, gridLine)
		d.Line(sx, top, sx, top+side, 2, faint(kernelDark, 140))
		d.Line(left0, sy, left0+side, sy, 2, faint(kernelDark, 140))
		for i, weight := range offset.Shares(s.y, s.x) {
			below, right := float64(i/2), float64(i%2)
			cx, cy := left0+right*side, top+below*side
			d.Circle(cx, cy, 5+26*math.Sqrt(weight), inputPale, inputDark)
			d.Text(cx, cy+(2*below-1)*44, 21*letters, drawing.Center, ink, fmt.Sprintf("%.2f", weight))
		}
		d.Circle(sx, sy, 8, kernelDark, white)
	}}
}

// presetsFigure shows one window under several presets beside each other: what a deformable convolution can become (Dai et al.
// 2017, figure 1).
func presetsFigure(g geometry, presets []offset.Preset) *Figure {
	f := &Figure{title: lang.Text("Deformable convolution – what offsets can make of the window"), captions: []string{
		lang.Text("hollow dots: the regular taps; full dots: the samples. A deformable convolution can be each of these, and another one at every output.")}}
	half := 1.0
	for _, p := range presets {
		w := &deformed{window: newWindow(geometry{out: [2]int{1, 1}, kernel: g.kernel, stride: g.stride, dilation: g.dilation}, 1, 1), preset: &p, seed: p.Seed}
		for _, s := range w.samples(0) {
			rh, rw := w.g.reach()
			half = max(half, math.Abs(s.y-float64(rh-1)/2), math.Abs(s.x-float64(rw-1)/2))
		}
	}
	rh, rw := g.reach()
	edge := int(math.Ceil(half + 0.2 - float64(min(rh, rw)-1)/2))
	plane := geometry{in: [2]int{rh + 2*edge, rw + 2*edge}, out: [2]int{1, 1}, kernel: g.kernel, stride: g.stride, dilation: g.dilation}
	for _, p := range presets {
		w := &deformed{window: newWindow(plane, 1, 1), preset: &p, seed: p.Seed}
		w.input.cell = min(44, 300/float64(max(w.input.rows, w.input.cols)))
		all := w.samples(0)
		for i := range all {
			all[i].tapY, all[i].tapX, all[i].y, all[i].x = all[i].tapY+edge, all[i].tapX+edge, all[i].y+float64(edge), all[i].x+float64(edge)
		}
		f.panels = append(f.panels, panel{w: w.input.width() + 1, h: w.input.height() + 1, label: p.Text + ": " + p.Says(), paint: func(d *drawing.Drawing, x, y float64, _ int) {
			w.input.paint(d, x, y, func(int, int) style { return style{fill: inputFill, line: gridLine} })
			d.Frame(x+float64(edge)*w.input.cell-1, y+float64(edge)*w.input.cell-1, float64(rw)*w.input.cell+3, float64(rh)*w.input.cell+3, 2.5, kernelDark)
			paintSamples(d, w.input, x, y, all, -1)
		}})
	}
	return f
}
