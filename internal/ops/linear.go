package ops

import (
	"context"

	"convx/internal/layer"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

func refLinear[T tensor.Float](p *Problem, w operands[T]) (runner[T], error) {
	in, out := product(p.Inputs[0][1:]), p.Stage.Op.(layer.Linear).Out
	return newLiteral(p, p.elements(), float64(in), func(y []T, x [][]T, from, to int) {
		reference.Linear(in, out, y, x[0], w.Weight, w.Bias, from, to)
	}), nil
}

// gemmLinear multiplies blocks of the weights by the inputs with gonum's Gemm.
type gemmLinear[T tensor.Float] struct {
	operands[T]
	team       *team
	n, in, out int
	gemm       func(m, n, k int, a, b, c []T, ldc int)
	clamp      func([]T)
	multiply   func(worker, from, to int)
	x, y       []T
}

func newGemmLinear[T tensor.Float](p *Problem, w operands[T]) (runner[T], error) {
	r := &gemmLinear[T]{operands: w, team: newTeam(p), n: p.Output[0], in: product(p.Inputs[0][1:]), out: p.Output[1], gemm: gemmOf[T](), clamp: clampFor[T](p)}
	r.multiply = r.chunk
	return r, nil
}

func (r *gemmLinear[T]) run(ctx context.Context, out []T, in [][]T) error {
	r.x, r.y = in[0], out
	blocks := (r.out + gemmRows - 1) / gemmRows
	return r.team.each(ctx, blocks, grainFor(float64(r.n)*float64(r.in)*gemmRows), r.multiply)
}

// chunk computes blocks of gemmRows outputs, for all samples.
func (r *gemmLinear[T]) chunk(_, from, to int) {
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

func (r *gemmLinear[T]) bytes() (workspace, packed int) { return 0, 0 }
