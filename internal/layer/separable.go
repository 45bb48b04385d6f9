package layer

// separable: a depthwise convolution, then a pointwise one. Costs 1/O + 1/K of the standard convolution, K the kernel's area.
func separable(s *Spec) ([]Stage, error) {
	c, err := s.depthwiseConv()
	if err != nil {
		return nil, err
	}
	return []Stage{
		{Name: "depthwise", Op: c, Inputs: []string{Input}, Prefix: "depthwise."},
		{Name: "pointwise", Op: s.pointwiseConv(s.outChannels()), Inputs: []string{"depthwise"}, Prefix: "pointwise."},
	}, nil
}
