package layer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
)

// Key is one parameter of a layer: a flag of the command line, a key of a YAML file (with underscores), an override of
// compare. One table serves them all.
type Key struct {
	Name, Short string // flag and one-letter flag
	Usage       string
	Type        string   // what the help shows for the value
	Words       []string // that it takes, beside numbers; nil if it has no list of them

	// One of these is where a spec keeps the value of a key that is a number of at least least, a list of them, or a positive number
	// (zero too, if least is 0). The compiler lays such a row out in the program; those of set and get are made at every start.
	one   func(*Spec) *int
	many  func(*Spec) *[]int
	real  func(*Spec) *float64
	least int
	// Other keys have their own ways to read a text, and to show what was defaulted.
	set func(*Spec, string) error
	get func(Spec) string
}

// YAML is the key's name in files.
func (k Key) YAML() string { return strings.ReplaceAll(k.Name, "-", "_") }

// Value is the key's value in a spec, in the form that Set reads.
func (k Key) Value(s Spec) string {
	switch {
	case k.one != nil:
		if v := *k.one(&s); v >= k.least {
			return strconv.Itoa(v)
		}
		return "" // not settled: another key says it
	case k.many != nil:
		return FormatInts(*k.many(&s))
	case k.real != nil:
		return strconv.FormatFloat(*k.real(&s), 'g', -1, 64)
	case k.get != nil:
		return k.get(s)
	}
	return ""
}

// read puts a value into a spec.
func (k Key) read(s *Spec, v string) (err error) {
	switch {
	case k.one != nil:
		*k.one(s), err = parseInt(v, k.least)
	case k.many != nil:
		*k.many(s), err = ParseInts(v, k.least)
	case k.real != nil:
		*k.real(s), err = parseReal(v, k.least == 0)
	default:
		err = k.set(s, v)
	}
	return err
}

// Help is what the key is for, as help has it.
func (k Key) Help() string {
	if strings.Contains(k.Usage, "%s") {
		return lang.Sprintf(k.Usage, either(k.Words))
	}
	return lang.Text(k.Usage)
}

// Keys lists every layer key in the order in which help and answers show them.
func Keys() []Key { return keys }

// KeyNamed finds a key by its flag or YAML name.
func KeyNamed(name string) (Key, bool) {
	name = strings.ReplaceAll(name, "_", "-")
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return Key{}, false
	}
	return keys[i], true
}

// Flag is the setting as a flag of the command line: -k 3, --dilation 2, --bias=false.
func (s Setting) Flag() string {
	k, _ := KeyNamed(s.Key)
	switch {
	case k.Type == "BOOL": // whose value is optional, and so joined to the flag
		return "--" + s.Key + "=" + s.Value
	case k.Short != "":
		return "-" + k.Short + " " + s.Value
	}
	return "--" + s.Key + " " + s.Value
}

func keyNames() []string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = k.Name
	}
	return names
}

