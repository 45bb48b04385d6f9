package explore

import (
	"convx/internal/layer"
	"convx/internal/shape"
)

// slide is a small copy of the layer's window, small enough to draw: which cells each step reads and writes.
type slide struct {
	name      string
	in, out   int // rows and columns of the square input and output
	pad       layer.Pad
	kernel    int
	stride    int
	dilation  int
	transpose bool
	pool      layer.PoolFunc // of a pool; empty of others
	block     int            // pixels a side that a position's channels are dealt to; 0 of most layers
	// countPadding says that an average divides by the whole window.
	countPadding bool
}

// most is the largest input drawn, padding included; usual is the input of most layers, few that of layers that enlarge.
const most, usual, few = 13, 7, 3

// newSlide finds the layer's first sliding stage and the smallest input that shows a few of its steps.
func newSlide(p params) *slide {
	first := usual
	if v, _ := layer.VariantNamed(p.variant); v.Enlarges {
		first = few
	}
	for n := min(p.size, first); n <= most; n++ {
		l, err := p.build(n)
		if err != nil {
			continue
		}
		r, err := shape.Of(l)
		if err != nil {
			continue
		}
		for i, st := range r.Stages {
			s := slide{name: layer.StageText(st.Name), in: st.Inputs[0][len(st.Inputs[0])-1], out: st.Output[len(st.Output)-1]}
			switch op := l.Stages[i].Op.(type) {
			case layer.Conv:
				s.set(op.Window, st.Pads)
			case layer.Deformable:
				s.set(op.Window, st.Pads)
			case layer.Transposed:
				s.set(op.Window, st.Pads)
				s.transpose = true
			case layer.Pool:
				if len(r.Stages) > 1 || len(op.Kernel) == 0 {
					continue
				}
				s.set(op.Window, st.Pads)
				s.pool, s.countPadding = op.Func, op.CountPadding
			default:
				continue
			}
			// Prefer a stage that slides; a pointwise one alone is drawn too.
			if s.kernel == 1 && len(r.Stages) > 1 && i+1 < len(r.Stages) {
				continue
			}
			if deal, ok := l.Stages[len(l.Stages)-1].Op.(layer.DepthToSpace); ok {
				s.block = deal.Block[0]
			}
			if s.in+s.pad.Begin+s.pad.End > most || s.out*max(1, s.block) > most {
				return nil
			}
			if s.out < 2 && n < min(p.size, most) {
				break
			}
			return &s
		}
	}
	return nil
}

func (s *slide) set(w layer.Window, pads []layer.Pad) {
	s.pad, s.kernel, s.stride, s.dilation = pads[0], w.Kernel[0], w.Stride[0], w.Dilation[0]
}

// steps is the number of positions of the animation: outputs, or inputs where the input is scattered.
func (s *slide) steps() int {
	if s.transpose {
		return s.in * s.in
	}
	return s.out * s.out
}

// taps reports whether, at a step, the cell (row, col) takes part: of the padded input for a convolution, of the
// output for a transposed one.
func (s *slide) taps(step, row, col int) bool {
	if s.transpose {
		y, x := step/s.in, step%s.in
		return s.hit(row-(y*s.stride-s.pad.Begin)) && s.hit(col-(x*s.stride-s.pad.Begin))
	}
	y, x := step/s.out, step%s.out
	return s.hit(row-y*s.stride) && s.hit(col-x*s.stride)
}

func (s *slide) hit(d int) bool {
	return d >= 0 && d%s.dilation == 0 && d/s.dilation < s.kernel
}
