package network

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/layer"
)

const (
	// MaxFile bounds a network file, in bytes.
	MaxFile = 64 << 20
	// maxLayers bounds the layers of a network, after repeats.
	maxLayers = 1_000_000
)

// ReadFile reads a network file (YAML). Errors about its content are *Error, with all problems in the file's order.
func ReadFile(path string) (*Graph, error) {
	data, err := input.ReadFile(path, MaxFile)
	if err != nil {
		return nil, lang.Errorf("reading %q: %w", path, err)
	}
	return Parse(path, data)
}

// Parse reads a network file; name is what errors call it. Errors are *Error, with all problems in the file's order.
// docs/network-files.md is the format's reference.
func Parse(name string, data []byte) (*Graph, error) { return parseUpTo(maxLayers, name, data) }

func parseUpTo(limit int, name string, data []byte) (*Graph, error) {
	if len(data) > MaxFile {
		return nil, lang.Errorf("reading %q: it has %d bytes; a network file has at most %d", name, len(data), MaxFile)
	}
	f := file{limit: limit, cache: map[string]Operator{}}
	f.plain, data = findPlain(data)
	var doc yaml.Node
	if err := yaml.Load(data, &doc); err != nil {
		return nil, NotYAML(name, err)
	}
	f.document(&doc)
	if len(f.problems) == 0 {
		f.expand()
	}
	if err := f.failure(name); err != nil {
		return nil, err
	}
	f.graph.File = name
	if f.graph.Name == "" {
		f.graph.Name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	}
	if err := f.graph.Check(); err != nil {
		return nil, err
	}
	return f.graph, nil
}

// NotYAML is the error of a file that the YAML library cannot read.
func NotYAML(name string, err error) *Error {
	line, column, said := input.YAMLFault(err)
	return &Error{File: name, Problems: []Problem{{At: Position{line, column}, Err: said}}}
}

// file is a network file while it is read.
type file struct {
	graph    *Graph
	dims     int
	params   []param
	blocks   map[string]*block
	layers   []item
	plain    *plainLayers // the layers, if they are plain text
	outputs  []reference
	problems []Problem
	cache    map[string]Operator // operators by their text: equal layers share one
	used     []bool              // nodes that somebody reads
	global   map[string]string   // the network's parameters
	limit    int                 // most layers
	entries  int                 // of all lists of layers, those that are named again by aliases included
	steps    int                 // entries expanded, repetitions and what they read included
	full     bool                // so much is wrong, or so many layers, that there is no going on
}

// param is a parameter with its default; required ones have none.
type param struct {
	name, value string
	required    bool
	at          Position
}

// block is a named sequence of layers with parameters.
type block struct {
	name            string
	params          []param
	inputs, outputs []reference
	layers          []item
	open            bool // while it is expanded, to find a block that contains itself
}

// reference is a name of a layer, where it stands.
type reference struct {
	name string
	at   Position
}

// setting is a key of a layer and its text.
type setting struct {
	key, value string
	at         Position
}

// item is an entry of a list of layers.
type item struct {
	at    Position
	form  string // variant, op, block
	what  string
	name  string
	from  []reference
	named struct{ repeat, when, weights string }
	keys  []setting
	first []setting // keys that differ in the first repetition
}

func (f *file) bad(at Position, format string, args ...any) {
	f.problems = append(f.problems, Problem{At: at, Err: lang.Errorf(format, args...)})
}

// failure is everything that was wrong, in the file's order, each thing once.
func (f *file) failure(name string) error {
	slices.SortStableFunc(f.problems, func(a, b Problem) int {
		if a.At.Line != b.At.Line {
			return a.At.Line - b.At.Line
		}
		return a.At.Column - b.At.Column
	})
	f.problems = slices.CompactFunc(f.problems, func(a, b Problem) bool { return a.At == b.At && a.Err.Error() == b.Err.Error() })
	return problems(name, f.problems)
}

func position(n *yaml.Node) Position { return Position{n.Line, n.Column} }

// resolve follows an alias.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// pairs calls visit for each key of a mapping, once; keys must differ.
func (f *file) pairs(n *yaml.Node, what string, visit func(key string, k, v *yaml.Node)) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		f.bad(position(n), "%s is a mapping of keys to values, not %s", what, kindText(n))
		return
	}
	seen := make(map[string]bool, min(len(n.Content)/2, 16))
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], resolve(n.Content[i+1])
		if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" {
			f.bad(position(k), "a key is a word, not %s", kindText(k))
			continue
		}
		if seen[k.Value] {
			f.bad(position(k), "%s comes twice", k.Value)
		}
		seen[k.Value] = true
		visit(k.Value, k, v)
	}
}

func kindText(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Tag == "!!null":
		return "nothing"
	}
	return strconv.Quote(n.Value)
}

// scalar is the text of a plain value.
func (f *file) scalar(key string, n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		hint := ""
		if n.Kind == yaml.SequenceNode {
			hint = lang.Text("; join numbers by x, like 3x5")
		}
		f.bad(position(n), "%s is one value, not %s%s", key, kindText(n), hint)
		return ""
	}
	return n.Value
}

// references reads one name or a list of them.
func (f *file) references(key string, n *yaml.Node) []reference {
	if n.Kind == yaml.ScalarNode {
		return []reference{{f.scalar(key, n), position(n)}}
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		f.bad(position(n), "%s is a name or a list of names, not %s", key, kindText(n))
		return nil
	}
	refs := make([]reference, len(n.Content))
	for i, c := range n.Content {
		c = resolve(c)
		refs[i] = reference{f.scalar(key, c), position(c)}
	}
	return refs
}

// unknownKey says which keys there are, or which one was meant.
func (f *file) unknownKey(at Position, what, key string, keys []string) {
	if near := layer.Nearest(key, keys); near != "" {
		f.bad(at, "%s has no key %q: did you mean %s?", what, key, near)
		return
	}
	f.bad(at, "%s has no key %q; its keys are %s", what, key, lang.List(keys))
}
