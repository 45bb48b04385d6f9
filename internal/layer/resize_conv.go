package layer

import "slices"

// resizeConv: bilinear upsampling, then a convolution. No output pixel meets more taps than its neighbour, so no
// checkerboard.
func resizeConv(s *Spec) ([]Stage, error) {
	if err := s.scales(); err != nil {
		return nil, err
	}
	stages, err := conv(s, convDefaults{kernel: 1, dilation: 1, groups: 1})
	if err != nil {
		return nil, err
	}
	stages[0].Inputs = []string{"resize"}
	return append([]Stage{{Name: "resize", Op: Resize{Scale: s.Scale}, Inputs: []string{Input}}}, stages...), nil
}

// scales spreads one upsampling factor over every axis, or checks that there is one per axis. Nothing given is 2.
func (s *Spec) scales() error {
	switch len(s.Scale) {
	case 0:
		s.Scale = slices.Repeat([]float64{2}, s.Dims)
	case 1:
		s.Scale = slices.Repeat(s.Scale, s.Dims)
	case s.Dims:
	default:
		return Errorf("scale %s has %d numbers, and --dims %d has %d spatial axes", formatFloats(s.Scale), len(s.Scale), s.Dims, s.Dims)
	}
	return nil
}
