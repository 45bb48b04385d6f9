package literal

import (
	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// Deformable is reference.Deformable, on some rows at a time.
func Deformable[T tensor.Float](p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	op := p.Stage.Op.(layer.Deformable)
	// A bilinear sample costs some ten multiplications.
	return problem.NewParts(p, p.Rows(), 10*p.WorkPerOutput(), func(out []T, in [][]T, from, to int) {
		var mask []T
		if op.Modulated {
			mask = in[2]
		}
		reference.Deformable(&p.Geometry, op.OffsetGroups, out, in[0], in[1], mask, w.Weight, w.Bias, from, to)
	}), nil
}
