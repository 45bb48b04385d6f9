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
			in := &r.Graph.Program.Code[c]
			if in.Node == network.None {
				continue
			}
			variant, macs, flops := r.Nodes[in.Node].Part(in)
			if k == 0 {
				s.Variant = variant
			}
			s.MACs, s.FLOPs = s.MACs+macs, s.FLOPs+flops
		}
		steps[i] = s
	}
	return steps
}
