package network

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
)

// entry is an operator as a network file says it: variant or op, which one, and its keys.
type entry struct {
	form, what string
	keys       []layer.Setting
}

// remember keeps how the file says an operator, its parameters filled in.
func (f *file) remember(op Operator, form, what string, keys []setting, texts []string) {
	e := entry{form: form, what: what}
	for i, k := range keys {
		e.keys = append(e.keys, layer.Setting{Key: k.key, Value: texts[i]})
	}
	if f.graph.written == nil {
		f.graph.written = map[Operator]entry{}
	}
	f.graph.written[op] = e
	for i, part := range outputsOf(op) {
		if part != op {
			f.graph.written[part] = entry{form, what, append(slices.Clip(e.keys), layer.Setting{Key: "part", Value: strconv.Itoa(i)})}
		}
	}
}

// Write writes a network as a network file, without blocks: a line a layer, which reads back and counts the same (or nothing is
// written, and the error says which layer no file can say). What is left out: element types, which a comment at the head names, the papers
// and figures that others published.
func Write(w io.Writer, r *Result) error {
	out := writer{r: r, names: make([]string, len(r.Nodes)), taken: map[string]bool{}, owners: map[string]string{}}
	text, err := out.file()
	if err != nil {
		return err
	}
	if err := out.same(text); err != nil {
		return err
	}
	_, err = io.WriteString(w, text)
	return err
}

type writer struct {
	r     *Result
	names []string // of the nodes in the file
	taken map[string]bool
	// owners are the first nodes that use shared weights, by the weights' name.
	owners map[string]string
	b      strings.Builder
}

func (w *writer) file() (string, error) {
	g := w.r.Graph
	if _, ok := g.Nodes[0].Op.(*Input); !ok || len(w.r.Input) < 3 || len(w.r.Input) > 5 {
		return "", layer.Errorf("a network file begins with an input of 1 to 3 spatial axes, and %s has %s", g.Name, layer.FormatShape(w.r.Input))
	}
	w.types()
	w.line("name: %s", quote(g.Name))
	if g.Title != "" {
		w.line("title: %s", quote(g.Title))
	}
	if d := len(w.r.Input) - 2; d != 2 {
		w.line("dims: %d", d)
	}
	w.line("input: %s", layer.FormatShape(w.r.Input))
	w.line("layers:")
	w.names[0] = layer.Input
	w.taken[layer.Input] = true
	for i := 1; i < len(g.Nodes); i++ {
		if err := w.node(i); err != nil {
			return "", Problem{Node: g.Nodes[i].Name, Err: err}
		}
	}
	var outputs []string
	for _, o := range g.outputs() {
		outputs = append(outputs, quote(w.names[o]))
	}
	w.line("outputs: [%s]", strings.Join(outputs, ", "))
	return w.b.String(), nil
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.b, format+"\n", args...) }

// types says at the head what the network stores in other types than float32, for which files have no words.
func (w *writer) types() {
	weights, activations := elems{}, elems{}
	for i := range w.r.Nodes {
		n := &w.r.Nodes[i]
		activations.add(n.Node.Elem)
		switch {
		case n.Node.Held != nil && n.Node.Held.Params > 0:
			weights.add(n.Node.Held.Elem)
		case n.Node.Held == nil && n.Total.Params > 0:
			weights.add("")
		}
	}
	for _, e := range []struct {
		what, flag string
		elems      elems
	}{{"weights", "weights-dtype", weights}, {"activations", "activations-dtype", activations}} {
		if names := e.elems.names(); len(names) > 1 || len(names) == 1 && names[0] != string(flops.Float32) {
			like := ""
			if len(names) == 1 && slices.Contains(flops.Elems(), flops.Elem(names[0])) {
				like = " " + names[0]
			}
			w.line("# Its %s were %s; a file has no word for that: count with --%s%s.", e.what, strings.Join(names, " and "), e.flag, like)
		}
	}
}

// elems are element types; empty is float32.
type elems map[flops.Elem]bool

func (e elems) add(t flops.Elem) { e[cmp.Or(t, flops.Float32)] = true }

func (e elems) names() (names []string) {
	for t := range e {
		names = append(names, string(t))
	}
	slices.Sort(names)
	return names
}

func (w *writer) node(i int) error {
	n := &w.r.Nodes[i]
	if _, again := n.Node.Op.(*Input); again {
		return layer.Errorf("a network file has one input, and this is another")
	}
	e, err := w.entry(n)
	if err != nil {
		return err
	}
	w.names[i] = w.name(n.Node.Name)
	parts := []string{e.form + ": " + quote(e.what), "name: " + quote(w.names[i])}
	if in := n.Node.Inputs; len(in) > 1 || len(in) == 1 && in[0] != i-1 {
		var from []string
		for _, k := range in {
			from = append(from, quote(w.names[k]))
		}
		parts = append(parts, "from: ["+strings.Join(from, ", ")+"]")
	}
	if key := n.Node.Weights; key != "" {
		if owner, shared := w.owners[key]; shared {
			parts = append(parts, "weights: "+quote(owner))
		} else {
			w.owners[key] = w.names[i]
		}
	}
	for _, k := range e.keys {
		parts = append(parts, strings.ReplaceAll(k.Key, "-", "_")+": "+quote(k.Value))
	}
	w.line("  - {%s}", strings.Join(parts, ", "))
	return nil
}

