package literal

import (
	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// DepthToSpace is reference.DepthToSpace, on some of the outputs at a time.
func DepthToSpace[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	block := problem.Three(p.Stage.Op.(layer.DepthToSpace).Block)
	in, out := problem.Three(p.Inputs[0][2:]), problem.Three(p.Output[2:])
	return problem.NewParts(p, p.Rows(), 1, func(y []T, x [][]T, from, to int) {
		reference.DepthToSpace(p.Output[1], block, in, out, y, x[0], from, to)
	}), nil
}
