package layer

// invertedResidual: expand 1x1, ReLU6, depthwise, ReLU6, linear project 1x1, plus the input where the stride is 1 and
// the channels match. Expansion 1 has no expand stage, as in MobileNetV2's first block.
func invertedResidual(s *Spec) ([]Stage, error) {
	if s.Expansion == 0 {
		s.Expansion = 6
	}
	hidden, err := Product(s.Channels(), s.Expansion)
	if err != nil || hidden > MaxExtent {
		return nil, Errorf("%d channels times expansion %d is more than %d channels", s.Channels(), s.Expansion, MaxExtent)
	}
	out := s.outChannels()
	if err := s.perAxis("stride", &s.Stride, 1); err != nil {
		return nil, err
	}
	shortcut := all(s.Stride, 1) && out == s.Channels()
	// A shortcut needs equal sizes, so its block keeps the size unless told otherwise.
	if shortcut && s.Padding.Auto == Explicit && len(s.Padding.Pairs) == 0 {
		s.Padding = Padding{Auto: Same}
	}
	w, err := s.window(3, 1)
	if err != nil {
		return nil, err
	}
	bias := !s.NoBias
	var stages []Stage
	add := func(name string, op Op, prefix string, inputs ...string) {
		stages = append(stages, Stage{Name: name, Op: op, Inputs: inputs, Prefix: prefix})
	}
	from := Input
	if s.Expansion > 1 {
		add("expand", s.pointwiseConv(hidden), "expand.", Input)
		add("expand.relu6", Activation{"relu6"}, "", "expand")
		from = "expand.relu6"
	}
	add("depthwise", Conv{Window: w, PadMode: s.PadMode, OutChannels: hidden, Groups: hidden, Bias: bias}, "depthwise.", from)
	add("depthwise.relu6", Activation{"relu6"}, "", "depthwise")
	add("project", s.pointwiseConv(out), "project.", "depthwise.relu6")
	if shortcut {
		add("add", Add{}, "", "project", Input)
	}
	return stages, nil
}
