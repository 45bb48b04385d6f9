package ops

import (
	"convx/internal/layer"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// refDeformable is the definition itself.
func refDeformable[T tensor.Float](p *Problem, w operands[T]) (runner[T], error) {
	op := p.Stage.Op.(layer.Deformable)
	// A bilinear sample costs some ten multiplications.
	return newLiteral(p, p.rows(), 10*p.workPerOutput(), func(out []T, in [][]T, from, to int) {
		var mask []T
		if op.Modulated {
			mask = in[2]
		}
		reference.Deformable(&p.Geometry, op.OffsetGroups, out, in[0], in[1], mask, w.Weight, w.Bias, from, to)
	}), nil
}
