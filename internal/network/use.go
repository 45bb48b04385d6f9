package network

import (
	"slices"
	"strings"

	"convx/internal/lang"
)

// useBlock expands a block with parameters of its own; inputs that are not given are absent.
func (f *file) useBlock(it *item, what, name string, keys []setting, s *scope, current []int, outputs map[string]int) ([]int, error) {
	b, ok := f.blocks[what]
	switch {
	case !ok:
		return nil, lang.Errorf("unknown block %q", what)
	case b.open:
		return nil, lang.Errorf("block %q contains itself", what)
	case it.named.weights != "":
		return nil, lang.Errorf("weights are shared layer by layer: block %q has several, so say weights inside it", what)
	case s.depth >= maxDepth:
		return nil, lang.Errorf("blocks are nested more than %d deep", maxDepth)
	case it.from != nil && len(current) > len(b.inputs) && s.index == "0":
		return nil, lang.Errorf("block %q reads %d layers, not %d", what, len(b.inputs), len(current))
	}
	in := &scope{
		prefix: s.prefix + name + ".", blocks: append(slices.Clip(s.blocks), strings.Split(name, ".")...),
		params: map[string]string{}, global: f.global, names: map[string]int{}, counts: map[string]int{}, depth: s.depth + 1,
	}
	for _, k := range keys {
		if !slices.ContainsFunc(b.params, func(p param) bool { return p.name == k.key }) {
			return nil, lang.Errorf("block %q has no parameter %q", what, k.key)
		}
		v, err := substitute(k.value, s.lookup)
		if err != nil {
			return nil, lang.Errorf("%s: %w", k.key, err)
		}
		in.params[k.key] = v
	}
	for _, p := range b.params {
		if _, given := in.params[p.name]; !given && p.required {
			return nil, lang.Errorf("block %q needs %s", what, p.name)
		}
	}
	f.bind(b.params, in)
	for i, r := range b.inputs {
		in.names[r.name] = absent
		if i < len(current) {
			in.names[r.name] = current[i]
		}
	}
	b.open = true
	made := f.sequence(b.layers, in, []int{in.names[b.inputs[0].name]})
	b.open = false
	if b.outputs == nil {
		return made[:1], nil
	}
	out := make([]int, 0, len(b.outputs))
	for _, r := range b.outputs {
		at, ok := f.find(r, in)
		if !ok {
			return current, nil
		}
		out = append(out, at)
		outputs[r.name] = at
	}
	return out, nil
}