var keys = []Key{
	{
		Name: "dims", Type: "1|2|3", Words: []string{"1", "2", "3"}, Usage: "spatial axes",
		set: func(s *Spec, v string) (err error) {
			if s.Dims, err = parseInt(v, 1); err != nil || s.Dims > 3 {
				return lang.Errorf("%q is not 1, 2 or 3", v)
			}
			return nil
		},
		get: func(s Spec) string { return strconv.Itoa(s.Dims) },
	},
	{
		Name: "input", Short: "i", Type: "CxHxW", Usage: "input size, CxHxW or NxCxHxW (1-D: CxW; 3-D: CxDxHxW)",
		set: func(s *Spec, v string) (err error) { s.Input, err = ParseInts(v, 1); return },
		get: func(s Spec) string { return FormatShape(s.Input) },
	},
	{Name: "out-channels", Short: "c", Type: "N", Usage: "output channels (default: the input's)", least: 1, one: func(s *Spec) *int { return &s.OutChannels }},
	{Name: "kernel", Short: "k", Type: "N[xN]", Usage: "kernel size: one number, or one per axis like 3x5", least: 1, many: func(s *Spec) *[]int { return &s.Kernel }},
	{Name: "stride", Short: "s", Type: "N[xN]", Usage: "stride", least: 1, many: func(s *Spec) *[]int { return &s.Stride }},
	{
		Name: "padding", Short: "p", Type: "P", Words: wordsOf(autos()), Usage: "padding: 1, 1x2, begin:end per axis 1:2x0:3, %s",
		set: func(s *Spec, v string) (err error) { s.Padding, err = ParsePadding(v); return },
		get: func(s Spec) string { return s.Padding.String() },
	},
	{
		Name: "pad-mode", Type: "MODE", Words: wordsOf(PadModes()), Usage: "what padded positions hold: %s",
		set: func(s *Spec, v string) error {
			if !slices.Contains(PadModes(), PadMode(v)) {
				return lang.Errorf("%q is not one of %s", v, lang.List(wordsOf(PadModes())))
			}
			s.PadMode = PadMode(v)
			return nil
		},
		get: func(s Spec) string { return string(s.PadMode) },
	},
	{Name: "dilation", Short: "d", Type: "N[xN]", Usage: "dilation: the distance between taps, 1 is none", least: 1, many: func(s *Spec) *[]int { return &s.Dilation }},
	{
		Name: "ceil", Type: "BOOL", Words: truths, Usage: "pooling: round the output size up, so that no pixel is dropped",
		set: func(s *Spec, v string) (err error) { s.Ceil, err = parseBool(v); return },
		get: func(s Spec) string { return strconv.FormatBool(s.Ceil) },
	},
	{
		Name: "count-include-pad", Type: "BOOL", Words: truths, Usage: "average-pool: divide by the whole window, its padding counted as zeros",
		set: func(s *Spec, v string) error { b, err := parseBool(v); s.DropPadding = !b; return err },
		get: func(s Spec) string { return strconv.FormatBool(!s.DropPadding) },
	},
	{Name: "output-padding", Type: "N[xN]", Usage: "transposed: extra output rows and columns at the end", least: 0, many: func(s *Spec) *[]int { return &s.OutputPadding }},
	{Name: "groups", Short: "g", Type: "N", Usage: "groups of channels that do not see each other", least: 1, one: func(s *Spec) *int { return &s.Groups }},
	{
		Name: "bias", Type: "BOOL", Words: truths, Usage: "add a bias, in every stage that has weights",
		set: func(s *Spec, v string) error { b, err := parseBool(v); s.NoBias = !b; return err },
		get: func(s Spec) string { return strconv.FormatBool(!s.NoBias) },
	},
	{Name: "multiplier", Type: "N", Usage: "depthwise, separable: output channels per input channel", least: 1, one: func(s *Spec) *int { return &s.Multiplier }},
	{Name: "expansion", Type: "N", Usage: "inverted-residual, mbconv: hidden channels per input channel", least: 1, one: func(s *Spec) *int { return &s.Expansion }},
	{Name: "expanded", Type: "N", Usage: "mbconv: hidden channels, in place of an expansion", least: 1, one: func(s *Spec) *int { return &s.Expanded }},
	{
		Name: "activation", Type: "NAME", Words: blockActivations(), Usage: "mbconv: swish (EfficientNet), or hard-swish or relu with a hard-sigmoid gate (MobileNetV3)",
		set: func(s *Spec, v string) error {
			if v == "silu" { // another name of it
				v = "swish"
			}
			if !slices.Contains(blockActivations(), v) {
				return lang.Errorf("%q is not one of %s", v, lang.List(blockActivations()))
			}
			s.Activation = v
			return nil
		},
		get: func(s Spec) string { return s.Activation },
	},
	{
		Name: "squeeze", Type: "BOOL", Words: truths, Usage: "mbconv: squeeze-and-excitation after the depthwise stage",
		set: func(s *Spec, v string) error { b, err := parseBool(v); s.NoSqueeze = !b; return err },
		get: func(s Spec) string { return strconv.FormatBool(!s.NoSqueeze) },
	},
	{Name: "reduction", Type: "N", Usage: "se: input channels per hidden unit", least: 1, one: func(s *Spec) *int { return &s.Reduction }},
	{Name: "offset-groups", Type: "N", Usage: "deformable: groups of channels that share their offsets", least: 1, one: func(s *Spec) *int { return &s.OffsetGroups }},
	{
		Name: "modulated", Type: "BOOL", Words: truths, Usage: "deformable: v2, each sample scaled by a learned sigmoid mask",
		set: func(s *Spec, v string) (err error) { s.Modulated, err = parseBool(v); return },
		get: func(s Spec) string { return strconv.FormatBool(s.Modulated) },
	},
	{
		Name: "scale", Type: "F", Usage: "resize-conv, sub-pixel: upsampling factor, one number or one per axis",
		set: func(s *Spec, v string) (err error) { s.Scale, err = parseFloats(v); return },
		get: func(s Spec) string { return formatFloats(s.Scale) },
	},
	{Name: "pooled", Type: "N[xN]", Usage: "deform-roi-pool: bins per axis", least: 1, many: func(s *Spec) *[]int { return &s.Pooled }},
	{Name: "gamma", Type: "F", Usage: "deform-roi-pool: scale of the offsets, in RoI sizes", least: 0, real: func(s *Spec) *float64 { return &s.Gamma }},
	{Name: "sampling-ratio", Type: "N", Usage: "deform-roi-pool: samples per bin and axis", least: 1, one: func(s *Spec) *int { return &s.SamplingRatio }},
	{Name: "spatial-scale", Type: "F", Usage: "deform-roi-pool: input pixels per RoI unit", least: 1, real: func(s *Spec) *float64 { return &s.SpatialScale }},
	{
		Name: "roi", Type: "X0,Y0,X1,Y1", Usage: "deform-roi-pool: a region of interest; several are joined by / (default: the whole input)",
		set: func(s *Spec, v string) (err error) { s.ROIs, err = parseROIs(v); return },
		get: func(s Spec) string { return formatROIs(s.ROIs) },
	},
	{Name: "hidden", Type: "N", Usage: "se, mbconv: hidden units of the gate; deform-roi-pool: hidden units of each layer that predicts offsets", least: 1, one: func(s *Spec) *int { return &s.Hidden }},
}

