package layer

import "convx/internal/lang"

// deformROIPool: pool each region plainly, predict one offset per bin with three linear layers (fc1, ReLU, fc2, ReLU,
// fc3), then pool again with every bin moved. Given offsets have no predicting stages.
func deformROIPool(s *Spec) ([]Stage, error) {
	if err := s.perAxis("pooled", &s.Pooled, 7); err != nil {
		return nil, err
	}
	if s.Gamma == 0 && !s.Given("gamma") {
		s.Gamma = 0.1
	}
	if s.SpatialScale == 0 {
		s.SpatialScale = 1
	}
	for _, d := range []struct {
		v   *int
		def int
	}{{&s.SamplingRatio, 2}, {&s.Hidden, 1024}} {
		if *d.v == 0 {
			*d.v = d.def
		}
	}
	n := s.GivenROIs
	if n == 0 {
		if len(s.ROIs) == 0 {
			s.ROIs = []ROI{{0, 0, float64(s.Input[3]) / s.SpatialScale, float64(s.Input[2]) / s.SpatialScale}}
		}
		n = len(s.ROIs)
	}
	bins, err := Product(2, s.Pooled[0], s.Pooled[1])
	if err != nil || bins > MaxExtent {
		return nil, Errorf("%s bins are too many", FormatShape(s.Pooled))
	}
	pool := ROIPool{Pooled: s.Pooled, ROIs: n, SamplingRatio: s.SamplingRatio, SpatialScale: s.SpatialScale, Gamma: s.Gamma}
	var stages []Stage
	if !s.GivenOffset {
		fc := func(name string, out int, from string) Stage {
			return Stage{Name: name, Op: Linear{Out: out, Bias: !s.NoBias}, Inputs: []string{from}, Prefix: name + "."}
		}
		relu := func(from string) Stage {
			return Stage{Name: from + ".relu", Op: Activation{"relu"}, Inputs: []string{from}}
		}
		stages = []Stage{
			{Name: "pool", Op: pool, Inputs: []string{Input, "rois"}},
			fc("fc1", s.Hidden, "pool"), relu("fc1"),
			fc("fc2", s.Hidden, "fc1.relu"), relu("fc2"),
			fc(lang.Key("fc3"), bins, "fc2.relu"),
		}
	}
	moved := pool
	moved.Deform = true
	offset := "fc3"
	if s.GivenOffset {
		offset = "offset"
	}
	return append(stages, Stage{Name: "deform-pool", Op: moved, Inputs: []string{Input, "rois", offset}}), nil
}
