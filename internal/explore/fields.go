package explore

import (
	"slices"
	"strconv"

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

// params are the values that the panel edits.
type params struct {
	variant        string
	channels, size int
	numbers        map[string]int // by layer key
	padding        int            // -1 is same
	modulated      bool
}

func defaults(variant string) params {
	stride := 1
	if v, _ := layer.VariantNamed(variant); v.Enlarges && v.Has("stride") && !v.Has("scale") {
		stride = 2 // at 1 it is a convolution like any other
	}
	return params{
		variant: variant, channels: 16, size: 28, padding: 0,
		numbers: map[string]int{
			"out-channels": 0, "kernel": 0, "stride": stride, "dilation": 0, "output-padding": 0,
			"groups": 0, "multiplier": 0, "expansion": 0, "reduction": 0, "offset-groups": 0, "scale": 0, "pooled": 0,
		},
	}
}

// number is a field for a whole-number key; 0 leaves the key to its default.
func number(key string, least int) field {
	return field{
		label: key, key: key,
		get: func(p *params) string {
			if p.numbers[key] == 0 && least == 0 {
				return "default"
			}
			return strconv.Itoa(p.numbers[key])
		},
		step: func(p *params, by, from int) {
			if p.numbers[key] > 0 {
				from = p.numbers[key]
			}
			p.numbers[key] = clamp(from+by, least, 4096)
		},
	}
}

var fields = []field{
	{label: "variant", get: func(p *params) string { return p.variant }, step: func(p *params, by, _ int) {
		names := layer.VariantNames()
		i := slices.Index(names, p.variant) + sign(by)
		p.variant = names[(i+len(names))%len(names)]
	}},
	{label: "channels", get: func(p *params) string { return strconv.Itoa(p.channels) }, step: func(p *params, by, _ int) { p.channels = clamp(p.channels+by, 1, 1<<16) }},
	{label: "size", get: func(p *params) string { return strconv.Itoa(p.size) }, step: func(p *params, by, _ int) { p.size = clamp(p.size+by, 1, 1<<16) }},
	number("out-channels", 0),
	number("kernel", 0),
	number("stride", 1),
	{label: "padding", key: "padding", get: func(p *params) string {
		switch {
		case p.padding < 0:
			return "same"
		case p.padding == 0:
			return "default"
		}
		return strconv.Itoa(p.padding)
	}, step: func(p *params, by, _ int) { p.padding = clamp(p.padding+by, -1, 4096) }},
	number("dilation", 0),
	number("output-padding", 0),
	number("groups", 0),
	number("multiplier", 0),
	number("expansion", 0),
	number("reduction", 0),
	number("offset-groups", 0),
	number("scale", 0),
	number("pooled", 0),
	{label: "modulated", key: "modulated", get: func(p *params) string { return strconv.FormatBool(p.modulated) }, step: func(p *params, _, _ int) { p.modulated = !p.modulated }},
}

// shown are the fields that the variant reads.
func (p *params) shown() []field {
	v, _ := layer.VariantNamed(p.variant)
	var out []field
	for _, f := range fields {
		if f.key == "" || v.Has(f.key) {
			out = append(out, f)
		}
	}
	return out
}

// settings are the keys and values that the panel gives, in the order of the layer keys; size stands for both axes.
func (p *params) settings(size int) [][2]string {
	v, _ := layer.VariantNamed(p.variant)
	out := [][2]string{{"input", layer.FormatShape([]int{p.channels, size, size})}}
	for _, k := range layer.Keys() {
		if !v.Has(k.Name) {
			continue
		}
		switch n := p.numbers[k.Name]; {
		case k.Name == "padding" && p.padding < 0:
			out = append(out, [2]string{"padding", "same"})
		case k.Name == "padding" && p.padding > 0:
			out = append(out, [2]string{"padding", strconv.Itoa(p.padding)})
		case k.Name == "modulated" && p.modulated:
			out = append(out, [2]string{"modulated", "true"})
		case k.Name == "stride" && n == 1:
		case n > 0:
			out = append(out, [2]string{k.Name, strconv.Itoa(n)})
		}
	}
	return out
}

// build makes the layer, with an input of this height and width.
func (p *params) build(size int) (layer.Layer, error) {
	s := layer.Spec{Variant: p.variant}
	for _, kv := range p.settings(size) {
		if err := s.Set(kv[0], kv[1]); err != nil {
			return layer.Layer{}, err
		}
	}
	return layer.Build(s)
}

// command is the shell command that asks the same question.
func (p *params) command() string {
	line := "convx shape " + p.variant
	for _, kv := range p.settings(p.size) {
		flag := "--" + kv[0]
		if k, ok := layer.KeyNamed(kv[0]); ok && k.Short != "" {
			flag = "-" + k.Short
		}
		if kv[0] == "modulated" {
			line += " " + flag
			continue
		}
		line += " " + flag + " " + kv[1]
	}
	return line
}

func clamp(v, least, most int) int { return max(least, min(v, most)) }

func sign(v int) int {
	if v < 0 {
		return -1
	}
	return 1
}
