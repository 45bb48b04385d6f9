package ops

import (
	"context"
	"math"

	"convx/internal/layer"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

func refResize[T tensor.Float](p *Problem, _ operands[T]) (runner[T], error) {
	nearest := p.Stage.Op.(layer.Resize).Nearest
	in, out := three(p.Inputs[0][2:]), three(p.Output[2:])
	scale := p.resizeScale()
	return newLiteral(p, p.rows(), 30, func(y []T, x [][]T, from, to int) {
		reference.Resize(in, out, scale, nearest, y, x[0], from, to)
	}), nil
}

// resizeScale is the factor of each of three axes: the one given, or where a size was given the ratio of the sizes, as
// PyTorch's interpolate has it.
func (p *Problem) resizeScale() [3]float64 {
	op := p.Stage.Op.(layer.Resize)
	scale := [3]float64{1, 1, 1}
	dims := len(p.Output) - 2
	for i := range dims {
		scale[3-dims+i] = float64(p.Output[2+i]) / float64(p.Inputs[0][2+i])
		if op.Size == nil {
			scale[3-dims+i] = op.Scale[i]
		}
	}
	return scale
}

// separableResize mixes the rows around an output row into one, then that row's pixels: two products an output along
// its row instead of four or eight.
type separableResize[T tensor.Float] struct {
	*Problem
	in, out [3]int
	lerps   [3][]lerp
	team    *team
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

func newSeparableResize[T tensor.Float](p *Problem, _ operands[T]) (runner[T], error) {
	op := p.Stage.Op.(layer.Resize)
	r := &separableResize[T]{Problem: p, in: three(p.Inputs[0][2:]), out: three(p.Output[2:]), team: newTeam(p)}
	scale := p.resizeScale()
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
	for range r.team.threads {
		r.line = append(r.line, apart[float64](r.in[2]+1))
	}
	r.resize = r.rowsOf
	return r, nil
}

func (r *separableResize[T]) run(ctx context.Context, out []T, in [][]T) error {
	r.x, r.y = in[0], out
	return r.team.each(ctx, r.rows(), grainFor(float64(4*r.in[2]+4*r.out[2])), r.resize)
}

func (r *separableResize[T]) rowsOf(worker, from, to int) {
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

func (r *separableResize[T]) bytes() (workspace, packed int) {
	return 8 * len(r.line) * len(r.line[0]), 0
}
