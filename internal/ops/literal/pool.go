package literal

import (
	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// Pool is reference.Pool, on some of the outputs at a time.
func Pool[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	op := p.Stage.Op.(layer.Pool)
	how := reference.Pooling{Max: op.Func == layer.MaxPool, Adaptive: op.Adaptive != nil, CountPadding: op.CountPadding}
	window := max(p.Taps(), p.InPlane()/p.OutPlane())
	return problem.NewParts(p, p.Rows(), float64(window), func(out []T, in [][]T, from, to int) {
		reference.Pool(&p.Geometry, how, out, in[0], from, to)
	}), nil
}
