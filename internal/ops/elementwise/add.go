package elementwise

import (
	"context"

	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// scalarAdd sums in the element type, one input after another.
type scalarAdd[T tensor.Float] struct {
	loop *workers.Loop
	y    []T
	in   [][]T
	sum  func(worker, from, to int)
}

func NewScalarAdd[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	r := &scalarAdd[T]{loop: p.NewLoop()}
	r.sum = r.elements
	return r, nil
}

func (r *scalarAdd[T]) Run(ctx context.Context, out []T, in [][]T) error {
	r.y, r.in = out, in
	return r.loop.Each(ctx, len(out), workers.Grain(float64(len(in))), r.sum)
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

func (r *scalarAdd[T]) Bytes() (workspace, packed int) { return 0, 0 }
