package budget

import (
	"slices"

	"convx/internal/flops"
	"convx/internal/network"
	"convx/internal/shape"
)

// CountsOf are the counts of a total.
func CountsOf(t flops.Total) Counts {
	return Counts{
		Params: t.Params, MACs: t.MACs, FLOPs: t.FLOPs, Activations: t.Activations,
		WeightBytes: t.WeightBytes, ActivationBytes: t.ActivationBytes,
	}
}

// OfLayer is one layer to hold to limits, its stages as rows. figures are the convention's, by row, and total theirs.
func OfLayer(r shape.Result, c flops.Count, figures []int, total int, convention flops.Convention) Subject {
	s := Subject{Name: r.Layer.Variant, Input: r.Input, Convention: convention.Name, Total: CountsOf(c.Total.Under(total))}
	for i, row := range c.Rows {
		s.Layers = append(s.Layers, Layer{Name: row.Name, Kind: string(row.Kind), Output: row.Output, Counts: CountsOf(row.Total.Under(figures[i]))})
	}
	return s
}

// OfNetwork is a network to hold to limits, every layer by itself. figures are the convention's, by node, and total theirs.
func OfNetwork(r *network.Result, figures []int, total int, convention flops.Convention) Subject {
	s := Subject{Name: r.Graph.Name, Input: r.Input, Convention: convention.Name, Total: CountsOf(r.Total.Under(total)), Partial: partial(r)}
	s.Total[PeakMemory] = r.PeakMemory
	for i, n := range r.Nodes {
		if _, input := n.Node.Op.(*network.Input); input {
			continue
		}
		counts := CountsOf(n.Total.Under(figures[i]))
		counts[PeakMemory] = n.Live
		s.Layers = append(s.Layers, Layer{Name: n.Node.Name, Kind: n.Variant, Output: n.Output, Counts: counts})
	}
	return s
}

// partial are the quantities that uncounted operators may add to: all, if one may hold MACs or parameters, else those of work
// and memory.
func partial(r *network.Result) []Quantity {
	if len(r.Uncounted) == 0 {
		return nil
	}
	if slices.ContainsFunc(r.Uncounted, func(u network.Uncounted) bool { return !u.Harmless }) {
		return Quantities()
	}
	return []Quantity{FLOPs, ActivationBytes, PeakMemory}
}
