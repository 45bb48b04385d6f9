package network

import (
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
)

// withOperands makes a deformable convolution that reads its offset (and mask) from layers of their own; other variants
// read one layer.
func withOperands(op Operator, inputs int) (Operator, error) {
	v, ok := op.(*Variant)
	if !ok || inputs == 1 {
		return op, nil
	}
	most := 1
	switch row, _ := layer.VariantNamed(v.Spec.Variant); {
	case !row.MovesTaps():
	case v.Spec.Modulated:
		most = 3
	default:
		most = 2
	}
	if inputs > most {
		return nil, lang.Errorf("%s reads %s, not %d", v.Spec.Variant, arityText(1, most), inputs)
	}
	w := *v
	w.Spec.GivenOffset, w.Spec.GivenMask = true, inputs == 3
	return &w, nil
}

// several is an op with several outputs: as many operators, which read the same.
type several struct {
	name string
	each []Operator
}

func (s *several) Label() string   { return s.name }
func (*several) arity() (int, int) { return 1, 1 }

// outputsOf are the operators that make an entry's outputs one by one.
func outputsOf(op Operator) []Operator {
	if s, ok := op.(*several); ok {
		return s.each
	}
	return []Operator{op}
}

// fewest inputs that make sense in a file: a sum of one is a slip.
func fewest(op Operator) int {
	switch op := op.(type) {
	case *Constant:
		return 0
	case *Elementwise:
		if op.Name != "multiply" {
			return 1
		}
		return 2
	case *Computed:
		return op.Inputs
	case *Primitive:
		switch op.Op.(type) {
		case layer.Add, layer.Concat, layer.Scale:
			return 2
		}
	}
	return 1
}

// operator makes what an entry describes, or finds an equal one made before.
func (f *file) operator(form, what string, keys []setting, s *scope) (Operator, error) {
	var b strings.Builder
	b.WriteString(form)
	b.WriteByte(' ')
	b.WriteString(what)
	texts := make([]string, len(keys))
	for i, k := range keys {
		text, err := substitute(k.value, s.lookup)
		if err != nil {
			return nil, lang.Errorf("%s: %w", k.key, err)
		}
		texts[i] = text
		b.WriteByte('\n')
		b.WriteString(k.key)
		b.WriteByte(' ')
		b.WriteString(text)
	}
	id := b.String()
	if op, ok := f.cache[id]; ok {
		return op, nil
	}
	op, err := f.makeOperator(form, what, keys, texts)
	if err == nil {
		f.cache[id] = op
		f.remember(op, form, what, keys, texts)
	}
	return op, err
}

func (f *file) makeOperator(form, what string, keys []setting, texts []string) (Operator, error) {
	if form == "variant" {
		if _, ok := layer.VariantNamed(what); !ok {
			return nil, lang.Errorf("unknown variant %q", what)
		}
		spec := layer.Spec{Variant: what, Dims: f.dims}
		for i, k := range keys {
			if err := spec.Set(k.key, texts[i]); err != nil {
				return nil, err
			}
		}
		f.settleDilation(&spec)
		return &Variant{Spec: spec}, nil
	}
	op, ok := f.operators()[what]
	if !ok {
		return nil, lang.Errorf("unknown op %q", what)
	}
	v := values{op: op, dims: f.dims, text: map[string]string{}}
	for i, k := range keys {
		if !slices.ContainsFunc(op.keys, func(o opKey) bool { return o.name == k.key }) {
			return nil, lang.Errorf("%s has no key %q", what, k.key)
		}
		v.text[k.key] = texts[i]
	}
	for _, k := range op.keys {
		if k.required && v.text[k.name] == "" {
			return nil, lang.Errorf("%s needs %s", what, k.name)
		}
	}
	return op.build(v)
}

// settleDilation lets one entry have any dilation. A note says what variant that makes of it.
func (f *file) settleDilation(s *layer.Spec) {
	was, _ := layer.VariantNamed(s.Variant)
	s.Variant = was.WithDilation(s.Dilation, s.Groups).Name
	if s.Variant == was.Name {
		return
	}
	if note := lang.Sprintf("%s with dilation %s is %s", was.Name, layer.FormatInts(s.Dilation), s.Variant); !slices.Contains(f.graph.Notes, note) {
		f.graph.Notes = append(f.graph.Notes, note)
	}
}
