package bench

import (
	"fmt"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
)

// NetworkEntries are the layers of a network that multiply, each kind once, with how many times it occurs.
func NetworkEntries(r *network.Result) (entries []Entry, err error) {
	at := map[string]int{}
	for i := range r.Nodes {
		n := &r.Nodes[i]
		l, ok, err := layerOfNode(n)
		if err != nil {
			return nil, lang.Errorf("layer %q: %w", n.Node.Name, err)
		}
		if !ok {
			continue
		}
		key := n.Variant + fmt.Sprint(l.Input, l.Stages)
		if k, known := at[key]; known {
			entries[k].Count++
			continue
		}
		at[key] = len(entries)
		entries = append(entries, Entry{Name: n.Node.Name, Layer: l, Count: 1})
	}
	if len(entries) == 0 {
		return nil, lang.Errorf("network %s has no layer to time", r.Graph.Name)
	}
	return entries, nil
}

// timed are the primitives that are worth timing by themselves.
var timed = []layer.Kind{layer.KindConv, layer.KindTransposed, layer.KindLinear}

// layerOfNode is a node as a layer of its own; false for what has no multiplications.
func layerOfNode(n *network.NodeResult) (layer.Layer, bool, error) {
	switch op := n.Node.Op.(type) {
	case *network.Variant:
		s := op.Spec
		s.Input, s.Dims = n.Inputs[0], len(n.Inputs[0])-2
		l, err := layer.Build(s)
		return l, true, err
	case *network.Primitive:
		if len(n.Ops) != 1 || !slices.Contains(timed, op.Op.Kind()) {
			return layer.Layer{}, false, nil
		}
		st := layer.Stage{Name: string(op.Op.Kind()), Op: op.Op, Inputs: []string{layer.Input}}
		s := layer.Spec{Variant: n.Variant, Input: n.Inputs[0], Dims: max(1, len(n.Inputs[0])-2)}
		return layer.Layer{Spec: s, Stages: []layer.Stage{st}}, true, nil
	}
	return layer.Layer{}, false, nil
}
