package flops

import (
	"fmt"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/shape"
)

// Row is the cost of one stage, or of a part of one that is shown by itself (the sampling of a deformable convolution).
type Row struct {
	Name   string
	Kind   layer.Kind
	Output []int
	Total
	// Formulas say how params, macs and flops came about, in that order; those that are 0 by definition are left out.
	Formulas []Formula
}

// Total is what rows add up to.
type Total struct {
	Params int64 `json:"params"` // weights and biases, in elements
	MACs   int64 `json:"macs"`   // multiply-accumulates
	FLOPs  int64 `json:"flops"`  // 2*MACs + biases + everything that is not a MAC
	// Activations are the output elements of the stages that have MACs, as RegNet (Radosavovic et al. 2020) counts them.
	Activations int64 `json:"activations"`
	WeightBytes int64 `json:"weight_bytes"` // in the element type of weights; of a model, what it stores them in
	// ActivationBytes are moved: every element that a stage reads (its inputs) and writes (its output), in its element type.
	ActivationBytes int64 `json:"activation_bytes"`
}

// Under is the total with a tool's figure in place of the MACs.
func (t Total) Under(figure int64) Total {
	t.MACs = figure
	return t
}

// ArithmeticIntensity is FLOPs per byte moved (weights and activations): beside a machine's FLOPs per byte of
// bandwidth it says which of the two bounds a layer (Williams, Waterman & Patterson 2009, Roofline).
func (t Total) ArithmeticIntensity() float64 {
	bytes := float64(t.WeightBytes) + float64(t.ActivationBytes)
	if bytes == 0 {
		return 0
	}
	return float64(t.FLOPs) / bytes
}

// Add is the sum of two totals. The error wraps layer.ErrOverflow.
func (t Total) Add(u Total) (Total, error) {
	var err error
	sum := func(quantity string, a, b int64) int64 {
		n, e := layer.Sum(a, b)
		if e != nil && err == nil {
			err = lang.Errorf("adding up %s: %w", lang.Text(quantity), e)
		}
		return n
	}
	return Total{
		Params:          sum("params", t.Params, u.Params),
		MACs:            sum("MACs", t.MACs, u.MACs),
		FLOPs:           sum("FLOPs", t.FLOPs, u.FLOPs),
		Activations:     sum("activations", t.Activations, u.Activations),
		WeightBytes:     sum(lang.Key("weight bytes"), t.WeightBytes, u.WeightBytes),
		ActivationBytes: sum(lang.Key("activation bytes"), t.ActivationBytes, u.ActivationBytes),
	}, err
}

// Count is the cost of a layer: a row a stage (or more), and their total.
type Count struct {
	Rows  []Row
	Total Total
}

// Of counts a layer, its bytes as float32. Errors wrap layer.ErrOverflow.
func Of(r shape.Result) (Count, error) { return Types{}.Of(r) }

// Of counts a layer, its bytes in these types. Errors wrap layer.ErrOverflow.
func (t Types) Of(r shape.Result) (Count, error) {
	var c Count
	for i, st := range r.Layer.Stages {
		rows, err := t.OfStage(st, r.Stages[i])
		if err != nil {
			return Count{}, err
		}
		for _, row := range rows {
			if c.Total, err = c.Total.Add(row.Total); err != nil {
				return Count{}, err
			}
		}
		c.Rows = append(c.Rows, rows...)
	}
	return c, nil
}

// cost is what a rule says of one row. Params, activations and bytes follow from the stage itself.
type cost struct {
	name  string     // "" is the stage's own
	kind  layer.Kind // "" is the stage's own
	macs  Term       // nil is none
	extra Sum        // FLOPs beyond 2*MACs
}

// rule counts one primitive; s is its shape. The last cost is the stage itself, those before it are parts of its work.
type rule func(st layer.Stage, s shape.Stage) ([]cost, error)

// Each primitive's rule lives in a file of its name.
var rules = lazy.Value[map[layer.Kind]rule]{Make: func() map[layer.Kind]rule {
	return map[layer.Kind]rule{
		layer.KindConv:       conv,
		layer.KindTransposed: transposed,
		layer.KindDeformable: deformable,
		layer.KindPool:       pool,
		layer.KindLinear:     linear,
		layer.KindActivation: activation,
		layer.KindScale:      scale,
		layer.KindAdd:        add,
		layer.KindConcat:     concat,
		layer.KindResize:     resize,
		layer.KindROIPool:    roiPool,
		layer.KindNorm:       norm,

		layer.KindDepthToSpace: depthToSpace,
	}
}}