// name is a node's name as a file can have it.
func (w *writer) name(name string) string {
	name = strings.Map(func(r rune) rune {
		if r <= ' ' || r == '$' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffd {
			return '_'
		}
		return r
	}, name)
	base := name
	for k := 2; name == "" || w.taken[name]; k++ {
		name = base + "#" + strconv.Itoa(k)
	}
	w.taken[name] = true
	return name
}

// entry is the first way to say a node that comes to what the node comes to.
func (w *writer) entry(n *NodeResult) (entry, error) {
	if n.Uncounted {
		return entry{}, layer.Errorf("%s is not counted, so no file can say what it comes to", n.Variant)
	}
	own := n.Total // of a node that uses another's weights, as if they were its own
	for _, r := range n.Rows {
		if n.Shares != nil {
			own.Params += r.Params
		}
	}
	ways := w.ways(n, own)
	f := file{graph: &Graph{}, dims: len(w.r.Input) - 2, cache: map[string]Operator{}}
	for _, e := range ways {
		var keys []setting
		texts := make([]string, len(e.keys))
		for i, k := range e.keys {
			keys, texts[i] = append(keys, setting{key: strings.ReplaceAll(k.Key, "-", "_")}), k.Value
		}
		op, err := f.makeOperator(e.form, e.what, keys, texts)
		if err != nil {
			continue
		}
		if op, err = withOperands(op, len(n.Inputs)); err != nil {
			continue
		}
		if least, most := op.arity(); len(n.Inputs) < max(least, fewest(op)) || most >= 0 && len(n.Inputs) > most {
			continue
		}
		got, err := workOf(op, n.Inputs)
		if err == nil && slices.Equal(got.output, n.Output) && sameCounts(got.total, own) {
			return e, nil
		}
	}
	return entry{}, layer.Errorf("%s reading %d layers cannot be said in a network file", n.Variant, len(n.Inputs))
}

func sameCounts(a, b flops.Total) bool {
	return a.Params == b.Params && a.MACs == b.MACs && a.FLOPs == b.FLOPs && a.Activations == b.Activations
}

// ways are the ways to say a node, the best first: as its file did, as what it is, as what it comes to.
func (w *writer) ways(n *NodeResult, own flops.Total) (ways []entry) {
	if e, ok := w.r.Graph.written[n.Node.Op]; ok {
		ways = append(ways, e)
	}
	label := layer.Setting{Key: "label", Value: n.Variant}
	size := layer.Setting{Key: "shape", Value: layer.FormatShape(n.Output)}
	if len(n.Output) == 0 {
		size.Value = noExtents
	}
	count := func(key string, v int64) layer.Setting {
		return layer.Setting{Key: key, Value: strconv.FormatInt(v, 10)}
	}
	switch op := n.Node.Op.(type) {
	case *Variant:
		ways = append(ways, ofSpec(op.Spec))
	case *Primitive:
		ways = append(ways, ofPrimitive(op, n.Inputs[0])...)
	case *Elementwise:
		ways = append(ways, entry{"op", "elementwise", []layer.Setting{count("flops", op.FLOPs), label}})
	case *View:
		ways = append(ways, entry{"op", "reshape", []layer.Setting{size, {Key: "copies", Value: strconv.FormatBool(op.Copies)}, label}})
	case *Constant:
		return append(ways, entry{"op", "constant", []layer.Setting{size, count("params", own.Params)}})
	}
	if len(n.Inputs) == 0 {
		return ways
	}
	return append(ways, entry{"op", "work", []layer.Setting{size, count("params", own.Params), count("macs", own.MACs), count("flops", own.FLOPs), label}})
}

// ofSpec is a layer by the keys that were given.
func ofSpec(s layer.Spec) entry {
	e := entry{form: "variant", what: s.Variant}
	for _, k := range layer.Keys() {
		if k.Name != "dims" && k.Name != "input" && s.Given(k.Name) {
			e.keys = append(e.keys, layer.Setting{Key: k.Name, Value: k.Value(s)})
		}
	}
	return e
}

// same reads the text back and holds it to the network.
func (w *writer) same(text string) error {
	g, err := Parse(w.r.Graph.Name, []byte(text))
	if err != nil {
		return lang.Errorf("the network file that was made cannot be read: %w", err)
	}
	o := w.r.Options
	o.Input, o.Batch = nil, 0
	back, err := Evaluate(g, o)
	if err != nil {
		return lang.Errorf("the network file that was made cannot be counted: %w", err)
	}
	if !sameCounts(back.Total, w.r.Total) || !slices.Equal(back.Output, w.r.Output) || len(back.Nodes) != len(w.r.Nodes) {
		return lang.Errorf("the network file that was made counts %d params, %d MACs, not %d, %d", back.Total.Params, back.Total.MACs, w.r.Total.Params, w.r.Total.MACs)
	}
	return nil
}

var plainText = lazy.Value[*regexp.Regexp]{Make: func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./-]*$`) }}

// quote is a text as YAML has it inside of braces.
func quote(s string) string {
	if plainText.Get().MatchString(s) && !strings.EqualFold(s, "null") {
		return s
	}
	return strconv.QuoteToGraphic(strings.ToValidUTF8(s, "_"))
}
