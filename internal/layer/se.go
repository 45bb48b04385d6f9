package layer

// squeezeExcite: average each plane, two linear layers with a ReLU between and a sigmoid after, rescale the input. The hidden
// units are the channels over the reduction, or as many as are given.
func squeezeExcite(s *Spec) ([]Stage, error) {
	c, hidden := s.Channels(), s.Hidden
	switch {
	case s.Reduction > 0 && c%s.Reduction != 0:
		return nil, Errorf("reduction %d does not divide the %d channels", s.Reduction, c).Hint(divisorsHint(c, s.Reduction, 1))
	case s.Reduction > 0 && hidden > 0 && hidden != c/s.Reduction:
		return nil, Errorf("reduction %d of %d channels makes %d hidden units, not %d", s.Reduction, c, c/s.Reduction, hidden).Hint("give one of --reduction and --hidden")
	case hidden == 0:
		hidden = c / s.Reduction
	}
	return s.gate(Input, c, hidden, "relu", "sigmoid"), nil
}

// gate squeezes the c planes of a stage to their means, turns these into factors by two linear layers with the function
// inner between and outer after, and scales the planes by them.
func (s *Spec) gate(from string, c, hidden int, inner, outer string) []Stage {
	return []Stage{
		{Name: "squeeze", Op: Pool{Func: AveragePool, Global: true}, Inputs: []string{from}},
		{Name: "fc1", Op: Linear{Out: hidden, Bias: !s.NoBias}, Inputs: []string{"squeeze"}, Prefix: "fc1."},
		{Name: "fc1." + inner, Op: Activation{inner}, Inputs: []string{"fc1"}},
		{Name: "fc2", Op: Linear{Out: c, Bias: !s.NoBias}, Inputs: []string{"fc1." + inner}, Prefix: "fc2."},
		{Name: "fc2." + outer, Op: Activation{outer}, Inputs: []string{"fc2"}},
		{Name: "scale", Op: Scale{}, Inputs: []string{from, "fc2." + outer}},
	}
}

// easeReduction takes the largest reduction up to 16 that divides the channels.
func easeReduction(s *Spec) {
	if s.Reduction != 0 || s.Hidden != 0 {
		return
	}
	s.Reduction = 16
	for s.Channels()%s.Reduction != 0 {
		s.Reduction--
	}
}
