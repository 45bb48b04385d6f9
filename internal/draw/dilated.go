package draw

import (
	"fmt"

	"convx/internal/drawing"
	"convx/internal/layer"
	"convx/internal/shape"
)

// dilatedFigure is the sliding window with its holes, and how a stack of dilations 1, 2, 4 sees further than a stack without.
func dilatedFigure(r shape.Result, o Options) (*Figure, error) {
	f, err := windowFigure(r, o)
	if err != nil {
		return nil, err
	}
	f.panels = f.panels[:1]
	if !o.Numbers && o.Scene == nil {
		f.panels = append(f.panels, growthPanel())
	}
	c := r.Layer.Stages[0].Op.(layer.Conv)
	last := len(c.Kernel) - 1
	f.captions = append(f.captions[:len(f.captions)-1], fmt.Sprintf("the kernel of %d taps reaches over %d × (%d-1) + 1 = %d cells, with the weights of %d",
		c.Kernel[last], c.Dilation[last], c.Kernel[last], shape.Effective(c.Kernel[last], c.Dilation[last]), c.Kernel[last]))
	return f, nil
}

// growthPanel shows in one dimension what the last output of three layers of kernel 3 sees, at dilations 1, 2 and 4.
func growthPanel() panel {
	const (
		n       = 15
		pitchX  = 24.0
		pitchY  = 64.0
		nodes   = 4
		radius  = 7.0
		caption = 66.0
	)
	dilations := []int{1, 2, 4}
	return panel{
		w: caption + n*pitchX, h: (nodes-1)*pitchY + 2*radius + 4,
		label: "receptive field of kernels of 3 at dilations 1, 2, 4: 3, 7, 15",
		paint: func(d *drawing.Drawing, x, y float64, _ int) {
			at := func(level, i int) (float64, float64) {
				return x + caption + (float64(i)+0.5)*pitchX, y + radius + 2 + float64(nodes-1-level)*pitchY
			}
			seen := [nodes]map[int]bool{}
			seen[nodes-1] = map[int]bool{n / 2: true}
			for level := nodes - 1; level > 0; level-- {
				seen[level-1] = map[int]bool{}
				for i := range n {
					if !seen[level][i] {
						continue
					}
					x1, y1 := at(level, i)
					for _, k := range []int{-1, 0, 1} {
						from := i + k*dilations[level-1]
						seen[level-1][from] = true
						x0, y0 := at(level-1, from)
						d.Line(x0, y0, x1, y1, 1.2, faint(kernelDark, 190))
					}
				}
			}
			for level := range nodes {
				for i := range n {
					cx, cy := at(level, i)
					fill, edge := zeroFill, padLine
					if seen[level][i] {
						fill, edge = inputTap, inputDark
						if level == nodes-1 {
							fill, edge = outputTap, outputDark
						}
					}
					d.Circle(cx, cy, radius, fill, edge)
				}
				_, cy := at(level, 0)
				name := "input"
				if level > 0 {
					name = fmt.Sprintf("dilation %d", dilations[level-1])
				}
				d.Text(x, cy, 13, drawing.Left, muted, name)
			}
		},
	}
}
