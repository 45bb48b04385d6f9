package blas

import (
	"context"

	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// linear multiplies blocks of the weights by the inputs with gonum's Gemm.
type linear[T tensor.Float] struct {
	problem.Operands[T]
	loop       *workers.Loop
	n, in, out int
	gemm       func(m, n, k int, a, b, c []T, ldc int)
	clamp      func([]T)
	multiply   func(worker, from, to int)
	x, y       []T
}

// NewLinear prepares p.
func NewLinear[T tensor.Float](p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	w.Weight = problem.On16(w.Weight) // one order of sums, wherever the weights lie
	r := &linear[T]{Operands: w, loop: p.NewLoop(), n: p.Output[0], in: problem.Volume(p.Inputs[0][1:]), out: p.Output[1], gemm: gemmOf[T](), clamp: problem.ClampFor[T](p)}
	r.multiply = r.chunk
	return r, nil
}

func (r *linear[T]) Run(ctx context.Context, out []T, in [][]T) error {
	r.x, r.y = in[0], out
	blocks := (r.out + gemmRows - 1) / gemmRows
	return r.loop.Each(ctx, blocks, workers.Grain(float64(r.n)*float64(r.in)*gemmRows), r.multiply)
}

// chunk computes blocks of gemmRows outputs, for all samples.
func (r *linear[T]) chunk(_, from, to int) {
	for o := from * gemmRows; o < min(to*gemmRows, r.out); o += gemmRows {
		outs := min(gemmRows, r.out-o)
		for n := 0; n < r.n; n += gemmCols {
			samples := min(gemmCols, r.n-n)
			y := r.y[n*r.out+o:]
			for i := range samples {
				row := y[i*r.out:][:outs]
				clear(row)
				if r.Bias != nil {
					copy(row, r.Bias[o:])
				}
			}
			r.gemm(samples, outs, r.in, r.x[n*r.in:], r.Weight[o*r.in:], y, r.out)
			for i := 0; r.clamp != nil && i < samples; i++ {
				r.clamp(y[i*r.out:][:outs])
			}
		}
	}
}

func (r *linear[T]) Bytes() (workspace, packed int) { return 0, 0 }
