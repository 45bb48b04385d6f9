package layer

// standard: O x C x K weights. Groups and dilation other than 1 have variants of their own.
func standard(s *Spec) ([]Stage, error) {
	return conv(s, convDefaults{kernel: 3, dilation: 1, groups: 1})
}

// pointwise: a standard convolution whose kernel is 1.
func pointwise(s *Spec) ([]Stage, error) {
	return conv(s, convDefaults{kernel: 1, dilation: 1, groups: 1})
}

func grouped(s *Spec) ([]Stage, error) {
	if s.Given("groups") && s.Groups == 1 {
		return nil, Errorf("grouped needs more than 1 group").Hint("use standard")
	}
	return conv(s, convDefaults{kernel: 3, dilation: 1, groups: 2, leastGroups: 2})
}

func dilated(s *Spec) ([]Stage, error) {
	stages, err := conv(s, convDefaults{kernel: 3, dilation: 2, groups: 1})
	if err == nil && all(s.Dilation, 1) {
		return nil, Errorf("dilated needs a dilation above 1 on some axis: dilation 1 is no dilation").Hint("use standard").Hint("--dilation 2")
	}
	return stages, err
}

// convDefaults is what a variant of one convolution takes where nothing is given, and how many groups it has at least.
type convDefaults struct{ kernel, dilation, groups, leastGroups int }

func conv(s *Spec, d convDefaults) ([]Stage, error) {
	w, err := s.window(d.kernel, d.dilation)
	if err != nil {
		return nil, err
	}
	if s.Groups == 0 {
		s.Groups = d.groups
	}
	c := Conv{Window: w, PadMode: s.PadMode, OutChannels: s.outChannels(), Groups: s.Groups, Bias: !s.NoBias}
	if err := s.checkGroups(max(1, d.leastGroups)); err != nil {
		return nil, err
	}
	return []Stage{{Name: "conv", Op: c, Inputs: []string{Input}}}, nil
}

// easeGroups takes the least number of groups above 1 that divides the channels on both sides, if there is one.
func easeGroups(s *Spec) {
	if s.Groups != 0 {
		return
	}
	out := s.OutChannels
	if out == 0 {
		out = s.Channels()
	}
	for g := 2; g <= min(s.Channels(), out); g++ {
		if s.Channels()%g == 0 && out%g == 0 {
			s.Groups = g
			return
		}
	}
}

// depthwise: groups = input channels, Multiplier filters for each.
func depthwise(s *Spec) ([]Stage, error) {
	c, err := s.depthwiseConv()
	if err != nil {
		return nil, err
	}
	if s.Given("groups") && s.Groups != s.Channels() {
		return nil, Errorf("depthwise has as many groups as input channels, %d, not %d", s.Channels(), s.Groups).Hint("use grouped")
	}
	s.Groups = s.Channels()
	if s.Given("out-channels") && s.OutChannels != c.OutChannels {
		e := Errorf("depthwise makes %d channels (input channels times multiplier), not %d", c.OutChannels, s.OutChannels)
		if s.OutChannels%s.Channels() == 0 {
			e = e.Hint("--multiplier " + FormatInts([]int{s.OutChannels / s.Channels()}))
		}
		return nil, e.Hint("use separable, whose pointwise stage makes any number")
	}
	s.OutChannels = c.OutChannels
	return []Stage{{Name: "depthwise", Op: c, Inputs: []string{Input}}}, nil
}

// depthwiseConv is the depthwise stage of every variant that has one.
func (s *Spec) depthwiseConv() (Conv, error) {
	w, err := s.window(3, 1)
	if err != nil {
		return Conv{}, err
	}
	if s.Multiplier == 0 {
		s.Multiplier = 1
	}
	out, err := Product(s.Channels(), s.Multiplier)
	if err != nil || out > MaxExtent {
		return Conv{}, Errorf("%d channels times multiplier %d is more than %d channels", s.Channels(), s.Multiplier, MaxExtent)
	}
	return Conv{Window: w, PadMode: s.PadMode, OutChannels: out, Groups: s.Channels(), Bias: !s.NoBias}, nil
}

// pointwiseConv is a 1x1 stage.
func (s *Spec) pointwiseConv(out int) Conv {
	return Conv{Window: unit(s.Dims), PadMode: PadZeros, OutChannels: out, Groups: 1, Bias: !s.NoBias}
}
