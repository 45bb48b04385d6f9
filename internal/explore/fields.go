package explore

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"convx/internal/layer"
)

// field is one line of the panel: a layer key, and how the arrow keys change it. The panel edits square layers: one
// number for every axis.
type field struct {
	label string
	key   string // the layer key, for asking whether the variant reads it
	get   func(*params) string
	// step changes the value; from is what the layer uses now, for keys that are left to their default.
	step func(p *params, by, from int)
}

// params are the values that the panel edits: of the keys, those that are not left to their default, in text form.
type params struct {
	variant        string
	channels, size int
	keys           map[string]string
}

func defaults(variant string) params {
	p := params{variant: variant, channels: 16, size: 28, keys: map[string]string{}}
	v, _ := layer.VariantNamed(variant)
	switch {
	case !v.Enlarges:
	case v.Has("scale"):
		p.keys["kernel"], p.keys["padding"] = "3", "1" // at 1 nothing is smoothed
	case v.Has("stride"):
		p.keys["stride"] = "2" // at 1 it is a convolution like any other
	}
	return p
}

// sameWord is the padding that a step below none gives.
const sameWord = string(layer.Same)

// unasked are the keys without a field: channels and size make the input, a plane has two axes, a region four numbers, and
// neither what stands in padding nor a bias changes a size.
var unasked = []string{"input", "dims", "roi", "pad-mode", "bias"}

// fields are the variant, the input, and a field for each key, in the order of the keys.
func fields() []field {
	all := []field{
		{label: "variant", get: func(p *params) string { return p.variant }, step: func(p *params, by, _ int) {
			names := layer.VariantNames()
			i := slices.Index(names, p.variant) + sign(by)
			p.variant = names[(i+len(names))%len(names)]
		}},
		{label: "channels", get: func(p *params) string { return strconv.Itoa(p.channels) }, step: func(p *params, by, _ int) { p.channels = clamp(p.channels+by, 1, 1<<16) }},
		{label: "size", get: func(p *params) string { return strconv.Itoa(p.size) }, step: func(p *params, by, _ int) { p.size = clamp(p.size+by, 1, 1<<16) }},
	}
	for _, k := range layer.Keys() {
		if !slices.Contains(unasked, k.Name) {
			all = append(all, fieldOf(k))
		}
	}
	return all
}

// fieldOf steps through the whole numbers of a key from 1 on, or through its words. What comes before them is the default;
// before that of padding comes "same".
func fieldOf(k layer.Key) field {
	least, most, words := 0, 4096, []string(nil)
	switch {
	case k.Name == "padding":
		least = -1
	case k.Words != nil:
		most, words = len(k.Words), k.Words
	}
	return field{
		label: k.Name, key: k.Name,
		get: func(p *params) string { return cmp.Or(p.keys[k.Name], "default") },
		step: func(p *params, by, from int) {
			value, set := p.keys[k.Name]
			switch {
			case words != nil:
				from, by = slices.Index(words, value)+1, sign(by)
			case set && value == sameWord:
				from = -1
			case set:
				from, _ = strconv.Atoi(value)
			}
			switch n := clamp(from+by, least, most); {
			case n == 0:
				delete(p.keys, k.Name)
			case n < 0:
				p.keys[k.Name] = sameWord
			case words != nil:
				p.keys[k.Name] = words[n-1]
			default:
				p.keys[k.Name] = strconv.Itoa(n)
			}
		},
	}
}

// shown are the fields that the variant reads.
func (p *params) shown() []field {
	v, _ := layer.VariantNamed(p.variant)
	var out []field
	for _, f := range fields() {
		if f.key == "" || v.Has(f.key) {
			out = append(out, f)
		}
	}
	return out
}

// settings are the keys and values that the panel gives, in the order of the layer keys; size stands for both axes.
func (p *params) settings(size int) []layer.Setting {
	v, _ := layer.VariantNamed(p.variant)
	out := []layer.Setting{{Key: "input", Value: layer.FormatShape([]int{p.channels, size, size})}}
	for _, k := range layer.Keys() {
		if value, set := p.keys[k.Name]; set && v.Has(k.Name) {
			out = append(out, layer.Setting{Key: k.Name, Value: value})
		}
	}
	return out
}

// build makes the layer, with an input of this height and width.
func (p *params) build(size int) (layer.Layer, error) {
	s := layer.Spec{Variant: p.variant}
	for _, kv := range p.settings(size) {
		if err := s.Set(kv.Key, kv.Value); err != nil {
			return layer.Layer{}, err
		}
	}
	return layer.Build(s)
}

// command is the shell command that asks the same question.
func (p *params) command() string {
	words := []string{"convx shape", p.variant}
	for _, kv := range p.settings(p.size) {
		words = append(words, kv.Flag())
	}
	return strings.Join(words, " ")
}

func clamp(v, least, most int) int { return max(least, min(v, most)) }

func sign(v int) int {
	if v < 0 {
		return -1
	}
	return 1
}
