package ops

import (
	"context"

	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

func refAdd[T tensor.Float](p *Problem, _ operands[T]) (runner[T], error) {
	return newLiteral(p, p.elements(), float64(len(p.Inputs)), func(out []T, in [][]T, from, to int) {
		reference.Add(out, in, from, to)
	}), nil
}

// scalarAdd sums in the element type, one input after another.
type scalarAdd[T tensor.Float] struct {
	team *team
	y    []T
	in   [][]T
	sum  func(worker, from, to int)
}

func newScalarAdd[T tensor.Float](p *Problem, _ operands[T]) (runner[T], error) {
	r := &scalarAdd[T]{team: newTeam(p)}
	r.sum = r.elements
	return r, nil
}

func (r *scalarAdd[T]) run(ctx context.Context, out []T, in [][]T) error {
	r.y, r.in = out, in
	return r.team.each(ctx, len(out), grainFor(float64(len(in))), r.sum)
}

func (r *scalarAdd[T]) elements(_, from, to int) {
	y := r.y[from:to]
	if len(r.in) == 1 {
		copy(y, r.in[0][from:to])
		return
	}
	a, b := r.in[0][from:to][:len(y)], r.in[1][from:to][:len(y)]
	for i := range y {
		y[i] = a[i] + b[i]
	}
	for _, c := range r.in[2:] {
		for i, v := range c[from:to][:len(y)] {
			y[i] += v
		}
	}
}

func (r *scalarAdd[T]) bytes() (workspace, packed int) { return 0, 0 }
