package layer

// deformable: a convolution of the input predicts two offsets per tap (and, modulated, one mask value, through a
// sigmoid); the deformable convolution samples there. Offsets or masks that are given have no stage.
func deformable(s *Spec) ([]Stage, error) {
	w, err := s.window(3, 1)
	if err != nil {
		return nil, err
	}
	if s.Groups == 0 {
		s.Groups = 1
	}
	if s.OffsetGroups == 0 {
		s.OffsetGroups = 1
	}
	s.outChannels()
	if err := s.checkGroups(1); err != nil {
		return nil, err
	}
	if s.Channels()%s.OffsetGroups != 0 {
		return nil, Errorf("offset groups %d does not divide the %d input channels", s.OffsetGroups, s.Channels()).Hint(divisorsHint(s.Channels(), s.OffsetGroups, 1))
	}
	taps, err := Product(append([]int{2, s.OffsetGroups}, s.Kernel...)...)
	if err != nil || taps > MaxExtent {
		return nil, Errorf("a kernel of %s in %d offset groups has too many taps", FormatInts(s.Kernel), s.OffsetGroups)
	}
	predict := func(out int) Conv {
		return Conv{Window: w, PadMode: PadZeros, OutChannels: out, Groups: 1, Bias: !s.NoBias}
	}
	var stages []Stage
	if !s.GivenOffset {
		stages = append(stages, Stage{Name: "offset", Op: predict(taps), Inputs: []string{Input}, Prefix: "offset."})
	}
	inputs := []string{Input, "offset"}
	if s.Modulated {
		if !s.GivenMask {
			stages = append(stages,
				Stage{Name: "mask.conv", Op: predict(taps / 2), Inputs: []string{Input}, Prefix: "mask."},
				Stage{Name: "mask", Op: Activation{"sigmoid"}, Inputs: []string{"mask.conv"}})
		}
		inputs = append(inputs, "mask")
	}
	c := Conv{Window: w, PadMode: PadZeros, OutChannels: s.OutChannels, Groups: s.Groups, Bias: !s.NoBias}
	d := Deformable{Conv: c, OffsetGroups: s.OffsetGroups, Modulated: s.Modulated}
	return append(stages, Stage{Name: "deformable", Op: d, Inputs: inputs}), nil
}
