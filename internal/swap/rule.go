package swap

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/network"
)

// Rule replaces the convolutions that a pattern fits by another variant.
type Rule struct {
	Text  string
	terms []term
	// into is the variant with its keys; its Variant is empty where the convolution stays.
	into layer.Entry
	// gate is a variant that gates, put behind; its Variant is empty where there is none.
	gate layer.Entry
}

// term is one condition of a pattern: a word, which is a kind or a pattern of names, or a comparison.
type term struct {
	word    string
	measure func(layer.Spec) int // nil of a word
	op      string
	value   int
}

// gateMark puts a variant that gates behind another: separable+se.
const gateMark = "+"

// cutGate takes VARIANT, VARIANT+GATE or GATE apart. What is no gate stays in the variant's name.
func cutGate(name string) (base, gate string) {
	if v, _ := layer.VariantNamed(name); v.Gates {
		return "", name
	}
	before, after, _ := strings.Cut(name, gateMark)
	if v, _ := layer.VariantNamed(after); v.Gates {
		return before, after
	}
	return name, ""
}

var comparison = lazy.Value[*regexp.Regexp]{Make: func() *regexp.Regexp {
	return regexp.MustCompile(`^([a-z-]+)(>=|<=|==|!=|>|<)(.*)$`)
}}

// kept are the keys that a layer keeps, whatever it becomes.
var kept = []string{"dims", "input", "out-channels", "stride", "output-padding"}

// ParseRule reads PATTERN=VARIANT[,key=value…]. The pattern is one or more conditions joined by &: a kind (standard), a pattern
// of names (layer4.*, * any run of characters and ? any one), or a comparison (kernel>1, out-channels<=64; of several axes the
// largest). The variant may have +se behind it, or be se alone, which keeps the convolution. Errors are *layer.Error.
func ParseRule(text string) (Rule, error) {
	r := Rule{Text: text}
	at := cutRule(text)
	if at <= 0 {
		return r, layer.Errorf("%q is not PATTERN=VARIANT", text).Hint("write it like 'kernel>1=separable' or 'layer4.*=grouped,groups=32'")
	}
	for part := range strings.SplitSeq(text[:at], "&") {
		t, err := parseTerm(strings.TrimSpace(part))
		if err != nil {
			return r, err
		}
		r.terms = append(r.terms, t)
	}
	return r, r.parseVariant(text[at+1:])
}

// cutRule finds the = between the pattern and the variant: that in front of a variant's name, else the first that is no
// comparison's.
func cutRule(text string) int {
	first := -1
	for i := range len(text) {
		if text[i] != '=' || i > 0 && strings.IndexByte("<>!=", text[i-1]) >= 0 || i+1 < len(text) && text[i+1] == '=' {
			continue
		}
		name, _, _ := strings.Cut(text[i+1:], ",")
		base, gate := cutGate(name)
		if _, ok := layer.VariantNamed(cmp.Or(base, gate)); ok {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

func parseTerm(text string) (term, error) {
	m := comparison.Get().FindStringSubmatch(text)
	if m == nil {
		if text == "" {
			return term{}, layer.Errorf("an empty pattern fits nothing").Hint("* fits every layer")
		}
		return term{word: text}, nil
	}
	at := slices.Index(measured(), m[1])
	if at < 0 {
		return term{}, layer.Errorf("%q: a pattern compares %s, not %s", text, lang.List(measured()), m[1])
	}
	n, err := strconv.Atoi(m[3])
	if err != nil {
		return term{}, layer.Errorf("%q: %q is not a whole number", text, m[3])
	}
	return term{measure: measures[at].of, op: m[2], value: n}, nil
}

func (r *Rule) parseVariant(text string) error {
	name, rest, _ := strings.Cut(text, ",")
	base, gate := cutGate(name)
	entry, err := layer.ParseEntry(strings.TrimSuffix(cmp.Or(base, gate)+","+rest, ","))
	if err != nil {
		return err
	}
	if entry.Filter != "" {
		return layer.Errorf("%q: a filter is weights, and a network has none to count", text)
	}
	v, _ := layer.VariantNamed(base)
	behind, _ := layer.VariantNamed(gate)
	r.into.Label, r.into.Variant, r.gate.Variant = name, base, gate
	for _, s := range entry.Own {
		switch {
		case slices.Contains(kept, s.Key):
			return layer.Errorf("%q: a layer that is exchanged keeps its %s", text, s.Key)
		case base != "" && v.Has(s.Key):
			r.into.Own = append(r.into.Own, s)
		case gate != "" && behind.Has(s.Key):
			r.gate.Own = append(r.gate.Own, s)
		default:
			return layer.Errorf("%q: %s has no %s", text, name, s.Key)
		}
	}
	return r.check(v)
}

// check refuses variants that no convolution becomes, and values that no layer could have.
func (r *Rule) check(v layer.Variant) error {
	if r.into.Variant != "" && !v.Has("out-channels") {
		return layer.Errorf("%s is no convolution that could take another's place", v.Name).Hint(lang.Sprintf("give one of %s", lang.List(Variants())))
	}
	var s layer.Spec
	for _, o := range slices.Concat(r.into.Own, r.gate.Own) {
		if err := s.Set(o.Key, o.Value); err != nil {
			return layer.Errorf("%q: %v", r.Text, err)
		}
	}
	return nil
}

// Variants lists what a convolution can become.
func Variants() (names []string) {
	for _, v := range layer.Variants() {
		if v.Has("out-channels") || v.Gates {
			names = append(names, v.Name)
		}
	}
	return names
}

// measures are what patterns compare, of a convolution as a spec with its input.
var measures = []struct {
	key string
	of  func(layer.Spec) int
}{
	{"kernel", func(s layer.Spec) int { return slices.Max(s.Kernel) }},
	{"stride", func(s layer.Spec) int { return slices.Max(s.Stride) }},
	{"dilation", func(s layer.Spec) int { return slices.Max(append(slices.Clip(s.Dilation), 1)) }},
	{"groups", func(s layer.Spec) int { return max(1, s.Groups) }},
	{"in-channels", func(s layer.Spec) int { return s.Channels() }},
	{"out-channels", func(s layer.Spec) int { return s.OutChannels }},
}

func measured() (keys []string) {
	for _, m := range measures {
		keys = append(keys, m.key)
	}
	return keys
}

// fits reports whether the pattern fits a layer of this name and kind.
func (r Rule) fits(name, kind string, s layer.Spec) bool {
	for _, t := range r.terms {
		if !t.fits(name, kind, s) {
			return false
		}
	}
	return true
}

func (t term) fits(name, kind string, s layer.Spec) bool {
	if t.measure == nil {
		return t.word == kind || network.Matches(t.word, name)
	}
	v := t.measure(s)
	switch t.op {
	case ">":
		return v > t.value
	case "<":
		return v < t.value
	case ">=":
		return v >= t.value
	case "<=":
		return v <= t.value
	case "==":
		return v == t.value
	}
	return v != t.value
}

// String is the rule as it was given.
func (r Rule) String() string { return r.Text }
