package layer

import "math"

// Follow says what keys follow from an operand that is given: a weight of 64x32x3x3 means 64 output channels and a 3x3
// kernel.
type Follow struct {
	Operand string
	Axes    int // the least that its shape must have
	keys    func(f following, shape []int)
}

// Follow fills in keys that were left out from the shapes of operands that are given, by name. Keys that were set stay:
// they are held against the shapes afterwards. The input must have its batch axis.
func (s *Spec) Follow(given map[string][]int) {
	v, ok := VariantNamed(s.Variant)
	if !ok || len(s.Input) < 3 {
		return // Build says what is wrong
	}
	_, s.GivenOffset = given["offset"]
	_, s.GivenMask = given["mask"]
	for _, rule := range v.Follows {
		shape, ok := given[rule.Operand]
		if ok && len(shape) >= rule.Axes && !empty(shape) {
			rule.keys(following{s, v}, shape)
		}
	}
}

// DimsOf is the number of spatial axes that a given weight has: 2, if none tells.
func DimsOf(given map[string][]int) int {
	for _, name := range []string{"weight", "depthwise.weight"} {
		if d := len(given[name]) - 2; d >= 1 && d <= 3 {
			return d
		}
	}
	return 2
}

// following is a spec that is being filled in.
type following struct {
	*Spec
	variant Variant
}

// set sets a key that the variant reads and that was left out. Values that the key refuses are left to Build.
func (f following) set(key string, v ...int) {
	if f.variant.Has(key) && !f.Given(key) {
		_ = f.Set(key, FormatShape(v))
	}
}

// multiple sets a key to how many times the input's channels n is, if it is a multiple.
func (f following) multiple(key string, n int) {
	if c := f.Channels(); n%c == 0 {
		f.set(key, n/c)
	}
}

// kernel is a weight's axes beyond the channels, if it has any.
func (f following) kernel(w []int) {
	if len(w) > 2 {
		f.set("kernel", w[2:]...)
	}
}

// outChannelsFrom is the first axis of an operand.
func outChannelsFrom(operand string) Follow {
	return Follow{operand, 1, func(f following, w []int) { f.set("out-channels", w[0]) }}
}

var convFollows = []Follow{convWeight}

// convWeight is O x C/groups x kernel.
var convWeight = Follow{"weight", 2, func(f following, w []int) {
	f.kernel(w)
	f.set("out-channels", w[0])
	if c := f.Channels(); c%w[1] == 0 && c != w[1] {
		f.set("groups", c/w[1])
	}
}}

var transposedFollows = []Follow{{"weight", 2, func(f following, w []int) {
	f.kernel(w)
	f.set("out-channels", w[1]*max(1, f.Groups))
}}}

var depthwiseFollows = []Follow{{"weight", 2, func(f following, w []int) {
	f.kernel(w)
	f.multiple("multiplier", w[0])
}}}

var separableFollows = []Follow{
	{"depthwise.weight", 3, func(f following, w []int) {
		f.kernel(w)
		f.multiple("multiplier", w[0])
	}},
	outChannelsFrom("pointwise.weight"),
}

var residualFollows = []Follow{
	{"depthwise.weight", 3, func(f following, w []int) {
		f.kernel(w)
		f.multiple("expansion", w[0])
	}},
	outChannelsFrom("project.weight"),
}

var deformableFollows = []Follow{
	convWeight,
	{"offset", 3, func(f following, w []int) { f.offsetGroups(w[len(w)-3] / 2) }},
	{"mask", 3, func(f following, w []int) { f.modulated(); f.offsetGroups(w[len(w)-3]) }},
	{"offset.weight", 3, func(f following, w []int) { f.kernel(w); f.offsetGroups(w[0] / 2) }},
	{"mask.weight", 3, func(f following, w []int) { f.modulated(); f.offsetGroups(w[0]) }},
}

func (f following) modulated() {
	if !f.Given("modulated") {
		_ = f.Set("modulated", "true")
	}
}

// offsetGroups follow from the number of taps of all groups together.
func (f following) offsetGroups(taps int) {
	k := 1
	switch len(f.Kernel) {
	case 0:
		k = 9
	case 1:
		k = f.Kernel[0] * f.Kernel[0]
	default:
		for _, n := range f.Kernel {
			k *= n
		}
	}
	if k > 0 && taps%k == 0 && taps > 0 {
		f.set("offset-groups", taps/k)
	}
}

var roiFollows = []Follow{
	{"fc1.weight", 2, func(f following, w []int) { f.set("hidden", w[0]) }},
	{"fc3.weight", 2, func(f following, w []int) {
		// Square bins; others need --pooled.
		if p := int(math.Sqrt(float64(w[0] / 2))); 2*p*p == w[0] {
			f.set("pooled", p)
		}
	}},
	{"rois", 2, func(f following, w []int) { f.GivenROIs = w[0] }},
	{"offset", 3, func(f following, w []int) { f.set("pooled", w[len(w)-2:]...) }},
}

var squeezeFollows = []Follow{{"fc1.weight", 2, func(f following, w []int) {
	if c := f.Channels(); c%w[0] == 0 && !f.Given("hidden") {
		f.set("reduction", c/w[0])
	} else if !f.Given("reduction") {
		f.set("hidden", w[0])
	}
}}}

func empty(shape []int) bool {
	for _, d := range shape {
		if d < 1 {
			return true
		}
	}
	return false
}
