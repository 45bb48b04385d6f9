package network

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
)

var (
	// forms are the keys that say what an entry is.
	forms = []string{"variant", "op", "block"}
	// commonKeys are the keys that every entry may have.
	commonKeys = []string{"name", "from", "repeat", "first", "when", "weights"}
)

// operators are the ops by name, made once for all files.
func (f *file) operators() map[string]opKind { return opsByName.Get() }

var opsByName = lazy.Value[map[string]opKind]{Make: func() map[string]opKind {
	m := map[string]opKind{}
	for _, k := range opKinds() {
		m[k.name] = k
	}
	return m
}}

// items reads a list of layers.
func (f *file) items(n *yaml.Node) []item {
	if n.Kind != yaml.SequenceNode {
		f.bad(position(n), "layers is a list, not %s", kindText(n))
		return []item{}
	}
	if !f.admit(position(n), len(n.Content)) {
		return []item{}
	}
	items := make([]item, len(n.Content))
	for i, c := range n.Content {
		f.item(resolve(c), &items[i])
	}
	return items
}

// admit counts n more entries, and reports whether there may be as many: aliases name long lists in few words.
func (f *file) admit(at Position, n int) bool {
	f.entries += n
	if f.entries > f.limit {
		f.bad(at, "%w: %d", errTooMany, f.limit)
	}
	return f.entries <= f.limit
}

// item reads one entry: the bare name of an operator, block or variant, or a mapping with variant, op or block.
func (f *file) item(n *yaml.Node, it *item) {
	it.at = position(n)
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		f.bareItem(it, n.Value)
		return
	}
	f.pairs(n, "a layer", func(key string, k, v *yaml.Node) { f.itemKey(it, key, position(k), v) })
	if n.Kind == yaml.MappingNode {
		f.finishItem(it)
	}
}

func (f *file) bareItem(it *item, name string) {
	it.what, it.form = name, f.formOf(name)
	if it.form == "" {
		f.unknownName(it.at, "layer", name, slices.Concat(f.blockNames(), layer.VariantNames(), opNames()))
	}
}

// itemKey takes one key of an entry.
func (f *file) itemKey(it *item, key string, at Position, v *yaml.Node) {
	switch key {
	case "variant", "op", "block":
		if it.form != "" {
			f.bad(at, "a layer is %s or %s, not both", it.form, key)
		}
		it.form, it.what = key, f.scalar(key, v)
	case "from":
		it.from = f.references(key, v)
	case "first":
		f.pairs(v, "first", func(key string, k, v *yaml.Node) {
			it.first = append(it.first, setting{key, f.scalar(key, v), position(k)})
		})
	case "name":
		it.name = f.scalar(key, v)
	case "repeat":
		it.named.repeat = f.scalar(key, v)
	case "when":
		it.named.when = f.scalar(key, v)
	case "weights":
		it.named.weights = f.scalar(key, v)
	default:
		it.keys = append(it.keys, setting{key, f.scalar(key, v), at})
	}
}

func (f *file) finishItem(it *item) {
	if it.form == "" {
		f.bad(it.at, "a layer says what it is: variant, op or block")
		return
	}
	f.checkItem(it)
}

// checkItem looks for names and keys that cannot be right, where no parameter stands in the way.
func (f *file) checkItem(it *item) {
	if strings.Contains(it.what, "$") {
		return
	}
	var keys []string
	switch it.form {
	case "variant":
		known, ok := keysOfVariant.Get()[it.what]
		if !ok {
			f.unknownName(it.at, "variant", it.what, layer.VariantNames())
			return
		}
		keys = known
	case "op":
		op, ok := f.operators()[it.what]
		if !ok {
			f.unknownName(it.at, "op", it.what, opNames())
			return
		}
		keys = op.keyNames()
	case "block":
		b, ok := f.blocks[it.what]
		if !ok {
			f.unknownName(it.at, "block", it.what, f.blockNames())
			return
		}
		if b.layers == nil && b.params == nil {
			return // not read yet: its parameters are checked when it is expanded
		}
		for _, p := range b.params {
			keys = append(keys, p.name)
		}
	}
	for _, settings := range [][]setting{it.keys, it.first} {
		for _, s := range settings {
			if !slices.Contains(keys, s.key) {
				f.unknownKey(s.at, it.what, s.key, slices.Concat(keys, commonKeys))
			}
		}
	}
}

var keysOfVariant = lazy.Value[map[string][]string]{Make: func() map[string][]string {
	m := map[string][]string{}
	for _, v := range layer.Variants() {
		m[v.Name] = variantKeys(v)
	}
	return m
}}

// variantKeys are the keys of a variant in files; dims and input come from the network.
func variantKeys(v layer.Variant) []string {
	var keys []string
	for _, k := range layer.Keys() {
		if k.Name != "dims" && k.Name != "input" && v.Has(k.Name) {
			keys = append(keys, k.YAML())
		}
	}
	return keys
}

// formOf says what a bare name stands for.
func (f *file) formOf(name string) string {
	if _, ok := f.operators()[name]; ok {
		return "op"
	}
	if _, ok := f.blocks[name]; ok {
		return "block"
	}
	if _, ok := layer.VariantNamed(name); ok {
		return "variant"
	}
	return ""
}

func (f *file) blockNames() []string {
	var names []string
	for n := range f.blocks {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func opNames() []string {
	var names []string
	for _, k := range opKinds() {
		names = append(names, k.name)
	}
	return names
}

func (f *file) unknownName(at Position, what, name string, names []string) {
	if near := layer.Nearest(name, names); near != "" {
		f.bad(at, "unknown %s %q: did you mean %s?", what, name, near)
		return
	}
	if len(names) == 0 {
		f.bad(at, "unknown %s %q: the file has none", what, name)
		return
	}
	f.bad(at, "unknown %s %q; there are %s", what, name, lang.List(names))
}
