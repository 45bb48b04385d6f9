package problem

import (
	"context"

	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// parts runs a function on some items of the output at a time (rows, planes, elements), so that it uses every thread and
// stops when it is told to.
type parts[T tensor.Float] struct {
	loop     *workers.Loop
	n, grain int
	out      []T
	in       [][]T
	chunk    func(worker, from, to int)
}

// NewParts prepares a function of items from..to, over the n equal parts of p's output; work is what one of its elements costs.
func NewParts[T tensor.Float](p *Problem, n int, work float64, items func(out []T, in [][]T, from, to int)) Runner[T] {
	width := p.Elements() / n
	r := &parts[T]{loop: p.NewLoop(), n: n, grain: workers.Grain(work * float64(width))}
	clamp := ClampFor[T](p)
	r.chunk = func(_, from, to int) {
		items(r.out, r.in, from, to)
		if clamp != nil {
			clamp(r.out[from*width : to*width])
		}
	}
	return r
}

func (r *parts[T]) Run(ctx context.Context, out []T, in [][]T) error {
	r.out, r.in = out, in
	return r.loop.Each(ctx, r.n, r.grain, r.chunk)
}

func (r *parts[T]) Bytes() (workspace, packed int) { return 0, 0 }

// ClampFor keeps values within p's Lo and Hi; NaN passes. It is nil where there is no fused activation.
func ClampFor[T tensor.Float](p *Problem) func([]T) {
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
