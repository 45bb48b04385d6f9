package infer

import "convx/internal/network"

// Counted is one step of a network, with what was counted for its instructions.
type Counted struct {
	Layer
	Variant     string
	MACs, FLOPs int64
}

// Count joins the steps, in the order in which they run, with the counts of their instructions.
func (net *Network) Count(r *network.Result) []Counted {
	layers := net.Layers()
	steps := make([]Counted, len(layers))
	for i, l := range layers {
		s := Counted{Layer: l, Variant: l.Operator}
		for k, c := range l.Covers {
			at := r.Graph.Program.Code[c].Node
			if at == network.None {
				continue
			}
			n := &r.Nodes[at]
			if k == 0 {
				s.Variant = n.Variant
			}
			s.MACs, s.FLOPs = s.MACs+n.Total.MACs, s.FLOPs+n.Total.FLOPs
		}
		steps[i] = s
	}
	return steps
}
