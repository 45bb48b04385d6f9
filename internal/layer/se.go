package layer

// squeezeExcite: average each plane, two linear layers with a ReLU between and a sigmoid after, rescale the input.
func squeezeExcite(s *Spec) ([]Stage, error) {
	c := s.Channels()
	if c%s.Reduction != 0 {
		return nil, Errorf("reduction %d does not divide the %d channels", s.Reduction, c).Hint(divisorsHint(c, s.Reduction, 1))
	}
	return []Stage{
		{Name: "squeeze", Op: Pool{Func: AveragePool, Global: true}, Inputs: []string{Input}},
		{Name: "fc1", Op: Linear{Out: c / s.Reduction, Bias: !s.NoBias}, Inputs: []string{"squeeze"}, Prefix: "fc1."},
		{Name: "fc1.relu", Op: Activation{"relu"}, Inputs: []string{"fc1"}},
		{Name: "fc2", Op: Linear{Out: c, Bias: !s.NoBias}, Inputs: []string{"fc1.relu"}, Prefix: "fc2."},
		{Name: "fc2.sigmoid", Op: Activation{"sigmoid"}, Inputs: []string{"fc2"}},
		{Name: "scale", Op: Scale{}, Inputs: []string{Input, "fc2.sigmoid"}},
	}, nil
}

// easeReduction takes the largest reduction up to 16 that divides the channels.
func easeReduction(s *Spec) {
	if s.Reduction != 0 {
		return
	}
	s.Reduction = 16
	for s.Channels()%s.Reduction != 0 {
		s.Reduction--
	}
}
