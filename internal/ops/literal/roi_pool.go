package literal

import (
	"context"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// ROIPool is reference.ROIPool, on some of the outputs at a time.
func ROIPool[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	op := p.Stage.Op.(layer.ROIPool)
	x := p.Inputs[0]
	how := reference.ROIPooling{
		C: x[1], Height: x[2], Width: x[3], Pooled: [2]int{op.Pooled[0], op.Pooled[1]},
		SamplingRatio: op.SamplingRatio, SpatialScale: op.SpatialScale, Gamma: op.Gamma,
	}
	work := 10 * float64(op.SamplingRatio) * float64(op.SamplingRatio)
	r := problem.NewParts(p, p.Rows(), work, func(out []T, in [][]T, from, to int) {
		var offset []T
		if op.Deform {
			offset = in[2]
		}
		reference.ROIPool(&how, out, in[0], in[1], offset, from, to)
	})
	return roiChecked[T]{r, x[0]}, nil
}

// roiChecked refuses regions of samples that are not in the batch, which only the data can show.
type roiChecked[T tensor.Float] struct {
	problem.Runner[T]
	batch int
}

func (r roiChecked[T]) Run(ctx context.Context, out []T, in [][]T) error {
	for i := 0; i < len(in[1]); i += 5 {
		if b := in[1][i]; !(b >= 0 && b < T(r.batch) && b == T(int(b))) {
			return layer.Errorf("rois: region %d is of sample %v; the batch has %d, counted from 0", i/5, b, r.batch)
		}
	}
	return r.Runner.Run(ctx, out, in)
}
