package swap

import (
	"slices"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/network"
)

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
