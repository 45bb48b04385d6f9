// Package bench times layers: it reads suites of them, prepares each with random operands, measures its runs, and
// measures the machine that they run on.
package bench

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"convx/configs"
	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// Entry is one layer of a suite.
type Entry struct {
	Name  string
	Layer layer.Layer
	Count int // how many times a network has it; 0 without a network
}

// maxSuite bounds a suite file, in bytes.
const maxSuite = 16 << 20

// OpenSuite reads the suite that a user names: a built-in one, or a file. What it says that cannot be is a *layer.Error.
func OpenSuite(name string) ([]Entry, error) {
	data, builtIn := configs.Suite(name)
	if !builtIn {
		var err error
		if data, err = input.ReadFile(name, maxSuite); err != nil {
			return nil, lang.Errorf("reading suite %q: %w", name, err)
		}
	}
	entries, err := readSuite(name, data)
	if err != nil {
		return nil, layer.Errorf("%v", err)
	}
	return entries, nil
}

// readSuite reads a suite file: a list under the key layers, each entry a name, a variant, and layer keys (with
// underscores, as in every file). It reports all faults at once, each as file:line: cause. file is for messages.
func readSuite(file string, data []byte) ([]Entry, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, input.YAMLError(file, err)
	}
	r := suiteReader{file: file}
	layers := r.layers(&doc)
	var entries []Entry
	for _, n := range layers {
		if e, ok := r.entry(n); ok {
			entries = append(entries, e)
		}
	}
	if len(r.faults) == 0 && len(entries) == 0 {
		return nil, lang.Errorf("reading suite %q: it has no layers: write them as a list under \"layers:\"", file)
	}
	return entries, errors.Join(r.faults...)
}

type suiteReader struct {
	file   string
	faults []error
	names  []string
}

func (r *suiteReader) faultf(n *yaml.Node, format string, args ...any) {
	r.faults = append(r.faults, fmt.Errorf("%s:%d: %w", r.file, n.Line, lang.Errorf(format, args...)))
}

// layers finds the list of layers in a document.
func (r *suiteReader) layers(doc *yaml.Node) []*yaml.Node {
	if len(doc.Content) == 0 {
		return nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		r.faultf(root, "a suite is a mapping with the key layers")
		return nil
	}
	var list []*yaml.Node
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		switch {
		case key.Value != "layers":
			r.faultf(key, "unknown key %q: a suite has only layers", key.Value)
		case value.Kind != yaml.SequenceNode:
			r.faultf(value, "layers is not a list")
		default:
			list = append(list, value.Content...)
		}
	}
	return list
}

// entry reads one layer and checks that it can be.
func (r *suiteReader) entry(n *yaml.Node) (Entry, bool) {
	if n.Kind != yaml.MappingNode {
		r.faultf(n, "a layer is a mapping of keys, like {name: stem, variant: standard, input: 3x224x224}")
		return Entry{}, false
	}
	before := len(r.faults)
	var e Entry
	var s layer.Spec
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		text, ok := scalarText(value)
		if !ok {
			r.faultf(value, "%s needs one value", key.Value)
			continue
		}
		if seen[key.Value] {
			r.faultf(key, "%s is given twice", key.Value)
		}
		seen[key.Value] = true
		switch key.Value {
		case "name":
			e.Name = text
		case "variant":
			s.Variant = text
		default:
			r.set(&s, key, text)
		}
	}
	switch {
	case e.Name == "":
		r.faultf(n, "a layer needs a name")
	case slices.Contains(r.names, e.Name):
		r.faultf(n, "the name %q is taken", e.Name)
	}
	r.names = append(r.names, e.Name)
	if len(r.faults) > before {
		return e, false
	}
	l, err := layer.Build(s)
	if err == nil {
		_, err = shape.Of(l)
	}
	if err != nil {
		r.faultf(n, "%s: %w", e.Name, err)
		return e, false
	}
	e.Layer = l
	return e, true
}

func (r *suiteReader) set(s *layer.Spec, key *yaml.Node, text string) {
	k, ok := layer.KeyNamed(key.Value)
	if !ok || k.YAML() != key.Value {
		known := []string{"name", "variant"}
		for _, k := range layer.Keys() {
			known = append(known, k.YAML())
		}
		if near := layer.Nearest(strings.ReplaceAll(key.Value, "-", "_"), known); near != "" {
			r.faultf(key, "unknown key %q: did you mean %s?", key.Value, near)
			return
		}
		r.faultf(key, "unknown key %q: keys are %s", key.Value, lang.List(known))
		return
	}
	if err := s.Set(k.Name, text); err != nil {
		r.faultf(key, "%w", err)
	}
}

// scalarText is a scalar as it is written, or a list of scalars joined by x: [3, 5] is 3x5.
func scalarText(n *yaml.Node) (string, bool) {
	switch n.Kind {
	case yaml.ScalarNode:
		return n.Value, n.Tag != "!!null"
	case yaml.SequenceNode:
		parts := make([]string, len(n.Content))
		for i, c := range n.Content {
			if c.Kind != yaml.ScalarNode {
				return "", false
			}
			parts[i] = c.Value
		}
		return strings.Join(parts, "x"), len(parts) > 0
	}
	return "", false
}
