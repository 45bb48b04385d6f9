package operands

import (
	"math"

	"convx/internal/layer"
)

// infer fills in keys that the user left out from the shapes of the operands that he gave: a weight of 64x32x3x3 means
// 64 output channels and a 3x3 kernel. Keys that he set stay, and are held against the shapes afterwards.
func infer(s *layer.Spec, given map[string][]int) {
	v, ok := layer.VariantNamed(s.Variant)
	if !ok || len(s.Input) < 3 {
		return // the build says what is wrong
	}
	_, s.GivenOffset = given["offset"]
	_, s.GivenMask = given["mask"]
	in := inference{s, v}
	for _, rule := range inferences {
		shape, ok := given[rule.operand]
		if ok && len(shape) >= rule.axes && !hasZero(shape) {
			rule.infer(in, shape)
		}
	}
}

// WeightDims is the number of spatial axes that the weights have, of the shapes of operands by name; 2 where there are none.
func WeightDims(given map[string][]int) int {
	for _, name := range []string{"weight", "depthwise.weight"} {
		if d := len(given[name]) - 2; d >= 1 && d <= 3 {
			return d
		}
	}
	return 2
}

type inference struct {
	*layer.Spec
	variant layer.Variant
}

// set sets a key that the variant reads and the user left out. Values that the key refuses are left to the build.
func (in inference) set(key string, v ...int) {
	if in.variant.Has(key) && !in.Given(key) {
		_ = in.Set(key, layer.FormatShape(v))
	}
}

func (in inference) isConv() bool {
	switch in.Variant {
	case "standard", "pointwise", "grouped", "dilated", "deformable", "resize-conv":
		return true
	}
	return false
}

// inferences say what each operand tells, for shapes of at least so many axes.
var inferences = []struct {
	operand string
	axes    int
	infer   func(in inference, w []int)
}{
	{"weight", 2, func(in inference, w []int) {
		c := in.Channels()
		if len(w) > 2 {
			in.set("kernel", w[2:]...)
		}
		switch {
		case in.Variant == "transposed":
			in.set("out-channels", w[1]*max(1, in.Groups))
		case in.Variant == "depthwise":
			if w[0]%c == 0 {
				in.set("multiplier", w[0]/c)
			}
		case in.isConv():
			in.set("out-channels", w[0])
			if c%w[1] == 0 && c != w[1] {
				in.set("groups", c/w[1])
			}
		}
	}},
	{"depthwise.weight", 3, func(in inference, w []int) {
		in.set("kernel", w[2:]...)
		if c := in.Channels(); w[0]%c == 0 {
			in.set("multiplier", w[0]/c)
			in.set("expansion", w[0]/c)
		}
	}},
	{"pointwise.weight", 1, func(in inference, w []int) { in.set("out-channels", w[0]) }},
	{"project.weight", 1, func(in inference, w []int) { in.set("out-channels", w[0]) }},
	{"fc1.weight", 2, func(in inference, w []int) {
		in.set("hidden", w[0])
		if c := in.Channels(); c%w[0] == 0 {
			in.set("reduction", c/w[0])
		}
	}},
	{"fc3.weight", 2, func(in inference, w []int) {
		// Square bins; others need --pooled.
		if p := int(math.Sqrt(float64(w[0] / 2))); 2*p*p == w[0] {
			in.set("pooled", p)
		}
	}},
	{"rois", 2, func(in inference, w []int) { in.GivenROIs = w[0] }},
	{"offset", 3, func(in inference, w []int) {
		if in.Variant == "deform-roi-pool" {
			in.set("pooled", w[len(w)-2:]...)
			return
		}
		in.offsetGroups(w[len(w)-3] / 2)
	}},
	{"mask", 3, func(in inference, w []int) { in.modulated(); in.offsetGroups(w[len(w)-3]) }},
	{"offset.weight", 3, func(in inference, w []int) { in.set("kernel", w[2:]...); in.offsetGroups(w[0] / 2) }},
	{"mask.weight", 3, func(in inference, w []int) { in.modulated(); in.offsetGroups(w[0]) }},
}

func (in inference) modulated() {
	if in.variant.Has("modulated") && !in.Given("modulated") {
		_ = in.Set("modulated", "true")
	}
}

// offsetGroups infers from the number of taps of all groups together.
func (in inference) offsetGroups(taps int) {
	k := 1
	switch len(in.Kernel) {
	case 0:
		k = 9
	case 1:
		k = in.Kernel[0] * in.Kernel[0]
	default:
		for _, x := range in.Kernel {
			k *= x
		}
	}
	if k > 0 && taps%k == 0 && taps > 0 {
		in.set("offset-groups", taps/k)
	}
}

func hasZero(shape []int) bool {
	for _, d := range shape {
		if d < 1 {
			return true
		}
	}
	return false
}

// EaseDefaults replaces defaults that cannot be on this input by the nearest that can, so that every variant runs on a
// picture of 3 channels: a reduction or a number of groups that divides the channels.
func EaseDefaults(s *layer.Spec) {
	if len(s.Input) < 2 {
		return
	}
	c := s.Channels()
	switch {
	case s.Variant == "se" && !s.Given("reduction") && c%16 != 0:
		r := 16
		for c%r != 0 {
			r--
		}
		s.Reduction = r
	case s.Variant == "grouped" && !s.Given("groups") && c%2 != 0:
		for g := 3; g <= c; g += 2 {
			if c%g == 0 {
				s.Groups = g
				return
			}
		}
	}
}
