// Package resample resizes: in both element types, a vector at a time, and behind the 1x1 convolution that follows.
package resample

import (
	"context"
	"math"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// separable mixes the rows around an output row into one, then that row's pixels: two products an output along
// its row instead of four or eight.
type separable[T tensor.Float] struct {
	*problem.Problem
	in, out [3]int
	lerps   [3][]lerp
	loop    *workers.Loop
	line    [][]float64 // by worker: one mixed row, and a zero that weights of zero point to
	resize  func(worker, from, to int)
	x, y    []T
}

// lerp is the two input positions that an output position mixes along an axis, and how much of each.
type lerp struct {
	at     [2]int
	weight [2]float64
}

// lerpAt looks at the centre of output pixel o in input pixels, clamped to the centres of the first and the last.
func lerpAt(o, n int, scale float64, nearest bool) lerp {
	center := (float64(o)+0.5)/scale - 0.5
	if nearest {
		center = math.Floor(center + 0.5)
	}
	center = max(0, min(center, float64(n-1)))
	whole, part := math.Modf(center)
	i := int(whole)
	return lerp{[2]int{i, min(i+1, n-1)}, [2]float64{1 - part, part}}
}

// NewSeparable prepares p, a resize.
func NewSeparable[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	op := p.Stage.Op.(layer.Resize)
	r := &separable[T]{Problem: p, in: problem.Three(p.Inputs[0][2:]), out: problem.Three(p.Output[2:]), loop: p.NewLoop()}
	scale := p.ResizeScale()
	for axis := range r.lerps {
		for o := range r.out[axis] {
			r.lerps[axis] = append(r.lerps[axis], lerpAt(o, r.in[axis], scale[axis], op.Nearest))
		}
	}
	for i := range r.lerps[2] {
		m := &r.lerps[2][i]
		for j := range m.at {
			if m.weight[j] == 0 { // an infinite pixel would make it a NaN
				m.at[j] = r.in[2]
			}
		}
	}
	for range r.loop.Threads {
		r.line = append(r.line, workers.Apart[float64](r.in[2]+1))
	}
	r.resize = r.rowsOf
	return r, nil
}

func (r *separable[T]) Run(ctx context.Context, out []T, in [][]T) error {
	r.x, r.y = in[0], out
	return r.loop.Each(ctx, r.Rows(), workers.Grain(float64(4*r.in[2]+4*r.out[2])), r.resize)
}

func (r *separable[T]) rowsOf(worker, from, to int) {
	line := r.line[worker]
	for i := from; i < to; i++ {
		plane, d, h := i/r.out[1]/r.out[0], r.lerps[0][i/r.out[1]%r.out[0]], r.lerps[1][i%r.out[1]]
		x := r.x[plane*r.in[0]*r.in[1]*r.in[2]:]
		clear(line)
		for a := range 2 {
			for b := range 2 {
				if f := d.weight[a] * h.weight[b]; f != 0 {
					for j, v := range x[(d.at[a]*r.in[1]+h.at[b])*r.in[2]:][:r.in[2]] {
						line[j] += f * float64(v)
					}
				}
			}
		}
		y := r.y[i*r.out[2]:][:r.out[2]]
		for j := range y {
			m := &r.lerps[2][j]
			y[j] = T(m.weight[0]*line[m.at[0]] + m.weight[1]*line[m.at[1]])
		}
	}
}

func (r *separable[T]) Bytes() (workspace, packed int) {
	return 8 * len(r.line) * len(r.line[0]), 0
}