// KindSampling is the kind of the rows that count bilinear sampling.
const KindSampling = layer.Kind(lang.Key("sampling"))

// OfStage counts one primitive of this shape, its bytes as float32.
func OfStage(st layer.Stage, s shape.Stage) ([]Row, error) { return Types{}.OfStage(st, s) }

// OfStage counts one primitive of this shape: one row, after the rows of work that is shown by itself. Errors wrap
// layer.ErrOverflow, except for an activation or norm that has no rule.
func (t Types) OfStage(st layer.Stage, s shape.Stage) ([]Row, error) {
	r, ok := rules.Get()[st.Op.Kind()]
	if !ok {
		return nil, lang.Errorf("no cost rule for %s", st.Op.Kind())
	}
	costs, err := r(st, s)
	if err != nil {
		return nil, lang.Errorf("counting %s: %w", layer.StageText(st.Name), err)
	}
	rows := make([]Row, len(costs))
	for i, c := range costs {
		row := Row{Name: st.Name, Kind: st.Op.Kind(), Output: s.Output}
		if c.name != "" {
			row.Name, row.Kind = c.name, c.kind
		}
		if i == len(costs)-1 {
			err = row.own(st, s, t)
		}
		if err == nil {
			err = row.count(c)
		}
		if err != nil {
			return nil, lang.Errorf("counting %s: %w", layer.StageText(row.Name), err)
		}
		rows[i] = row
	}
	return rows, nil
}

// count fills in MACs, FLOPs and activations.
func (r *Row) count(c cost) (err error) {
	if c.macs != nil {
		if r.MACs, err = r.add(lang.Key("macs"), Sum{c.macs}); err != nil {
			return err
		}
		c.extra = append(Sum{{{"2", 2}, {lang.Text("macs"), r.MACs}}}, c.extra...)
		if r.Activations, err = layer.Elements(r.Output...); err != nil {
			return err
		}
	}
	r.FLOPs, err = r.add(lang.Key("flops"), c.extra)
	return err
}

// own fills in what follows from a stage's operands, inputs and output.
func (r *Row) own(st layer.Stage, s shape.Stage, types Types) (err error) {
	var params Sum
	for _, o := range st.Operands(s.Inputs) {
		t := make(Term, len(o.Shape))
		for i, d := range o.Shape {
			t[i] = by(operandSymbol(st.Op, i, len(o.Shape)), d)
		}
		params = append(params, t)
	}
	if r.Params, err = r.add(lang.Key("params"), params); err != nil {
		return err
	}
	if r.WeightBytes, err = types.Weights.Bytes(r.Params); err != nil {
		return err
	}
	for _, tensor := range append(slices.Clone(s.Inputs), s.Output) {
		n, err := types.Activations.BytesOf(tensor)
		if err != nil {
			return err
		}
		if r.ActivationBytes, err = layer.Sum(r.ActivationBytes, n); err != nil {
			return err
		}
	}
	return nil
}

// operandSymbol names axis i of a weight with rank axes, or of a bias.
func operandSymbol(op layer.Op, i, rank int) string {
	first, second := "O", "(C/g)"
	switch op.(type) {
	case layer.Norm:
		return "C"
	case layer.Linear:
		second = "in"
	case layer.Transposed:
		if rank > 1 {
			first, second = "C", "(O/g)"
		}
	}
	switch i {
	case 0:
		return first
	case 1:
		return second
	}
	return kernelSymbols[rank-2][i-2]
}

// add computes a quantity and keeps its formula.
func (r *Row) add(quantity string, s Sum) (int64, error) {
	if len(s) == 0 {
		return 0, nil
	}
	n, err := s.Value()
	if err != nil {
		return 0, fmt.Errorf("%s = %s = %s: %w", quantity, s.Symbols(), s.Numbers(), err)
	}
	r.Formulas = append(r.Formulas, Formula{quantity, s, n})
	return n, nil
}
