package layer

import (
	"fmt"
	"maps"
	"slices"

	"convx/internal/lang"
)

// Spec is a layer as the user describes it: a variant and its keys. Zero values mean "not given"; Build fills them in.
// Per-axis keys hold one number for every axis, or one per spatial axis.
type Spec struct {
	Variant string
	Dims    int
	Input   []int // C x spatial, or N x C x spatial

	OutChannels   int
	Kernel        []int
	Stride        []int
	Dilation      []int
	OutputPadding []int
	Padding       Padding
	PadMode       PadMode
	Groups        int
	NoBias        bool
	Ceil          bool
	DropPadding   bool // pooling averages leave padding out

	Multiplier   int
	Expansion    int
	Expanded     int    // channels in the middle of a block, in place of an expansion
	Activation   string // of a block: swish, hard-swish or relu
	NoSqueeze    bool
	Reduction    int
	OffsetGroups int
	Modulated    bool
	Scale        []float64

	Pooled        []int
	Gamma         float64
	SamplingRatio int
	SpatialScale  float64
	ROIs          []ROI
	Hidden        int

	// GivenOffset and GivenMask say that the arrays come from outside, so that no stage predicts them; GivenROIs is
	// the number of regions in a rois operand.
	GivenOffset, GivenMask bool
	GivenROIs              int

	given map[string]bool // the keys that were set
}

// ROI is a region of interest in input pixels, x to the right and y down.
type ROI struct{ X0, Y0, X1, Y1 float64 }

// Given reports whether the user set a key.
func (s Spec) Given(key string) bool { return s.given[key] }

// Set sets one key from its text form. Keys are spelled as flags are; underscores read as dashes.
func (s *Spec) Set(key, value string) error {
	k, ok := KeyNamed(key)
	if !ok {
		return lang.Errorf("unknown layer key %q; keys are %s", key, lang.List(keyNames()))
	}
	if err := k.read(s, value); err != nil {
		return fmt.Errorf("%s: %w", k.Name, err)
	}
	s.given = maps.Clone(s.given)
	if s.given == nil {
		s.given = map[string]bool{}
	}
	s.given[k.Name] = true
	return nil
}

// Layer is a checked spec with every key filled in, and the stages that it is made of.
type Layer struct {
	Spec
	Stages []Stage
	// External names the operands that stages read as inputs rather than as weights: given offsets, masks, rois.
	External []string
	// Defaults are the keys that the user left out, in the order of Keys, for the answer to show.
	Defaults []Default
}

// Default is a key that was filled in, and with what.
type Default struct{ Key, Value string }

// Build checks a spec and returns its layer. Errors are *Error.
func Build(s Spec) (Layer, error) {
	v, ok := VariantNamed(s.Variant)
	if !ok {
		return Layer{}, unknownVariant(s.Variant)
	}
	for _, key := range slices.Sorted(maps.Keys(s.given)) {
		if !v.Has(key) {
			return Layer{}, v.lacks(key)
		}
	}
	if err := s.normalizeInput(v); err != nil {
		return Layer{}, err
	}
	if err := v.checkFixed(s); err != nil {
		return Layer{}, err
	}
	if v.ease != nil {
		v.ease(&s)
	}
	l := Layer{}
	stages, err := v.recipe(&s)
	if err != nil {
		return Layer{}, err
	}
	l.Spec, l.Stages = s, stages
	l.External = external(stages)
	for _, k := range Keys() {
		if !v.Has(k.Name) || s.given[k.Name] || k.Name == "input" {
			continue
		}
		if value := k.Value(s); value != "" {
			l.Defaults = append(l.Defaults, Default{k.Name, value})
		}
	}
	return l, nil
}

// external lists the inputs that no stage produces.
func external(stages []Stage) []string {
	known := map[string]bool{Input: true}
	var out []string
	for _, st := range stages {
		for _, in := range st.Inputs {
			if !known[in] {
				known[in] = true
				out = append(out, in)
			}
		}
		known[st.Name] = true
	}
	return out
}

// normalizeInput settles dims and puts a batch axis in front of the input.
func (s *Spec) normalizeInput(v Variant) error {
	if s.Dims == 0 {
		s.Dims = 2
	}
	if !slices.Contains(v.Dims, s.Dims) {
		return Errorf("%s works on images: --dims 2, not %d", v.Name, s.Dims)
	}
	if s.Input == nil {
		return Errorf("%s needs an input size", v.Name).Hint("give -i CxHxW, like -i 3x224x224")
	}
	switch len(s.Input) {
	case s.Dims + 1:
		s.Input = append([]int{1}, s.Input...)
	case s.Dims + 2:
		s.Input = slices.Clone(s.Input)
	default:
		e := Errorf("input %s has %s; with --dims %d it is %s or N%s", FormatShape(s.Input), lang.Plural(len(s.Input), "extent"), s.Dims, axesText(s.Dims), "x"+axesText(s.Dims))
		if d := len(s.Input) - 1; d >= 1 && d <= 3 && slices.Contains(v.Dims, d) && d != s.Dims {
			return e.Hint(lang.Sprintf("for %s add --dims %d", axesText(d), d))
		}
		return e
	}
	for _, d := range s.Input {
		if d < 1 {
			return Errorf("input %s has an empty axis", FormatShape(s.Input))
		}
	}
	return nil
}

// LooksLikeChannelsLast: rows, columns and 1, 3 or 4 channels behind them, as pictures are held in Python.
func LooksLikeChannelsLast(shape []int) bool {
	n := len(shape)
	if n < 3 {
		return false
	}
	c := shape[n-1]
	return (c == 1 || c == 3 || c == 4) && min(shape[n-3], shape[n-2]) >= 16
}

// Channels is the input's channel count.
func (s *Spec) Channels() int { return s.Input[1] }

// AxisNames names the spatial axes of 1-D, 2-D and 3-D layers.
func AxisNames(dims int) []string { return []string{"D", "H", "W"}[3-dims:] }

func axesText(dims int) string { return []string{"CxW", "CxHxW", "CxDxHxW"}[dims-1] }
