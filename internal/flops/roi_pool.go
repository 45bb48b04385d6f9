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
		by("R", r.ROIs), by("P", r.Pooled[0]), by("P", r.Pooled[1]),
		by("S", r.SamplingRatio), by("S", r.SamplingRatio),
	}
	values := points.times(by("C", s.Output[1]))
	sampling := Sum{
		Term{by("12", perPosition)}.times(points...),
		Term{by("7", perSample)}.times(values...),
	}
	return []cost{{name: st.Name + ".sampling", kind: KindSampling, extra: sampling}, {extra: Sum{values}}}, nil
}
