package swap

import (
	"fmt"
	"slices"
	"strings"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/theory"
)

// Change is a layer that was exchanged, or that has squeeze-and-excitation behind it now.
type Change struct {
	Name        string
	Was, Is     string // variants, as tables call them
	Before      flops.Total
	After       flops.Total
	FieldBefore []float64 // the network's receptive field at the layer's output, pixels an axis
	FieldAfter  []float64
	// Theory is what the papers predict of the MACs, over those before; its Symbols are empty where nothing is predicted.
	Theory theory.Ratio
	// node is the old graph's; nodes are those of the new graph that stand for it.
	node  int
	nodes []int
}

// Swapped is a network with some convolutions exchanged, beside what it was.
type Swapped struct {
	Before, After *network.Result
	Changes       []Change
	// Kept say which layers a rule fitted that could not be exchanged, and why.
	Kept []string
}

// Apply exchanges the layers that the rules fit: each by the first rule that fits it and can be followed. It is an error if that
// is none.
func Apply(r *network.Result, rules []Rule) (*Swapped, error) {
	a := newApplication(r, rules)
	if !slices.ContainsFunc(a.chosen, func(c *choice) bool { return c != nil }) {
		e := layer.Errorf("--swap changes nothing in %s: no convolution that %s fits can be exchanged", r.Graph.Name, texts(rules))
		for _, k := range a.kept[:min(3, len(a.kept))] {
			e = e.Hint(k)
		}
		return nil, e
	}
	return a.finish()
}

func newApplication(r *network.Result, rules []Rule) *application {
	a := &application{r: r, chosen: make([]*choice, len(r.Nodes))}
	for i := range r.Nodes {
		a.choose(i, rules)
	}
	return a
}

// only is the application on some of the chosen layers.
func (a *application) only(nodes []int) (*Swapped, error) {
	b := &application{r: a.r, chosen: make([]*choice, len(a.chosen))}
	for _, i := range nodes {
		b.chosen[i] = a.chosen[i]
	}
	return b.finish()
}

func texts(rules []Rule) string {
	var out []string
	for _, r := range rules {
		out = append(out, r.Text)
	}
	return strings.Join(out, ", ")
}

// choice is what becomes of a layer.
type choice struct {
	rule *Rule
	spec layer.Spec // of Variant "": the convolution stays
	was  layer.Spec
	// gate is the squeeze-and-excitation behind it.
	gate *layer.Spec
}

type application struct {
	r      *network.Result
	chosen []*choice
	kept   []string
}

// choose looks for the first rule that fits a node and can be followed.
func (a *application) choose(i int, rules []Rule) {
	n := &a.r.Nodes[i]
	was, ok := convolution(n)
	if !ok {
		return
	}
	reason := ""
	for k := range rules {
		if !rules[k].fits(n.Node.Name, n.Variant, was) {
			continue
		}
		c, err := a.follow(n, was, &rules[k])
		if err == nil {
			a.chosen[i] = c
			return
		}
		reason = fmt.Sprintf("%s stays %s: %v", n.Node.Name, n.Variant, err)
	}
	if reason != "" {
		a.kept = append(a.kept, reason)
	}
}

func (a *application) follow(n *network.NodeResult, was layer.Spec, r *Rule) (*choice, error) {
	c := &choice{rule: r, was: was}
	switch {
	case len(n.Node.Inputs) > 1:
		return nil, layer.Errorf("its offsets are other layers'")
	case n.Node.Held != nil && n.Node.Weights == "" && n.Node.Held.Params != rowParams(n):
		return nil, layer.Errorf("it shares some of its weights")
	case r.into.Variant != "" && r.into.Variant == n.Variant && len(r.into.Own) == 0 && !r.squeeze:
		return nil, layer.Errorf("it is %s already", n.Variant)
	}
	if r.into.Variant != "" {
		s, err := r.replacement(n, was)
		if err == nil {
			err = keeps(s, n)
		}
		if err != nil {
			return nil, err
		}
		s.Input = nil
		c.spec = s
	}
	if r.squeeze {
		gate := layer.Spec{Variant: "se", Dims: was.Dims, Input: n.Output}
		for _, s := range r.squeezed {
			if err := gate.Set(s.Key, s.Value); err != nil {
				return nil, err
			}
		}
		if _, err := layer.Build(gate); err != nil {
			return nil, err
		}
		gate.Input = nil
		c.gate = &gate
	}
	return c, nil
}

// rowParams are the parameters that the operator has, whoever holds them.
func rowParams(n *network.NodeResult) (params int64) {
	for _, row := range n.Rows {
		params += row.Params
	}
	return params
}

// finish makes the graph, counts it, and says what changed.
func (a *application) finish() (*Swapped, error) {
	g, changes := a.graph()
	after, err := network.Evaluate(g, a.r.Options)
	if err != nil {
		return nil, fmt.Errorf("exchanging layers of %s: %w", a.r.Graph.Name, err)
	}
	if store(a.r, after, changes) {
		if after, err = network.Evaluate(g, a.r.Options); err != nil {
			return nil, err
		}
	}
	s := &Swapped{Before: a.r, After: after, Kept: a.kept}
	for i, c := range a.chosen {
		if c == nil {
			continue
		}
		change := changes[i]
		n := &a.r.Nodes[i]
		change.Name, change.Was, change.Before, change.FieldBefore = n.Node.Name, n.Variant, n.Total, n.Field.Size
		change.Is = after.Nodes[change.nodes[0]].Variant
		if c.gate != nil {
			change.Is += gateSuffix
		}
		for _, k := range change.nodes {
			if change.After, err = change.After.Add(after.Nodes[k].Total); err != nil {
				return nil, err
			}
		}
		change.FieldAfter = after.Nodes[change.nodes[0]].Field.Size
		change.Theory = c.predict(after.Nodes[change.nodes[0]])
		s.Changes = append(s.Changes, *change)
	}
	return s, nil
}