// truths are the words of keys that are true or false.
var truths = []string{"true", "false"}

func wordsOf[T ~string](list []T) []string {
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = string(w)
	}
	return words
}

// either is "a, b or c".
func either(words []string) string {
	last := len(words) - 1
	return lang.Or([]string{lang.List(words[:last]), words[last]})
}

// parseReal reads a positive number, or zero too.
func parseReal(v string, zero bool) (float64, error) {
	if f, err := strconv.ParseFloat(v, 64); zero && err == nil && f == 0 {
		return 0, nil
	}
	f, err := parseFloats(v)
	if err != nil || len(f) != 1 {
		return 0, lang.Errorf("%q is not a positive number", v)
	}
	return f[0], nil
}

func parseBool(v string) (bool, error) {
	b, err := strconv.ParseBool(v)
	if err != nil {
		return false, lang.Errorf("%q is neither true nor false", v)
	}
	return b, nil
}

func formatFloats(v []float64) string {
	parts := make([]string, len(v))
	for i, f := range v {
		parts[i] = strconv.FormatFloat(f, 'g', -1, 64)
	}
	if len(v) > 0 && len(slices.Compact(slices.Clone(parts))) == 1 {
		return parts[0]
	}
	return strings.Join(parts, "x")
}

func parseROIs(v string) ([]ROI, error) {
	var out []ROI
	for part := range strings.SplitSeq(v, "/") {
		fields := strings.Split(part, ",")
		if len(fields) != 4 {
			return nil, lang.Errorf("%q is not X0,Y0,X1,Y1", part)
		}
		var c [4]float64
		for i, f := range fields {
			x, err := strconv.ParseFloat(strings.TrimSpace(f), 64)
			if err != nil || !(x >= -MaxExtent && x <= MaxExtent) {
				return nil, lang.Errorf("%q is not a coordinate", f)
			}
			c[i] = x
		}
		if c[2] < c[0] || c[3] < c[1] {
			return nil, lang.Errorf("%q ends before it begins: a region is X0,Y0,X1,Y1 with X0 <= X1 and Y0 <= Y1", part)
		}
		out = append(out, ROI{c[0], c[1], c[2], c[3]})
	}
	return out, nil
}

func formatROIs(rois []ROI) string {
	parts := make([]string, len(rois))
	for i, r := range rois {
		parts[i] = fmt.Sprintf("%g,%g,%g,%g", r.X0, r.Y0, r.X1, r.Y1)
	}
	return strings.Join(parts, "/")
}
