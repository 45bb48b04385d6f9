package network

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"convx/internal/lang"
	"convx/internal/layer"
)

// The keys of a network file, in the order in which it is written.
var documentKeys = []string{"name", "title", "papers", "published", "dims", "input", "parameters", "blocks", "layers", "outputs", "weights"}

// document reads the top level. Blocks come before layers, wherever they stand in the file.
func (f *file) document(doc *yaml.Node) {
	f.graph = &Graph{}
	f.dims, f.blocks = 2, map[string]*block{}
	root := doc
	if doc.Kind == yaml.DocumentNode {
		root = doc.Content[0]
	}
	found := map[string]*yaml.Node{}
	f.pairs(root, "a network", func(key string, k, v *yaml.Node) {
		if !slices.Contains(documentKeys, key) {
			f.unknownKey(position(k), "a network", key, documentKeys)
		}
		found[key] = v
	})
	if len(f.problems) > 0 && len(found) == 0 {
		return
	}
	for _, r := range []struct {
		key  string
		read func(*yaml.Node)
	}{
		{"name", func(n *yaml.Node) { f.graph.Name = f.scalar("name", n) }},
		{"title", func(n *yaml.Node) { f.graph.Title = f.scalar("title", n) }},
		{"papers", f.papers},
		{"published", f.published},
		{"dims", f.readDims},
		{"input", f.input},
		{"weights", f.namings},
		{"parameters", func(n *yaml.Node) { f.params = f.parameters(n, lang.Text("the network")) }},
		{"blocks", f.readBlocks},
		{"layers", f.readLayers},
		{"outputs", func(n *yaml.Node) { f.outputs = f.references("outputs", n) }},
	} {
		if n := found[r.key]; n != nil {
			r.read(n)
		} else if r.key == "input" || r.key == "layers" {
			f.bad(position(root), "the network has no %s", r.key)
		}
	}
}

func (f *file) readLayers(n *yaml.Node) {
	if f.plain != nil {
		f.layers = f.plainItems(f.plain)
		return
	}
	f.layers = f.items(n)
}

func (f *file) papers(n *yaml.Node) {
	for _, r := range f.references("papers", n) {
		f.graph.Papers = append(f.graph.Papers, r.name)
	}
}

func (f *file) readDims(n *yaml.Node) {
	d, err := strconv.Atoi(f.scalar("dims", n))
	if err != nil || d < 1 || d > 3 {
		f.bad(position(n), "dims is the number of spatial axes: 1, 2 or 3, not %s", kindText(n))
		return
	}
	f.dims = d
}

// input reads the input's size, C x spatial or N x C x spatial, and makes its node.
func (f *file) input(n *yaml.Node) {
	shape, err := layer.ParseInts(f.scalar("input", n), 1)
	switch {
	case err != nil:
		f.bad(position(n), "input: %v", err)
		return
	case len(shape) == f.dims+1:
		shape = append([]int{1}, shape...)
	case len(shape) != f.dims+2:
		f.bad(position(n), "input %s has %d extents; with dims %d it has %d, or %d with a batch in front", layer.FormatShape(shape), len(shape), f.dims, f.dims+1, f.dims+2)
		return
	}
	f.graph.Nodes = append(f.graph.Nodes, Node{Name: layer.Input, Op: &Input{Shape: shape}, At: position(n)})
	f.used = append(f.used, true)
}

var publishedKeys = []string{"params", "macs", "flops", "receptive_field", "at", "about", "source", "note"}

// published reads a list of figures: one or more quantities, where they come from, and the layer that they are for.
func (f *file) published(n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		f.bad(position(n), "published is a list of figures, not %s", kindText(n))
		return
	}
	for _, entry := range n.Content {
		var common Published
		var figures []Published
		f.pairs(entry, lang.Text("a published figure"), func(key string, k, v *yaml.Node) {
			text := f.scalar(key, v)
			switch key {
			case "source":
				common.Source = text
			case "note":
			case "at":
				common.Node = text
			case "about":
				p, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
				if err != nil || !(p >= 0 && p <= 100) || !strings.HasSuffix(text, "%") {
					f.bad(position(v), "about is a share like 1%%, not %q", text)
				}
				common.About = p
			case "params", "macs", "flops", "receptive_field":
				value, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
				if err != nil {
					f.bad(position(v), "%s is a whole number, not %q", key, text)
				}
				figures = append(figures, Published{Quantity: key, Value: value})
			default:
				f.unknownKey(position(k), lang.Text("a published figure"), key, publishedKeys)
			}
		})
		for _, p := range figures {
			p.Source, p.Node, p.About = common.Source, common.Node, common.About
			f.graph.Published = append(f.graph.Published, p)
		}
	}
}

// parameters reads names with defaults; a name without one is required.
func (f *file) parameters(n *yaml.Node, of string) []param {
	var out []param
	f.pairs(n, "parameters", func(key string, k, v *yaml.Node) {
		p := param{name: key, at: position(k), required: v.Kind == yaml.ScalarNode && v.Tag == "!!null"}
		if identifier(key) != len(key) || key == "i" || key == "true" || key == "false" || slices.Contains(commonKeys, key) || slices.Contains(forms, key) {
			f.bad(position(k), "%q cannot name a parameter of %s: names are letters, digits and _, and keys of layers are taken", key, of)
		}
		if !p.required {
			p.value = f.scalar(key, v)
		}
		out = append(out, p)
	})
	return out
}

var blockKeys = []string{"parameters", "inputs", "layers", "outputs"}

func (f *file) readBlocks(n *yaml.Node) {
	type body struct {
		b *block
		n *yaml.Node
	}
	var bodies []body
	f.pairs(n, "blocks", func(name string, k, v *yaml.Node) {
		if _, taken := f.operators()[name]; taken {
			f.bad(position(k), "%q is the name of an operator: call the block something else", name)
		}
		b := &block{name: name}
		f.blocks[name] = b
		bodies = append(bodies, body{b, v})
	})
	for _, x := range bodies {
		x.b.inputs = []reference{{name: layer.Input}}
		f.pairs(x.n, "a block", func(key string, k, v *yaml.Node) {
			switch key {
			case "parameters":
				x.b.params = f.parameters(v, "block "+x.b.name)
			case "inputs":
				x.b.inputs = f.references(key, v)
			case "outputs":
				x.b.outputs = f.references(key, v)
			case "layers":
				x.b.layers = f.items(v)
			default:
				f.unknownKey(position(k), "a block", key, blockKeys)
			}
		})
		if x.b.layers == nil {
			f.bad(position(x.n), "block %q has no layers", x.b.name)
		}
	}
}