// graph is the network with the chosen layers; the changes, by the old node, know their nodes in it.
func (a *application) graph() (*network.Graph, map[int]*Change) {
	old := a.r.Graph
	g := *old
	g.Nodes, g.Outputs, g.Program, g.Published = nil, nil, nil, nil
	changes := map[int]*Change{}
	at := make([]int, len(old.Nodes)) // where what reads a node reads it now
	behind := a.gates()
	held := map[string]bool{} // weights whose first user was exchanged, and which others still use
	names := map[string]bool{}
	for i := range old.Nodes {
		names[old.Nodes[i].Name] = true
	}
	for i := range old.Nodes {
		n := old.Nodes[i]
		n.Inputs = make([]int, len(old.Nodes[i].Inputs))
		for j, k := range old.Nodes[i].Inputs {
			n.Inputs[j] = at[k]
		}
		c := a.chosen[i]
		at[i] = len(g.Nodes)
		if c != nil {
			changes[i] = &Change{node: i, nodes: []int{at[i]}}
		}
		switch {
		case c != nil && c.spec.Variant != "":
			if n.Weights != "" {
				held[n.Weights] = held[n.Weights] || n.Held == nil || n.Held.Params > 0
				n.Weights += "\x00" + c.rule.Text
			}
			n.Op, n.Held, n.Along = &network.Variant{Spec: c.spec}, nil, nil
		case n.Weights != "" && held[n.Weights]:
			n.Held, held[n.Weights] = a.r.Nodes[firstUser(old, n.Weights)].Node.Held, false
		}
		g.Nodes = append(g.Nodes, n)
		for _, from := range behind[i] {
			gate := network.Node{Name: old.Nodes[from].Name + ".se", Blocks: n.Blocks, Op: &network.Variant{Spec: *a.chosen[from].gate}, Inputs: []int{at[i]}, Elem: n.Elem, At: n.At}
			for names[gate.Name] {
				gate.Name += "'"
			}
			names[gate.Name] = true
			at[i] = len(g.Nodes)
			changes[from].nodes = append(changes[from].nodes, at[i])
			g.Nodes = append(g.Nodes, gate)
		}
	}
	for _, o := range a.r.Outputs() {
		g.Outputs = append(g.Outputs, at[o])
	}
	return &g, changes
}

func firstUser(g *network.Graph, weights string) int {
	return slices.IndexFunc(g.Nodes, func(n network.Node) bool { return n.Weights == weights })
}

// gates are the layers that have squeeze-and-excitation put behind node i: behind the convolution, or behind the normalisation
// that alone reads it.
func (a *application) gates() map[int][]int {
	readers := map[int][]int{}
	for i, n := range a.r.Graph.Nodes {
		for _, k := range n.Inputs {
			readers[k] = append(readers[k], i)
		}
	}
	for _, o := range a.r.Outputs() {
		readers[o] = append(readers[o], -1)
	}
	behind := map[int][]int{}
	for i, c := range a.chosen {
		if c == nil || c.gate == nil {
			continue
		}
		at := i
		if next := readers[i]; len(next) == 1 && next[0] >= 0 {
			if p, ok := a.r.Graph.Nodes[next[0]].Op.(*network.Primitive); ok && p.Op.Kind() == layer.KindNorm {
				at = next[0]
			}
		}
		behind[at] = append(behind[at], i)
	}
	return behind
}

// store gives the new layers the element type that the old ones' weights were stored in, and reports whether it is another than
// float32.
func store(before, after *network.Result, changes map[int]*Change) (stored bool) {
	for i, c := range changes {
		h := before.Graph.Nodes[i].Held
		if h == nil || h.Elem == "" || h.Elem == flops.Float32 {
			continue
		}
		for _, k := range c.nodes {
			n := &after.Nodes[k]
			if bytes, err := h.Elem.Bytes(n.Total.Params); err == nil && n.Node.Held == nil {
				after.Graph.Nodes[k].Held = &network.Held{Params: n.Total.Params, Bytes: bytes, Elem: h.Elem}
				stored = true
			}
		}
	}
	return stored
}

// predict is what the papers say of the MACs after over those before.
func (c *choice) predict(n network.NodeResult) theory.Ratio {
	spec := c.spec
	if spec.Variant == "" {
		return theory.Ratio{}
	}
	spec.Input = n.Inputs[0]
	l, err := layer.Build(spec)
	if err != nil {
		return theory.Ratio{}
	}
	was, err := layer.Build(c.was)
	if err != nil {
		return theory.Ratio{}
	}
	after, ok := theory.Of(l, c.was.Kernel)
	before, known := theory.Of(was, c.was.Kernel)
	if !ok || !known || before.MACs == 0 {
		return theory.Ratio{}
	}
	if before.MACs != 1 {
		after.Symbols, after.Numbers = "("+after.Symbols+")/("+before.Symbols+")", "("+after.Numbers+")/("+before.Numbers+")"
	}
	after.MACs /= before.MACs
	return after
}
