package layer

// transposed: I x O/groups x K weights; output size (in-1)*stride - padding + dilation*(kernel-1) + output padding + 1.
func transposed(s *Spec) ([]Stage, error) {
	w, err := s.window(3, 1)
	if err != nil {
		return nil, err
	}
	if s.Padding.Auto == Causal {
		return nil, Errorf("causal padding is for convolutions, not transposed ones").Hint("give --padding begin:end")
	}
	if err := s.perAxis("output-padding", &s.OutputPadding, 0); err != nil {
		return nil, err
	}
	for i, p := range s.OutputPadding {
		if p >= max(s.Stride[i], s.Dilation[i]) {
			return nil, Errorf("output padding %d on %s must be smaller than the stride %d or the dilation %d", p, AxisNames(s.Dims)[i], s.Stride[i], s.Dilation[i]).
				Hint("a larger one would add pixels that no input reaches; raise the stride")
		}
	}
	if s.Groups == 0 {
		s.Groups = 1
	}
	t := Transposed{Window: w, OutputPadding: s.OutputPadding, OutChannels: s.outChannels(), Groups: s.Groups, Bias: !s.NoBias}
	if err := s.checkGroups(1); err != nil {
		return nil, err
	}
	return []Stage{{Name: "transposed", Op: t, Inputs: []string{Input}}}, nil
}
