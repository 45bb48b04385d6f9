package network

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
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
		return "", lang.Errorf("the name %q is taken", name)
	}
	if name == "" || strings.ContainsAny(name, " \t\n") {
		return "", lang.Errorf("the name %q is empty or has spaces", name)
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
				hint = lang.Sprintf(": did you mean %s?", near)
			}
		}
		f.bad(r.at, "no layer %q comes before%s", name, hint)
	}
	return at, ok
}
