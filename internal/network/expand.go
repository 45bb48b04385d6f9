package network

import (
	"errors"
	"slices"
	"strconv"

	"convx/internal/lang"
	"convx/internal/layer"
)

var errTooMany = lang.New("the network has more layers, or connections between them, than a file may have")

// expand turns the file's layers into nodes.
func (f *file) expand() {
	s := &scope{params: map[string]string{}, names: map[string]int{layer.Input: 0}, counts: map[string]int{}}
	f.bind(f.params, s)
	f.global = s.params
	if n := f.least(f.layers, nil, map[string]int{}); n > f.limit {
		f.bad(Position{1, 1}, "%w: %d", errTooMany, f.limit)
		return
	} else {
		f.graph.Nodes = slices.Grow(f.graph.Nodes, n)
	}
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
			f.graph.Notes = append(f.graph.Notes, lang.Sprintf("nothing reads layer %q", f.graph.Nodes[i].Name))
		}
	}
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
			return nil, lang.Errorf("repeat is a number from 0 to %d, not %q", maxLayers, text)
		}
	}
	if it.from != nil {
		f.steps += len(it.from)
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

// once expands one repetition of an entry. A layer whose when is false passes on what it would have read.
func (f *file) once(it *item, what, name string, keys []setting, s *scope, current []int, outputs map[string]int) ([]int, error) {
	if f.steps++; f.steps > 8*f.limit || len(f.graph.Nodes) > f.limit {
		return nil, lang.Errorf("%w: %d", errTooMany, f.limit)
	}
	if wanted, err := it.wanted(s); !wanted {
		return current, err
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
	switch _, most := op.arity(); {
	case it.from == nil && most == 0:
		inputs = nil
	case it.from == nil && (most < 0 || most < len(inputs) || form == "variant"):
		inputs = inputs[:1]
	}
	if op, err = withOperands(op, len(inputs)); err != nil {
		return nil, err
	}
	if least := fewest(op); len(inputs) < least {
		return nil, lang.Errorf("%s joins several layers: say which, like from: [a, b]", what)
	}
	for _, in := range inputs {
		if in == absent {
			return nil, lang.Errorf("reads an input that the block was not given")
		}
		f.used[in] = true
	}
	weights, ok, err := f.sharedWeights(it, s)
	if !ok {
		return current, err
	}
	var made []int
	all := outputsOf(op)
	for i, op := range all {
		n := Node{Name: s.prefix + name, Blocks: s.blocks, Op: op, Inputs: inputs, Weights: weights, At: it.at}
		made = append(made, len(f.graph.Nodes))
		if len(all) > 1 {
			f.steps++
			n.Name += "." + strconv.Itoa(i)
			outputs[strconv.Itoa(i)] = made[i]
		}
		f.graph.Nodes, f.used = append(f.graph.Nodes, n), append(f.used, false)
	}
	return made, nil
}

// wanted is what an entry's when says.
func (it *item) wanted(s *scope) (bool, error) {
	if it.named.when == "" {
		return true, nil
	}
	text, err := substitute(it.named.when, s.lookup)
	if err != nil {
		return false, err
	}
	wanted, err := strconv.ParseBool(text)
	if err != nil {
		return false, lang.Errorf("when is true or false, not %q", text)
	}
	return wanted, nil
}

// sharedWeights is the name under which an entry has the weights of another layer, "" for its own; not ok where that layer is not
// found, which is reported, or is absent.
func (f *file) sharedWeights(it *item, s *scope) (name string, ok bool, err error) {
	if it.named.weights == "" {
		return "", true, nil
	}
	at, found := f.find(reference{it.named.weights, it.at}, s)
	if !found {
		return "", false, nil
	}
	if at == absent {
		return "", false, lang.Errorf("takes the weights of an input that the block was not given")
	}
	owner := &f.graph.Nodes[at]
	if owner.Weights == "" {
		owner.Weights = owner.Name
	}
	return owner.Weights, true, nil
}
