package ops

import (
	"convx/internal/layer"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

func refResize[T tensor.Float](p *Problem, _ operands[T]) (runner[T], error) {
	nearest := p.Stage.Op.(layer.Resize).Nearest
	in, out := three(p.Inputs[0][2:]), three(p.Output[2:])
	scale := p.resizeScale()
	return newLiteral(p, p.rows(), 30, func(y []T, x [][]T, from, to int) {
		reference.Resize(in, out, scale, nearest, y, x[0], from, to)
	}), nil
}

// resizeScale is the factor of each of three axes: the one given, or where a size was given the ratio of the sizes, as
// PyTorch's interpolate has it.
func (p *Problem) resizeScale() [3]float64 {
	op := p.Stage.Op.(layer.Resize)
	scale := [3]float64{1, 1, 1}
	dims := len(p.Output) - 2
	for i := range dims {
		scale[3-dims+i] = float64(p.Output[2+i]) / float64(p.Inputs[0][2+i])
		if op.Size == nil {
			scale[3-dims+i] = op.Scale[i]
		}
	}
	return scale
}
