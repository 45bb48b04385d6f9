package network

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"convx/internal/layer"
)

// scope is where names mean something: the network, or one use of a block.
type scope struct {
	prefix string   // of the full names of its nodes
	blocks []string // the blocks around it
	params map[string]string
	global map[string]string // the network's parameters hold everywhere
	index  string            // $i in a repetition
	names  map[string]int    // layers by name; -1 is an input that was not given
	counts map[string]int    // of layers without a name
	depth  int
}

// absent stands for a block's input that was not given.
const absent = -1

var errTooMany = errors.New("the network has more layers than a file may have")

// expand turns the file's layers into nodes.
func (f *file) expand() {
	f.graph.Nodes = slices.Grow(f.graph.Nodes, len(f.layers))
	s := &scope{params: map[string]string{}, names: map[string]int{layer.Input: 0}, counts: map[string]int{}}
	f.bind(f.params, s)
	f.global = s.params
	current := f.sequence(f.layers, s, []int{0})
	for _, o := range f.outputs {
		if at, ok := f.find(o, s); ok {
			f.graph.Outputs = append(f.graph.Outputs, at)
		}
	}
	if f.outputs == nil && len(f.problems) == 0 {
		f.graph.Outputs = current[:1]
	}
	if len(f.problems) > 0 {
		return
	}
	for _, o := range f.graph.Outputs {
		if o == absent {
			f.bad(Position{1, 1}, "the network has no output")
			return
		}
		f.used[o] = true
	}
	for i, used := range f.used {
		if !used {
			f.graph.Notes = append(f.graph.Notes, fmt.Sprintf("nothing reads layer %q", f.graph.Nodes[i].Name))
		}
	}
}

// bind sets parameters to their defaults, which may use earlier parameters.
func (f *file) bind(params []param, s *scope) {
	for _, p := range params {
		if _, given := s.params[p.name]; given {
			continue
		}
		if p.required {
			f.bad(p.at, "the parameter %q has no value", p.name)
			continue
		}
		v, err := substitute(p.value, s.lookup)
		if err != nil {
			f.bad(p.at, "%s: %w", p.name, err)
		}
		s.params[p.name] = v
	}
}

func (s *scope) lookup(name string) (string, bool) {
	if name == "i" && s.index != "" {
		return s.index, true
	}
	v, ok := s.params[name]
	if !ok {
		v, ok = s.global[name]
	}
	return v, ok
}

// sequence expands layers one after another; current is what the next one reads. It returns what the last one made.
func (f *file) sequence(items []item, s *scope, current []int) []int {
	for i := range items {
		if f.full {
			return current
		}
		next, err := f.repeat(&items[i], s, current)
		if err != nil {
			f.problems = append(f.problems, Problem{At: items[i].at, Err: err})
			f.full = f.full || errors.Is(err, errTooMany) || len(f.problems) > 50*maxProblems
			// Layers after it read what it would have, to find what else is wrong.
			if _, taken := s.names[items[i].name]; !taken {
				s.names[items[i].name] = current[0]
			}
			continue
		}
		current = next
	}
	return current
}

// repeat expands one entry as often as it says; each repetition reads the one before.
func (f *file) repeat(it *item, s *scope, current []int) ([]int, error) {
	s.index = "0"
	defer func() { s.index = "" }()
	times := 1
	if it.named.repeat != "" {
		text, err := substitute(it.named.repeat, s.lookup)
		if err != nil {
			return nil, err
		}
		if times, err = strconv.Atoi(text); err != nil || times < 0 || times > maxLayers {
			return nil, fmt.Errorf("repeat is a number from 0 to %d, not %q", maxLayers, text)
		}
	}
	if it.from != nil {
		inputs := make([]int, 0, len(it.from))
		for _, r := range it.from {
			at, ok := f.find(r, s)
			if !ok {
				return current, nil // reported
			}
			inputs = append(inputs, at)
		}
		current = inputs
	}
	what, err := substitute(it.what, s.lookup)
	if err != nil {
		return nil, err
	}
	name, err := s.nameFor(it, what)
	if err != nil {
		return nil, err
	}
	outputs := map[string]int{}
	for i := range times {
		if f.full {
			break
		}
		s.index = strconv.Itoa(i)
		own := name
		if it.named.repeat != "" {
			own += "." + s.index
		}
		keys := it.keys
		if i == 0 && len(it.first) > 0 {
			keys = override(keys, it.first)
		}
		if current, err = f.once(it, what, own, keys, s, current, outputs); err != nil {
			return nil, err
		}
	}
	s.names[name] = current[0]
	for o, at := range outputs {
		s.names[name+"."+o] = at
	}
	return current, nil
}

