package literal

import (
	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// Resize is reference.Resize, on some of the outputs at a time.
func Resize[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	nearest := p.Stage.Op.(layer.Resize).Nearest
	in, out := problem.Three(p.Inputs[0][2:]), problem.Three(p.Output[2:])
	scale := p.ResizeScale()
	return problem.NewParts(p, p.Rows(), 30, func(y []T, x [][]T, from, to int) {
		reference.Resize(in, out, scale, nearest, y, x[0], from, to)
	}), nil
}
