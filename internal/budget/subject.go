package budget

import (
	"cmp"
	"slices"
)

// Quantity is what a limit is about, spelled as in JSON.
type Quantity string

// The quantities: elements, multiply-accumulates, operations, elements, then bytes. PeakMemory is the most bytes of
// activations that are live at once; of a layer, those that are live while it runs.
const (
	Params          Quantity = "params"
	MACs            Quantity = "macs"
	FLOPs           Quantity = "flops"
	Activations     Quantity = "activations"
	WeightBytes     Quantity = "weight_bytes"
	ActivationBytes Quantity = "activation_bytes"
	PeakMemory      Quantity = "peak_memory"
)

// Quantities lists all quantities.
func Quantities() []Quantity {
	return []Quantity{Params, MACs, FLOPs, Activations, WeightBytes, ActivationBytes, PeakMemory}
}

// names are how people read the quantities.
var names = map[Quantity]string{
	Params: "params", MACs: "MACs", FLOPs: "FLOPs", Activations: "activations",
	WeightBytes: "weight bytes", ActivationBytes: "activation bytes", PeakMemory: "peak memory bytes",
}

// Name is how people read the quantity.
func (q Quantity) Name() string { return names[q] }

// Counts are measured quantities. One that is absent was not measured.
type Counts map[Quantity]int

// Layer is a row of a subject.
type Layer struct {
	Name string
	// Kind is what the layer is: a variant, like depthwise, or a primitive, like pool.
	Kind string
	// Output is its shape; nil is not known.
	Output []int
	Counts
}

// Subject is what was counted: a network, or one layer with its stages.
type Subject struct {
	Name string
	// File is where the network comes from, if from a file: annotations point there.
	File   string
	Input  []int // its shape
	Total  Counts
	Layers []Layer
	// Convention is whose MACs these are.
	Convention string
	// Partial are the quantities that something uncounted may add to.
	Partial []Quantity
}

func (s Subject) partial(q Quantity) bool { return slices.Contains(s.Partial, q) }

// Part is a layer's share of a quantity.
type Part struct {
	Name  string
	Value int
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