func override(keys, first []setting) []setting {
	out := slices.Clone(keys)
	for _, s := range first {
		if i := slices.IndexFunc(out, func(k setting) bool { return k.key == s.key }); i >= 0 {
			out[i] = s
		} else {
			out = append(out, s)
		}
	}
	return out
}

// nameFor is an entry's name within its scope: its own, or what it is with a number after the first.
func (s *scope) nameFor(it *item, what string) (string, error) {
	if it.name == "" {
		for {
			s.counts[what]++
			name := what
			if n := s.counts[what]; n > 1 {
				name += strconv.Itoa(n)
			}
			if _, taken := s.names[name]; !taken {
				return name, nil
			}
		}
	}
	name, err := substitute(it.name, s.lookup)
	if err != nil {
		return "", err
	}
	if _, taken := s.names[name]; taken {
		return "", fmt.Errorf("the name %q is taken", name)
	}
	if name == "" || strings.ContainsAny(name, " \t\n") {
		return "", fmt.Errorf("the name %q is empty or has spaces", name)
	}
	return name, nil
}

// find looks up a layer by name.
func (f *file) find(r reference, s *scope) (int, bool) {
	name, err := substitute(r.name, s.lookup)
	if err != nil {
		f.bad(r.at, "%w", err)
		return 0, false
	}
	at, ok := s.names[name]
	if !ok {
		hint := ""
		if len(f.problems) < maxProblems { // further ones are not shown
			if near := layer.Nearest(name, slices.Sorted(maps.Keys(s.names))); near != "" {
				hint = ": did you mean " + near + "?"
			}
		}
		f.bad(r.at, "no layer %q comes before%s", name, hint)
	}
	return at, ok
}

// once expands one repetition of an entry. A layer whose when is false passes on what it would have read.
func (f *file) once(it *item, what, name string, keys []setting, s *scope, current []int, outputs map[string]int) ([]int, error) {
	if f.steps++; f.steps > 4*f.limit || len(f.graph.Nodes) > f.limit {
		return nil, fmt.Errorf("%w: %d", errTooMany, f.limit)
	}
	if it.named.when != "" {
		text, err := substitute(it.named.when, s.lookup)
		if err != nil {
			return nil, err
		}
		wanted, err := strconv.ParseBool(text)
		if err != nil {
			return nil, fmt.Errorf("when is true or false, not %q", text)
		}
		if !wanted {
			return current, nil
		}
	}
	form := it.form
	if form == "block" {
		return f.useBlock(it, what, name, keys, s, current, outputs)
	}
	op, err := f.operator(form, what, keys, s)
	if err != nil {
		return nil, err
	}
	inputs := current
	// Without from, an entry reads as much of what came before as it can.
	if _, most := op.arity(); it.from == nil && (most < 0 || most < len(inputs) || form == "variant") {
		inputs = inputs[:1]
	}
	if op, err = withOperands(op, len(inputs)); err != nil {
		return nil, err
	}
	if least := fewest(op); len(inputs) < least {
		return nil, fmt.Errorf("%s joins several layers: say which, like from: [a, b]", what)
	}
	n := Node{Name: s.prefix + name, Blocks: s.blocks, Op: op, Inputs: inputs, At: it.at}
	for _, in := range inputs {
		if in == absent {
			return nil, fmt.Errorf("reads an input that the block was not given")
		}
		f.used[in] = true
	}
	if it.named.weights != "" {
		at, ok := f.find(reference{it.named.weights, it.at}, s)
		if !ok {
			return current, nil
		}
		owner := &f.graph.Nodes[at]
		if owner.Weights == "" {
			owner.Weights = owner.Name
		}
		n.Weights = owner.Weights
	}
	f.graph.Nodes, f.used = append(f.graph.Nodes, n), append(f.used, false)
	return []int{len(f.graph.Nodes) - 1}, nil
}

