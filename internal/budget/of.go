package budget

import (
	"math"
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
func OfLayer(r shape.Result, c flops.Count, figures []int64, total int64, convention flops.Convention) Subject {
	s := Subject{Name: r.Layer.Variant, Input: r.Input, Convention: convention.Name, Total: CountsOf(c.Total.Under(total))}
	for i, row := range c.Rows {
		s.Layers = append(s.Layers, Layer{Name: row.Name, Kind: string(row.Kind), Output: row.Output, Counts: CountsOf(row.Total.Under(figures[i]))})
	}
	s.perPicture()
	return s
}

// perPicture adds the MACs of one picture of the batch, rounded up.
func (s *Subject) perPicture() {
	if len(s.Input) == 0 || s.Input[0] < 1 {
		return
	}
	n := int64(s.Input[0])
	each := func(c Counts) {
		if macs, ok := c[MACs]; ok {
			c[MACsPerPicture] = macs/n + min(1, macs%n)
		}
	}
	each(s.Total)
	for _, y := range s.Layers {
		each(y.Counts)
	}
}

// OfNetwork is a network to hold to limits, every layer by itself. figures are the convention's, by node, and total theirs.
func OfNetwork(r *network.Result, figures []int64, total int64, convention flops.Convention) Subject {
	s := Subject{Name: r.Graph.Name, Input: r.Input, Convention: convention.Name, Total: CountsOf(r.Total.Under(total)), Partial: partial(r)}
	s.Total[PeakMemory] = r.PeakMemory
	for i, n := range r.Nodes {
		if _, input := n.Node.Op.(*network.Input); input {
			continue
		}
		counts := CountsOf(n.Total.Under(figures[i]))
		counts[PeakMemory] = n.Live
		y := Layer{Name: n.Node.Name, Kind: n.Variant, Output: n.Output, Counts: counts}
		if most, least, ok := fieldOf(n.Field); ok {
			counts[ReceptiveField], y.Smallest = most, Counts{ReceptiveField: least}
		}
		s.Layers = append(s.Layers, y)
	}
	s.fieldOf(r)
	s.perPicture()
	return s
}

// fieldOf is the receptive field of the network: the most that an output sees, and the least.
func (s *Subject) fieldOf(r *network.Result) {
	for _, i := range r.Outputs() {
		most, least, ok := fieldOf(r.Nodes[i].Field)
		if !ok {
			continue
		}
		if before, known := s.Smallest[ReceptiveField]; known {
			most, least = max(most, s.Total[ReceptiveField]), min(least, before)
		}
		s.Total[ReceptiveField], s.Smallest = most, Counts{ReceptiveField: least}
	}
}

// fieldOf is a receptive field in whole pixels along the axis where it is largest, and where it is least.
func fieldOf(f shape.Field) (most, least int64, ok bool) {
	if len(f.Size) == 0 {
		return 0, 0, false
	}
	if f.Whole {
		return WholePicture, WholePicture, true
	}
	a, b := slices.Max(f.Size), slices.Min(f.Least)
	if !(a < WholePicture) || !(b >= 0) {
		return 0, 0, false
	}
	return int64(math.Ceil(a)), int64(math.Floor(b)), true
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
	return []Quantity{FLOPs, ActivationBytes, PeakMemory, ReceptiveField, Time}
}
