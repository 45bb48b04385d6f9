package draw

import (
	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

const (
	mostSamples = 8   // the largest sampling ratio whose points can be told apart
	mostGamma   = 2.0 // moves of two regions' sizes
)

// roiFigure shows a region of interest, its bins where they stand, the bins moved by their offsets, and the pooled output.
func roiFigure(r shape.Result, o Options) (*Figure, error) {
	op := r.Layer.Stages[len(r.Layer.Stages)-1].Op.(layer.ROIPool)
	roi := layer.ROI{X1: float64(r.Input[3]) / op.SpatialScale, Y1: float64(r.Input[2]) / op.SpatialScale}
	if len(r.Layer.ROIs) > 0 {
		roi = r.Layer.ROIs[0]
	}
	// Aligned: coordinates are those of pixel centres, half a pixel less.
	at := func(v float64) float64 { return v * op.SpatialScale }
	x0, y0, w, h := at(roi.X0), at(roi.Y0), at(roi.X1-roi.X0), at(roi.Y1-roi.Y0)
	ph, pw := op.Pooled[0], op.Pooled[1]
	type bin struct{ x, y, dx, dy float64 }
	bins := make([]bin, ph*pw)
	s := tensor.NewStream(o.Seed, "draw offset")
	for i := range bins {
		bins[i] = bin{x0 + float64(i%pw)*w/float64(pw), y0 + float64(i/pw)*h/float64(ph), op.Gamma * w * s.Uniform(), op.Gamma * h * s.Uniform()}
	}
	g := grid{r.Input[2], r.Input[3], cellSize(max(r.Input[2], r.Input[3]))}
	out := grid{ph, pw, 34}
	// Room for bins that move out of the input.
	var beyond [2]float64
	for _, b := range bins {
		beyond[0] = max(beyond[0], -b.x-b.dx, b.x+b.dx+w/float64(pw)-float64(g.cols))
		beyond[1] = max(beyond[1], -b.y-b.dy, b.y+b.dy+h/float64(ph)-float64(g.rows))
	}
	bx, by := beyond[0]*g.cell, beyond[1]*g.cell
	few := ph*pw <= 16 // enough room for samples and arrows
	input := panel{w: g.width() + 2*bx + 1, h: g.height() + 2*by + 1, label: lang.Sprintf("input %s, a region and its %dx%d bins, moved", sized(r.Input), ph, pw),
		paint: func(d *drawing.Drawing, x, y float64, frame int) {
			x, y = x+bx, y+by
			g.paint(d, x, y, func(int, int) style { return style{fill: inputFill, line: padLine} })
			d.Frame(x+x0*g.cell, y+y0*g.cell, w*g.cell, h*g.cell, 2.5, inputDark)
			for i, b := range bins {
				hue := groupColor(i)
				bx, by, bw, bh := x+b.x*g.cell, y+b.y*g.cell, w/float64(pw)*g.cell, h/float64(ph)*g.cell
				d.Dashed(bx, by, bw, bh, none, inputDark)
				if i > frame {
					continue
				}
				mx, my := bx+b.dx*g.cell, by+b.dy*g.cell
				d.Rect(mx, my, bw, bh, faint(hue.dark, 60), none)
				d.Frame(mx, my, bw, bh, 1.5, hue.dark)
				if !few {
					continue
				}
				n := op.SamplingRatio
				for k := range n * n {
					d.Circle(mx+(float64(k%n)+0.5)*bw/float64(n), my+(float64(k/n)+0.5)*bh/float64(n), 3, hue.dark, none)
				}
				d.Arrow(bx+bw/2, by+bh/2, mx+bw/2, my+bh/2, 2.5, ink)
			}
		}}
	output := panel{w: out.width() + 1, h: out.height() + 1, label: lang.Text("output, per channel: the mean of each bin's samples"),
		paint: func(d *drawing.Drawing, x, y float64, frame int) {
			out.paint(d, x, y, func(row, col int) style {
				i := row*pw + col
				if i > frame {
					return style{fill: outputTodo, line: gridLine}
				}
				return style{fill: groupColor(i).dark, line: gridLine}
			})
		}}
	return &Figure{panels: []panel{input, output}, frames: ph * pw, still: ph*pw - 1, captions: []string{
		lang.Sprintf("bin: %.4g/%d by %.4g/%d pixels; each moves by gamma %.4g times the region's width and height times its offset (dx, dy)", w, pw, h, ph, op.Gamma),
		lang.Text("dotted: the bins as they stand; coloured: as they are moved by offsets that fully connected layers predict from the region pooled without moving"),
	}}, nil
}