// withOperands makes a deformable convolution that reads its offset (and mask) from layers of their own; other variants
// read one layer.
func withOperands(op Operator, inputs int) (Operator, error) {
	v, ok := op.(*Variant)
	if !ok || inputs == 1 {
		return op, nil
	}
	most := 2
	if v.Spec.Modulated {
		most = 3
	}
	if v.Spec.Variant != "deformable" {
		most = 1
	}
	if inputs > most {
		return nil, fmt.Errorf("%s reads %s, not %d", v.Spec.Variant, arityText(1, most), inputs)
	}
	w := *v
	w.Spec.GivenOffset, w.Spec.GivenMask = true, inputs == 3
	return &w, nil
}

// fewest inputs that make sense in a file: a sum of one is a slip.
func fewest(op Operator) int {
	switch op := op.(type) {
	case *Elementwise:
		return 2
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
			return nil, fmt.Errorf("%s: %w", k.key, err)
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
	}
	return op, err
}

func (f *file) makeOperator(form, what string, keys []setting, texts []string) (Operator, error) {
	if form == "variant" {
		if _, ok := layer.VariantNamed(what); !ok {
			return nil, fmt.Errorf("unknown variant %q", what)
		}
		spec := layer.Spec{Variant: what, Dims: f.dims}
		for i, k := range keys {
			if err := spec.Set(k.key, texts[i]); err != nil {
				return nil, err
			}
		}
		return &Variant{Spec: spec}, nil
	}
	op, ok := f.operators()[what]
	if !ok {
		return nil, fmt.Errorf("unknown op %q", what)
	}
	v := values{op: op, dims: f.dims, text: map[string]string{}}
	for i, k := range keys {
		if !slices.ContainsFunc(op.keys, func(o opKey) bool { return o.name == k.key }) {
			return nil, fmt.Errorf("%s has no key %q", what, k.key)
		}
		v.text[k.key] = texts[i]
	}
	for _, k := range op.keys {
		if k.required && v.text[k.name] == "" {
			return nil, fmt.Errorf("%s needs %s", what, k.name)
		}
	}
	return op.build(v)
}

// useBlock expands a block with parameters of its own; inputs that are not given are absent.
func (f *file) useBlock(it *item, what, name string, keys []setting, s *scope, current []int, outputs map[string]int) ([]int, error) {
	b, ok := f.blocks[what]
	switch {
	case !ok:
		return nil, fmt.Errorf("unknown block %q", what)
	case b.open:
		return nil, fmt.Errorf("block %q contains itself", what)
	case it.named.weights != "":
		return nil, fmt.Errorf("weights are shared layer by layer: block %q has several, so say weights inside it", what)
	case s.depth >= maxDepth:
		return nil, fmt.Errorf("blocks are nested more than %d deep", maxDepth)
	case it.from != nil && len(current) > len(b.inputs) && s.index == "0":
		return nil, fmt.Errorf("block %q reads %d layers, not %d", what, len(b.inputs), len(current))
	}
	in := &scope{
		prefix: s.prefix + name + ".", blocks: append(slices.Clip(s.blocks), strings.Split(name, ".")...),
		params: map[string]string{}, global: f.global, names: map[string]int{}, counts: map[string]int{}, depth: s.depth + 1,
	}
	for _, k := range keys {
		if !slices.ContainsFunc(b.params, func(p param) bool { return p.name == k.key }) {
			return nil, fmt.Errorf("block %q has no parameter %q", what, k.key)
		}
		v, err := substitute(k.value, s.lookup)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.key, err)
		}
		in.params[k.key] = v
	}
	for _, p := range b.params {
		if _, given := in.params[p.name]; !given && p.required {
			return nil, fmt.Errorf("block %q needs %s", what, p.name)
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
