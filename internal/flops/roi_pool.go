package flops

import (
	"convx/internal/layer"
	"convx/internal/shape"
)

// roiPool: the bilinear sampling as a row of its own (each sampling point of a bin is placed once, every channel is
// sampled there), then the average of each bin's samples: S*S - 1 additions and a division.
func roiPool(st layer.Stage, s shape.Stage) ([]cost, error) {
	r := st.Op.(layer.ROIPool)
	points := Term{
		{"R", r.ROIs}, {"P", r.Pooled[0]}, {"P", r.Pooled[1]},
		{"S", r.SamplingRatio}, {"S", r.SamplingRatio},
	}
	values := points.times(Factor{"C", s.Output[1]})
	sampling := Sum{
		Term{{"12", perPosition}}.times(points...),
		Term{{"7", perSample}}.times(values...),
	}
	return []cost{{name: st.Name + ".sampling", kind: KindSampling, extra: sampling}, {extra: Sum{values}}}, nil
}
