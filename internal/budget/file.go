package budget

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/network"
)

// maxFile bounds a budget file, in bytes.
const maxFile = 1 << 20

// ReadFile reads a budget file. Errors about its content are *network.Error, with all problems and their places.
func ReadFile(path string) (Budget, error) {
	data, err := input.ReadFile(path, maxFile)
	if err != nil {
		return Budget{}, lang.Errorf("reading %q: %w", path, err)
	}
	return Parse(path, data)
}

// Parse reads a budget file; name is what errors call it. docs/ci.md is the format's reference.
func Parse(name string, data []byte) (Budget, error) {
	f := file{budget: Budget{Name: name}}
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return Budget{}, network.NotYAML(name, err)
	}
	f.document(&doc)
	if len(f.problems) > 0 {
		return Budget{}, &network.Error{File: name, Problems: f.problems}
	}
	return f.budget, nil
}

// file is a budget file while it is read.
type file struct {
	budget   Budget
	problems []network.Problem
}

func (f *file) bad(n *yaml.Node, format string, args ...any) {
	f.problems = append(f.problems, network.Problem{At: network.Position{Line: n.Line, Column: n.Column}, Err: lang.Errorf(format, args...)})
}

// part is a part of a budget file that says whom its limits are for: the reader and the schema follow this table.
type part struct {
	key, is string
	// names says that the part's keys are names, with limits under each; list that it is a list of entries.
	names, list bool
	read        func(*file, *yaml.Node)
}

func parts() []part {
	return []part{
		{key: "title", is: "what the budget is for", read: func(f *file, v *yaml.Node) { f.budget.Title = f.text(v) }},
		{key: "network", is: "limits of the whole network", read: func(f *file, v *yaml.Node) {
			f.pairs(v, "network", func(k, v *yaml.Node) { f.limit(k, v, Limit{}) })
		}},
		{key: "layers", is: "limits of each layer that a pattern or a kind fits", list: true, read: (*file).entries},
		{key: "kinds", is: "limits of all layers of a kind together", names: true, read: func(f *file, v *yaml.Node) {
			f.pairs(v, "kinds", func(kind, limits *yaml.Node) {
				f.pairs(limits, kind.Value, func(k, v *yaml.Node) { f.limit(k, v, Limit{Kind: kind.Value}) })
			})
		}},
	}
}

// selectors are the keys by which an entry of layers says which layers it is for.
var selectors = []struct {
	key, is string
	at      func(*Limit) *string
}{
	{"match", "a pattern of names: * is any run of characters, ? any one", func(l *Limit) *string { return &l.Match }},
	{"kind", "a word of the variant column", func(l *Limit) *string { return &l.Kind }},
}

// warnKey holds limits that are said and fail nothing.
const warnKey = "warn"

func (f *file) document(doc *yaml.Node) {
	root := doc
	if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
		root = doc.Content[0]
	}
	var keys []string
	for _, p := range parts() {
		keys = append(keys, p.key)
	}
	f.pairs(root, lang.Text("a budget"), func(k, v *yaml.Node) {
		i := slices.Index(keys, k.Value)
		if i < 0 {
			f.bad(k, "unknown key %q; keys are %s", k.Value, lang.List(keys))
			return
		}
		parts()[i].read(f, v)
	})
	if len(f.problems) == 0 && len(f.budget.Limits) == 0 {
		f.bad(root, "the budget limits nothing: write one like network: {max_macs: 310M}")
	}
}

func (f *file) entries(v *yaml.Node) {
	if v.Kind != yaml.SequenceNode {
		f.bad(v, "layers is a list of patterns with their limits")
		return
	}
	for _, entry := range v.Content {
		f.layers(entry)
	}
}

// layers reads a pattern and the limits of each layer that it matches.
func (f *file) layers(entry *yaml.Node) {
	var l Limit
	var limits [][2]*yaml.Node
	f.pairs(entry, lang.Text("an entry of layers"), func(k, v *yaml.Node) {
		for _, s := range selectors {
			if s.key == k.Value {
				*s.at(&l) = f.text(v)
				return
			}
		}
		limits = append(limits, [2]*yaml.Node{k, v})
	})
	if l.Match == "" {
		l.Match = "*"
	}
	if len(limits) == 0 && entry.Kind == yaml.MappingNode {
		f.bad(entry, "an entry without a limit: write one like max_macs: 10M")
	}
	for _, kv := range limits {
		f.limit(kv[0], kv[1], l)
	}
}

// limit reads one max_… or min_… key, or those under warn.
func (f *file) limit(k, v *yaml.Node, l Limit) {
	if k.Value == warnKey && !l.Warn {
		l.Warn = true
		f.pairs(v, warnKey, func(k, v *yaml.Node) { f.limit(k, v, l) })
		return
	}
	said, name, ok := cutKey(strings.ReplaceAll(k.Value, "_", "-"))
	q, err := quantityNamed(name)
	if !ok || said.Warn || err != nil {
		f.bad(k, "unknown limit %q; limits are max_ or min_ and one of %s", k.Value, strings.ReplaceAll(quantityList(), "-", "_"))
		return
	}
	text := f.text(v)
	if text == "" {
		return
	}
	if l.Most, err = q.amount(text); err != nil {
		f.bad(v, "%w", err)
		return
	}
	if l.Most.IsShare && l.Match == "" && l.Kind == "" {
		f.bad(v, "%s of the whole is no limit for the whole; give a count", text)
		return
	}
	l.Quantity, l.Least = q, said.Least
	f.budget.Limits = append(f.budget.Limits, l)
}

func (f *file) text(v *yaml.Node) string {
	if v.Kind != yaml.ScalarNode || v.Value == "" {
		f.bad(v, "a plain value is needed here")
		return ""
	}
	return v.Value
}

// pairs visits a mapping's entries; keys must differ.
func (f *file) pairs(n *yaml.Node, what string, visit func(k, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		f.bad(n, "%s is a mapping of keys to values", what)
		return
	}
	var seen []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if slices.Contains(seen, k.Value) {
			f.bad(k, "%s comes twice", k.Value)
			continue
		}
		if seen = append(seen, k.Value); v.Kind == yaml.AliasNode {
			v = v.Alias
		}
		visit(k, v)
	}
}
