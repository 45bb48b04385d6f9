package layer

import "slices"

// blockFunctions are the functions of a block by its activation: after the convolutions, between and after the linear
// layers of its squeeze-and-excitation. Swish is EfficientNet's, the others are MobileNetV3's.
var blockFunctions = []struct{ activation, conv, inner, outer string }{
	{"swish", "silu", "silu", "sigmoid"},
	{"hard-swish", "hard-swish", "relu", "hard-sigmoid"},
	{"relu", "relu", "relu", "hard-sigmoid"},
}

// blockActivations are the activations that a block can have, the default first.
func blockActivations() []string {
	names := make([]string, len(blockFunctions))
	for i, f := range blockFunctions {
		names[i] = f.activation
	}
	return names
}

// mbconv: an inverted residual with squeeze-and-excitation after its depthwise stage. The gate has a quarter of the
// input's channels as hidden units unless their number is given.
func mbconv(s *Spec) ([]Stage, error) {
	if s.Activation == "" {
		s.Activation = blockFunctions[0].activation
	}
	f := blockFunctions[slices.Index(blockActivations(), s.Activation)]
	wide := s.Expanded
	if s.Expansion > 0 || wide == 0 {
		n, err := s.expanded()
		if err != nil {
			return nil, err
		}
		if wide > 0 && wide != n {
			return nil, Errorf("expansion %d of %d channels makes %d, not %d", s.Expansion, s.Channels(), n, wide).Hint("give one of --expansion and --expanded")
		}
		wide = n
	}
	if s.NoSqueeze {
		if s.Hidden > 0 {
			return nil, Errorf("--hidden is the squeeze-and-excitation's, and --squeeze=false leaves it out").Hint("drop one of them")
		}
		return s.bottleneck(wide, f.conv, nil)
	}
	if s.Hidden == 0 {
		s.Hidden = max(1, s.Channels()/4)
	}
	return s.bottleneck(wide, f.conv, func(from string) []Stage { return s.gate(from, wide, s.Hidden, f.inner, f.outer) })
}

var mbconvFollows = []Follow{
	{"depthwise.weight", 3, func(f following, w []int) {
		f.kernel(w)
		if w[0]%f.Channels() != 0 {
			f.set("expanded", w[0])
		} else if !f.Given("expanded") {
			f.multiple("expansion", w[0])
		}
	}},
	outChannelsFrom("project.weight"),
	{"fc1.weight", 2, func(f following, w []int) { f.set("hidden", w[0]) }},
}
