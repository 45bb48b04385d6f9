package elementwise

import (
	"context"
	"math"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// scalarPool reduces windows that are clipped to the input once, in prepare.
type scalarPool[T tensor.Float] struct {
	*problem.Problem
	max     bool
	loop    *workers.Loop
	windows [3][]poolWindow // per axis and output position
	x, y    []T
	reduce  func(worker, from, to int)
}

// poolWindow is the taps of a window along one axis that lie within the input: count of them from first on, dilation
// apart. divisor is how many an average divides by.
type poolWindow struct{ first, count, divisor int }

// ScalarPoolCost estimates nanoseconds: of the taps, and of each output.
func ScalarPoolCost(p *problem.Problem) float64 {
	return float64(p.OutputSize()) * (10 + 2*float64(p.Taps()))
}

// NewScalarPool prepares any pool.
func NewScalarPool[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	op := p.Stage.Op.(layer.Pool)
	r := &scalarPool[T]{Problem: p, max: op.Func == layer.MaxPool, loop: p.NewLoop()}
	for axis := range r.windows {
		for at := range p.Out[axis] {
			w := poolWindowOf(p, axis, at, op.Adaptive != nil)
			if !op.CountPadding {
				w.divisor = w.count
			}
			r.windows[axis] = append(r.windows[axis], w)
		}
	}
	r.reduce = r.rowsOf
	return r, nil
}

// poolWindowOf clips the window of output position at.
func poolWindowOf(p *problem.Problem, axis, at int, adaptive bool) poolWindow {
	in, out := p.In[axis], p.Out[axis]
	if adaptive {
		first := at * in / out
		n := ((at+1)*in+out-1)/out - first
		return poolWindow{first, n, n}
	}
	step := p.Dilation[axis]
	start := at*p.Stride[axis] - p.Pads[axis].Begin
	before := max(0, (step-1-start)/step) // taps in the begin padding
	upTo := func(end int) int { return min(p.Kernel[axis], max(0, (end-start+step-1)/step)) }
	w := poolWindow{start + before*step, max(0, upTo(in)-before), upTo(in + p.Pads[axis].End)}
	if w.count == 0 {
		w.first = 0
	}
	return w
}

func (r *scalarPool[T]) Run(ctx context.Context, out []T, in [][]T) error {
	r.x, r.y = in[0], out
	window := max(r.Taps(), r.InPlane()/r.OutPlane())
	return r.loop.Each(ctx, r.Rows(), workers.Grain(float64(window*r.Out[2])), r.reduce)
}

func (r *scalarPool[T]) rowsOf(_, from, to int) {
	for i := from; i < to; i++ {
		plane, d, h := i/r.Out[1]/r.Out[0], i/r.Out[1]%r.Out[0], i%r.Out[1]
		x, y := r.x[plane*r.InPlane():][:r.InPlane()], r.y[i*r.Out[2]:][:r.Out[2]]
		for w := range y {
			dw, hw, ww := r.windows[0][d], r.windows[1][h], r.windows[2][w]
			if r.max {
				y[w] = r.most(x, dw, hw, ww)
			} else {
				y[w] = T(r.sum(x, dw, hw, ww) / float64(dw.divisor*hw.divisor*ww.divisor))
			}
		}
	}
}

// line is the part of a plane from a window's first tap of one row to the end of the row.
func (r *scalarPool[T]) line(x []T, d, h poolWindow, i, j, first int) []T {
	at := ((d.first+i*r.Dilation[0])*r.In[1] + h.first + j*r.Dilation[1]) * r.In[2]
	return x[at+first : at+r.In[2]]
}

func (r *scalarPool[T]) most(x []T, d, h, w poolWindow) T {
	most := T(math.Inf(-1))
	for i := range d.count {
		for j := range h.count {
			line := r.line(x, d, h, i, j, w.first)
			for k := range w.count {
				if v := line[k*r.Dilation[2]]; v > most || v != v {
					most = v
				}
			}
		}
	}
	return most
}

func (r *scalarPool[T]) sum(x []T, d, h, w poolWindow) float64 {
	sum := 0.0
	for i := range d.count {
		for j := range h.count {
			line := r.line(x, d, h, i, j, w.first)
			if r.Dilation[2] == 1 {
				sum += sumOf(line[:w.count])
				continue
			}
			for k := range w.count {
				sum += float64(line[k*r.Dilation[2]])
			}
		}
	}
	return sum
}

// sumOf adds in four chains: one would wait for each addition before the next.
func sumOf[T tensor.Float](v []T) float64 {
	var a, b, c, d float64
	for ; len(v) >= 4; v = v[4:] {
		a, b, c, d = a+float64(v[0]), b+float64(v[1]), c+float64(v[2]), d+float64(v[3])
	}
	for _, x := range v {
		a += float64(x)
	}
	return (a + b) + (c + d)
}

func (r *scalarPool[T]) Bytes() (workspace, packed int) { return 0, 0 }
