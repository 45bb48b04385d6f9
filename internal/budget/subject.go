package budget

import (
	"cmp"
	"slices"
	"time"
)

// Layer is a row of a subject.
type Layer struct {
	Name string
	// Kind is what the layer is: a variant, like depthwise, or a primitive, like pool.
	Kind string
	// Output is its shape; nil is not known.
	Output []int
	Counts
	// Smallest is the least of quantities that differ within the layer: a receptive field's along its axes.
	Smallest Counts
	// Noise is how far a measured time may be off.
	Noise int64
}

// Subject is what was counted: a network, or one layer with its stages.
type Subject struct {
	Name string
	// File is where the network comes from, if from a file: annotations point there.
	File  string
	Input []int // its shape
	Total Counts
	// Smallest is the least of quantities that differ within the network.
	Smallest Counts
	Layers   []Layer
	// Convention is whose MACs these are.
	Convention string
	// Timed says that times were measured, the whole give or take Noise; else they are lower bounds.
	Timed bool
	Noise int64
	// Partial are the quantities that something uncounted may add to.
	Partial []Quantity
}

func (s Subject) partial(q Quantity) bool { return slices.Contains(s.Partial, q) }

// AtRate adds what the MACs come to at so many pictures a second.
func (s *Subject) AtRate(r Rate) {
	rate := func(c Counts) {
		if n, ok := c[MACsPerPicture]; ok {
			c[MACsPerSecond] = r.Of(n)
		}
	}
	rate(s.Total)
	for _, l := range s.Layers {
		rate(l.Counts)
	}
}

// In adds the least time that each layer takes, by name, and the whole.
func (s *Subject) In(whole time.Duration, layers map[string]time.Duration) {
	s.Total[Time] = int64(whole)
	for _, l := range s.Layers {
		if t, ok := layers[l.Name]; ok {
			l.Counts[Time] = int64(t)
		}
	}
}

// total is what a limit of the whole measures: of a lower bound the least.
func (s Subject) total(l Limit) (int64, bool) {
	if v, ok := s.Smallest[l.Quantity]; ok && l.Least {
		return v, true
	}
	v, ok := s.Total[l.Quantity]
	return v, ok
}

// of is what a limit measures of the layer: of a lower bound the least.
func (y Layer) of(l Limit) int64 {
	if v, ok := y.Smallest[l.Quantity]; ok && l.Least {
		return v
	}
	return y.Counts[l.Quantity]
}

// Part is a layer's share of a quantity.
type Part struct {
	Name  string
	Value int64
	Share float64 // of the whole
}

// most are the layers that have most of a quantity, largest first, up to n of them.
func most(layers []Layer, q Quantity, n int) []Part {
	whole := 0.0
	var parts []Part
	for _, l := range layers {
		if v := l.Counts[q]; v > 0 {
			parts = append(parts, Part{Name: l.Name, Value: v})
			whole += float64(v)
		}
	}
	slices.SortStableFunc(parts, func(a, b Part) int { return cmp.Compare(b.Value, a.Value) })
	parts = parts[:min(n, len(parts))]
	for i := range parts {
		parts[i].Share = float64(parts[i].Value) / whole
	}
	return parts
}
