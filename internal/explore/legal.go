package explore

import (
	"maps"
	"slices"
	"strconv"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// farthestStep is how many values beyond the next one are tried until a layer can be built.
const farthestStep = 512

// stepped is the next layer that can be built, as a field steps: groups that divide, reductions that divide, kernels that fit.
// ok is false where there is none in that direction.
func (m Model) stepped(f field, by int) (next params, ok bool) {
	next = m.params
	for i := range farthestStep {
		p := next
		p.keys = maps.Clone(next.keys)
		if i > 0 {
			by = sign(by)
		}
		from := m.valueOf(f.key)
		if i > 0 { // beyond what was tried: the key says where it stands
			from = 0
		}
		f.step(&p, by, from)
		if p.variant == next.variant && p.channels == next.channels && p.size == next.size && maps.Equal(p.keys, next.keys) {
			return m.params, false // at the end
		}
		if p.variant != m.params.variant {
			p = p.settled(m.params)
		}
		if p.possible() {
			return p, true
		}
		next = p
	}
	return m.params, false
}

// possible reports whether the layer can be built.
func (p *params) possible() bool {
	l, err := p.build(p.size)
	if err == nil {
		_, err = shape.Of(l)
	}
	return err == nil
}

// settled is another variant with what can be kept of the parameters before: where they do not go together it starts afresh, and
// an upsampler with keys of its own.
func (p params) settled(before params) params {
	fresh := defaults(p.variant)
	fresh.channels, fresh.size = before.channels, before.size
	for key, value := range defaults(before.variant).keys {
		if before.keys[key] == value {
			delete(p.keys, key) // the other variant's own, not the user's
		}
	}
	for key, value := range fresh.keys {
		if _, set := p.keys[key]; !set {
			p.keys[key] = value
		}
	}
	if p.possible() {
		return p
	}
	return fresh
}

// given are parameters with the layer flags of the command line. The panel has one number for every axis.
func given(variant string, flags []layer.Setting) (params, error) {
	p := defaults(variant)
	for _, kv := range flags {
		switch {
		case kv.Key == "input":
			size, err := layer.ParseInts(kv.Value, 1)
			if n := len(size); err != nil || n < 3 || n > 4 || size[n-1] != size[n-2] {
				return p, layer.Errorf("-i %s: explore edits square planes, like -i 16x28x28", kv.Value)
			}
			p.channels, p.size = size[len(size)-3], size[len(size)-1]
		case slices.Contains(unasked, kv.Key):
			return p, layer.Errorf("--%s has no field in explore", kv.Key).Hint("convx shape takes it")
		default:
			k, _ := layer.KeyNamed(kv.Key)
			if _, err := strconv.Atoi(kv.Value); err != nil && k.Words == nil && kv.Value != sameWord && kv.Value != "true" && kv.Value != "false" {
				return p, layer.Errorf("--%s %s: explore edits one number for every axis", kv.Key, kv.Value)
			}
			p.keys[kv.Key] = kv.Value
		}
	}
	v, known := layer.VariantNamed(variant)
	for _, kv := range flags {
		if known && !v.Has(kv.Key) {
			return p, lang.Errorf("%s does not read --%s", variant, kv.Key)
		}
	}
	return p, nil
}
