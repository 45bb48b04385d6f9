package network

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"convx/internal/lang"
)

// naming is how a framework calls the weights of a network: rules that are applied to the network's own name of a weight, each
// where it matches first.
type naming struct {
	framework string
	rules     []namingRule
}

// namingRule puts other segments in the place of a run of segments. A segment "$i" stands for a number, of which the others may
// be computed: "stage2.$i" becomes "features.$(i+2)".
type namingRule struct {
	from []string
	to   string
}

// namings reads the key weights: by framework, names to the left as they are in the network, to the right as they are there.
func (f *file) namings(n *yaml.Node) {
	f.pairs(n, "weights", func(framework string, _, v *yaml.Node) {
		rules := naming{framework: framework}
		f.pairs(v, lang.Sprintf("the names of %s", framework), func(key string, k, v *yaml.Node) {
			r := namingRule{strings.Split(key, "."), f.scalar(key, v)}
			numbers := map[string]string{}
			for _, s := range r.from {
				if name, ok := strings.CutPrefix(s, "$"); ok {
					numbers[name] = "0"
				}
			}
			if _, err := substitute(r.to, func(name string) (string, bool) { v, ok := numbers[name]; return v, ok }); err != nil {
				f.bad(position(v), "%s: %w", key, err)
			}
			rules.rules = append(rules.rules, r)
		})
		f.graph.naming = append(f.graph.naming, rules)
	})
}

// apply gives the framework's name of a weight.
func (n naming) apply(name string) string {
	for _, r := range n.rules {
		name = r.apply(name)
	}
	return name
}

func (r namingRule) apply(name string) string {
	segments := strings.Split(name, ".")
	for at := range len(segments) - len(r.from) + 1 {
		numbers, ok := r.match(segments[at:])
		if !ok {
			continue
		}
		to, err := substitute(r.to, func(name string) (string, bool) { v, ok := numbers[name]; return v, ok })
		if err != nil { // an expression that does not come out whole for this number
			return name
		}
		return strings.Join(slices.Concat(segments[:at], []string{to}, segments[at+len(r.from):]), ".")
	}
	return name
}

func (r namingRule) match(segments []string) (map[string]string, bool) {
	numbers := map[string]string{}
	for i, want := range r.from {
		name, number := strings.CutPrefix(want, "$")
		if !number {
			if segments[i] != want {
				return nil, false
			}
			continue
		}
		if _, err := strconv.Atoi(segments[i]); err != nil {
			return nil, false
		}
		numbers[name] = segments[i]
	}
	return numbers, true
}
