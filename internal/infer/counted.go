package infer

import (
	"slices"

	"convx/internal/layer"
	"convx/internal/network"
)

// Counted is one step of a network, with what was counted for its instructions.
type Counted struct {
	Layer
	Variant     string
	MACs, FLOPs int64
	// Bytes are what the step reads and writes at least, each once: what it is given from outside and what it makes, and the weights of what
	// multiplies. What fused instructions hand on within it does not count, nor do numbers that hold for a whole channel, which are folded
	// into weights. It is 0 for a step without operations, which may move nothing, and counts nothing whose shape only a run tells.
	Bytes int64
}

// Count joins the steps, in the order in which they run, with the counts of their instructions.
func (net *Network) Count(r *network.Result) []Counted {
	layers := net.Layers()
	steps := make([]Counted, len(layers))
	for i, l := range layers {
		s := Counted{Layer: l, Variant: l.Operator}
		var multiplies []int
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
			if macs > 0 {
				multiplies = append(multiplies, c)
			}
		}
		if s.FLOPs > 0 {
			s.Bytes = net.moved(net.nodes[i], r.Graph.Program, multiplies)
		}
		steps[i] = s
	}
	return steps
}

// moved is what a node reads and writes, in bytes; multiplies are those of its instructions whose weights count.
func (net *Network) moved(n *node, p *network.Program, multiplies []int) (bytes int64) {
	inside := map[int]bool{network.None: true}
	for _, c := range n.covers {
		for _, v := range p.Code[c].Out {
			inside[v] = true
		}
	}
	for _, c := range n.covers {
		for _, v := range p.Code[c].In {
			if inside[v] {
				continue
			}
			inside[v] = true // once
			switch w := p.Values[v].Weight; {
			case w == nil:
				bytes += net.extent(v, p.Values[v].Shape)
			case slices.Contains(multiplies, c) && len(w.Shape) > 1:
				bytes += sizeOf(w.Shape, w.Elem.Size())
			}
		}
	}
	for _, v := range n.out {
		if v != network.None && v < len(p.Values) {
			bytes += net.extent(v, p.Values[v].Shape)
		}
	}
	return bytes
}

func (net *Network) extent(v int, shape []int) int64 {
	if shape == nil {
		return 0
	}
	size := net.values[v].elem.Size()
	if size == 0 { // only a run tells: as small as any
		size = 1
	}
	return sizeOf(shape, size)
}

// sizeOf is so many bytes an element; 0 beyond what 64 bits count.
func sizeOf(shape []int, bytes int) int64 {
	n, err := layer.Times(int64(bytes), shape...)
	if err != nil {
		return 0
	}
	return n
}
