package flops

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// Convention is how a tool counts: the figure that it prints for a layer.
type Convention struct {
	Name string
	// Unit is what the tool's figure is: MACs, or FLOPs for PyTorch's counter. Several tools say FLOPs and mean MACs.
	Unit string
	// Differs says in one line what the tool counts differently from mac.
	Differs string
	counts  map[layer.Kind]count
	// perMAC is what the tool makes of one multiply-accumulate.
	perMAC int64
	// byBits says that a MAC counts the bits of its weight times those of its activation: see Convention.In.
	byBits bool
}

// In is the convention on weights and activations of these types, which matter where it counts bits.
func (c Convention) In(t Types) Convention {
	if !c.byBits {
		return c
	}
	c.perMAC = int64(t.Weights.Bits() * t.Activations.Bits())
	c.counts = table(cells{
		layer.KindConv: c.times(macs), layer.KindTransposed: c.times(macs), layer.KindDeformable: c.times(macs), layer.KindLinear: c.times(macs),
	})
	return c
}

// times makes the convention's figure of MACs.
func (c Convention) times(count count) count { return times(c.perMAC, count) }

// count is one cell of the table tool x kind.
type count func(op layer.Op, s shape.Stage) (Sum, error)

// Conventions lists the conventions, convx's own first.
func Conventions() []Convention { return conventions.Get() }

// ConventionNamed finds a convention.
func ConventionNamed(name string) (Convention, error) {
	i := slices.IndexFunc(conventions.Get(), func(c Convention) bool { return c.Name == name })
	if i < 0 {
		return Convention{}, lang.Errorf("unknown convention %q; conventions are %s", name, lang.List(ConventionNames()))
	}
	return conventions.Get()[i], nil
}

// ConventionNames lists what ConventionNamed reads.
func ConventionNames() []string {
	var names []string
	for _, c := range conventions.Get() {
		names = append(names, c.Name)
	}
	return names
}

// OfStage is the tool's figure for one primitive. Errors wrap layer.ErrOverflow.
func (c Convention) OfStage(st layer.Stage, s shape.Stage) (int64, error) {
	sum, err := c.counts[st.Op.Kind()](st.Op, s)
	if err != nil {
		return 0, lang.Errorf("counting %s as %s does: %w", st.Name, c.Name, err)
	}
	n, err := sum.Value()
	if err != nil {
		return 0, lang.Errorf("counting %s as %s does: %s: %w", st.Name, c.Name, sum.Numbers(), err)
	}
	return n, nil
}

// OfMACs is the tool's figure for bare multiply-accumulates (a product of two activations).
func (c Convention) OfMACs(macs int64) (int64, error) { return layer.Product(c.perMAC, macs) }

// Of is the tool's figure for each stage of a layer, and their sum.
func (c Convention) Of(r shape.Result) (stages []int64, total int64, err error) {
	stages = make([]int64, len(r.Stages))
	for i, st := range r.Layer.Stages {
		if stages[i], err = c.OfStage(st, r.Stages[i]); err != nil {
			return nil, 0, err
		}
	}
	total, err = layer.Sum(stages...)
	return stages, total, err
}

type cells = map[layer.Kind]count

// table is a row of the table tool x kind: what the tool does not count is 0, in so many words.
func table(counted cells) cells {
	row := make(cells, len(layer.Kinds()))
	for _, k := range layer.Kinds() {
		row[k] = nothing
		if c := counted[k]; c != nil {
			row[k] = c
		}
	}
	return row
}

func nothing(layer.Op, shape.Stage) (Sum, error) { return nil, nil }
