package swap

import (
	"slices"

	"convx/internal/flops"
	"convx/internal/lang"
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
	return lang.List(out)
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
		reason = lang.Sprintf("%s stays %s: %v", n.Node.Name, n.Variant, err)
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
	case r.into.Variant != "" && r.into.Variant == n.Variant && len(r.into.Own) == 0 && r.gate.Variant == "":
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
	if r.gate.Variant != "" {
		gate := layer.Spec{Variant: r.gate.Variant, Dims: was.Dims, Input: n.Output}
		for _, s := range r.gate.Own {
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
		return nil, lang.Errorf("exchanging layers of %s: %w", a.r.Graph.Name, err)
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
			change.Is += gateMark + c.gate.Variant
		}
		for _, k := range change.nodes {
			if change.After, err = change.After.Add(after.Nodes[k].Total); err != nil {
				return nil, err
			}
		}
		change.FieldAfter = after.Nodes[change.nodes[0]].Field.Size
		change.Theory = c.predict(&after.Nodes[change.nodes[0]])
		s.Changes = append(s.Changes, *change)
	}
	return s, nil
}

// predict is what the papers say of the MACs after over those before.
func (c *choice) predict(n *network.NodeResult) theory.Ratio {
	spec := c.was
	if c.spec.Variant != "" {
		spec = c.spec
		spec.Input = n.Inputs[0]
	}
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
	if c.gate != nil {
		gate := *c.gate
		gate.Input = n.Output
		g, err := layer.Build(gate)
		if err != nil {
			return theory.Ratio{}
		}
		after = after.Gated(was, c.was.Kernel, g)
	}
	if before.MACs != 1 {
		after.Symbols, after.Numbers = "("+after.Symbols+")/("+before.Symbols+")", "("+after.Numbers+")/("+before.Numbers+")"
	}
	after.MACs /= before.MACs
	return after
}
