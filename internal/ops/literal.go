package ops

import (
	"context"

	"convx/internal/tensor"
)

// literal runs a function of package reference on some items of the output at a time (rows, planes, elements): so that
// it, too, uses every thread and stops when it is told to.
type literal[T tensor.Float] struct {
	team     *team
	n, grain int
	out      []T
	in       [][]T
	chunk    func(worker, from, to int)
}

// newLiteral runs items over the n equal parts of p's output; work is what one of its elements costs.
func newLiteral[T tensor.Float](p *Problem, n int, work float64, items func(out []T, in [][]T, from, to int)) runner[T] {
	width := p.elements() / n
	r := &literal[T]{team: newTeam(p), n: n, grain: grainFor(work * float64(width))}
	clamp := clampFor[T](p)
	r.chunk = func(_, from, to int) {
		items(r.out, r.in, from, to)
		if clamp != nil {
			clamp(r.out[from*width : to*width])
		}
	}
	return r
}

func (r *literal[T]) run(ctx context.Context, out []T, in [][]T) error {
	r.out, r.in = out, in
	return r.team.each(ctx, r.n, r.grain, r.chunk)
}

func (r *literal[T]) bytes() (workspace, packed int) { return 0, 0 }

// clampFor keeps values within p's Lo and Hi; NaN passes. It is nil where there is no fused activation.
func clampFor[T tensor.Float](p *Problem) func([]T) {
	if !p.Clamped() {
		return nil
	}
	lo, hi := T(p.Lo), T(p.Hi)
	return func(v []T) { clamp(v, lo, hi) }
}

// clamp is min(max(v, lo), hi), but NaN where v is.
func clamp[T tensor.Float](v []T, lo, hi T) {
	for i, x := range v {
		if x < lo {
			v[i] = lo
		} else if x > hi {
			v[i] = hi
		}
	}
}

// sizeOf is the bytes of an element.
func sizeOf[T tensor.Float]() int {
	if isFloat64[T]() {
		return 8
	}
	return 4
}
