package layer

import "convx/internal/lang"

// invertedResidual: expand 1x1, ReLU6, depthwise, ReLU6, linear project 1x1, plus the input where the stride is 1 and
// the channels match. Expansion 1 has no expand stage, as in MobileNetV2's first block.
func invertedResidual(s *Spec) ([]Stage, error) {
	hidden, err := s.expanded()
	if err != nil {
		return nil, err
	}
	return s.bottleneck(hidden, "relu6", nil)
}

// expanded is the channels in the middle of a block: the input's times the expansion, 6 if none is given.
func (s *Spec) expanded() (int, error) {
	if s.Expansion == 0 {
		s.Expansion = 6
	}
	hidden, err := Product(s.Channels(), s.Expansion)
	if err != nil || hidden > MaxExtent {
		return 0, Errorf("%d channels times expansion %d is more than %d channels", s.Channels(), s.Expansion, MaxExtent)
	}
	return hidden, nil
}

// bottleneck is narrow, wide, narrow: expand (unless the middle is as narrow as the input), depthwise, project, with a
// function after the first two. middle, if not nil, makes more stages after the depthwise one, the last of which is read.
func (s *Spec) bottleneck(hidden int, function string, middle func(from string) []Stage) ([]Stage, error) {
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
	var stages []Stage
	from := Input
	add := func(name string, op Op, prefix string) {
		stages = append(stages, Stage{Name: name, Op: op, Inputs: []string{from}, Prefix: prefix})
		from = name
	}
	if hidden != s.Channels() {
		add(lang.Key("expand"), s.pointwiseConv(hidden), "expand.")
		add("expand."+function, Activation{function}, "")
	}
	add(lang.Key("depthwise"), Conv{Window: w, PadMode: s.PadMode, OutChannels: hidden, Groups: hidden, Bias: !s.NoBias}, "depthwise.")
	add("depthwise."+function, Activation{function}, "")
	if middle != nil {
		stages = append(stages, middle(from)...)
		from = stages[len(stages)-1].Name
	}
	add(lang.Key("project"), s.pointwiseConv(out), "project.")
	if shortcut {
		stages = append(stages, Stage{Name: "add", Op: Add{}, Inputs: []string{"project", Input}})
	}
	return stages, nil
}
