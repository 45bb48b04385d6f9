package network

import (
	"math"
	"slices"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/shape"
)

// outside stands among the inputs of a stage for an operand that no layer makes, as regions of interest.
const outside = math.MaxInt

// workOf works out an operator on inputs of these shapes; nil is an unknown shape.
func workOf(op Operator, in [][]int) (*work, error) {
	w := &work{label: op.Label()}
	switch op := op.(type) {
	case *Constant:
		w.output, w.held = op.Shape, true
		w.total.Params = op.Params
		return w, w.setBytes(nil)
	case *Explicit:
		w.output = op.Shape
		w.total = flops.Total{Params: op.Params, MACs: op.MACs, FLOPs: op.FLOPs}
		return w, w.setBytes(in)
	case *Unknown:
		w.output, w.uncounted, w.harmless = op.Shape, true, op.Harmless
		return w, nil
	}
	if slices.ContainsFunc(in, func(s []int) bool { return s == nil }) {
		w.uncounted, w.harmless = true, harmless(op) // what comes out of an unknown shape is unknown
		return w, nil
	}
	var err error
	switch op := op.(type) {
	case *View:
		w.alias = !op.Copies
		if w.output, err = op.Shape(in); err == nil && op.Copies {
			err = w.setBytes(in[:1])
		}
	case *Elementwise:
		err = w.elementwise(op, in)
	case *Computed:
		var x Explicit
		if x, err = op.Rule(in); err == nil {
			w.output, w.total = x.Shape, flops.Total{Params: x.Params, MACs: x.MACs, FLOPs: x.FLOPs}
			err = w.setBytes(in)
		}
	case *Primitive:
		if op.Name == "" {
			w.label = VariantOf(op.Op, in[0])
		}
		err = w.primitive(op, in)
	case *Variant:
		err = w.variant(op, in)
	}
	return w, err
}

// harmless reports whether an operator has neither MACs nor parameters, whatever it reads.
func harmless(op Operator) bool {
	switch op := op.(type) {
	case *View, *Elementwise:
		return true
	case *Primitive:
		return !op.Op.Kind().Weighted()
	}
	return false
}

// setBytes fills in what follows from shapes: bytes moved, bytes of weights, activations where there are MACs.
func (w *work) setBytes(in [][]int) error {
	moved := int64(0)
	if !w.held {
		n, err := layer.Elements(w.output...)
		if err != nil {
			return err
		}
		if moved = n; w.total.MACs > 0 {
			w.total.Activations = n
		}
	}
	for _, s := range in {
		n, err := layer.Elements(s...)
		if err != nil {
			return err
		}
		if moved, err = layer.Sum(moved, n); err != nil {
			return err
		}
	}
	var err error
	if w.total.ActivationBytes, err = flops.Float32.Bytes(moved); err != nil {
		return err
	}
	w.total.WeightBytes, err = flops.Float32.Bytes(w.total.Params)
	return err
}

func (w *work) elementwise(op *Elementwise, in [][]int) (err error) {
	if w.output, err = broadcast(in); err != nil {
		return err
	}
	if w.total.FLOPs, err = layer.Times(op.FLOPs, w.output...); err != nil {
		return err
	}
	return w.setBytes(in)
}

// broadcast is NumPy's rule: shapes are aligned at their last axis, and an extent of 1 stretches.
func broadcast(in [][]int) ([]int, error) {
	out := slices.Clone(in[0])
	for _, s := range in[1:] {
		if len(s) > len(out) {
			out = append(slices.Repeat([]int{1}, len(s)-len(out)), out...)
		}
		shift := len(out) - len(s)
		for i, d := range s {
			switch o := &out[shift+i]; {
			case *o == 1:
				*o = d
			case d != 1 && d != *o:
				return nil, layer.Errorf("cannot combine %s and %s: axis extents must be equal or 1", layer.FormatShape(in[0]), layer.FormatShape(s))
			}
		}
	}
	return out, nil
}

func (w *work) primitive(op *Primitive, in [][]int) error {
	if _, sum := op.Op.(layer.Add); sum && slices.ContainsFunc(in, func(s []int) bool { return !slices.Equal(s, in[0]) }) {
		return w.elementwise(&Elementwise{Name: "add", FLOPs: int64(len(in) - 1)}, in) // broadcast
	}
	st := layer.Stage{Name: string(op.Op.Kind()), Op: op.Op}
	s, err := shape.OfStage(st, in)
	if err != nil {
		return err
	}
	if w.rows, err = flops.OfStage(st, s); err != nil {
		return err
	}
	from := make([]int, len(in))
	for j := range in {
		from[j] = -1 - j
	}
	w.output, w.ops, w.stages, w.from = s.Output, []layer.Stage{st}, []shape.Stage{s}, [][]int{from}
	return w.addRows()
}

func (w *work) variant(op *Variant, in [][]int) error {
	spec := op.Spec
	spec.Input, spec.Dims = in[0], len(in[0])-2
	if spec.Dims < 1 || spec.Dims > 3 {
		return layer.Errorf("%s cannot read %s: it has no spatial axes, or too many", spec.Variant, layer.FormatShape(in[0]))
	}
	l, err := layer.Build(spec)
	if err != nil {
		return err
	}
	s, err := shape.Of(l)
	if err != nil {
		return err
	}
	c, err := flops.Of(s)
	if err != nil {
		return err
	}
	v, _ := layer.VariantNamed(spec.Variant)
	if c, ok := l.Stages[0].Op.(layer.Conv); ok && v.General {
		w.label = layer.NameOf(c, in[0][1]) // blocks with a kernel parameter make 1x1 layers too
	}
	at := map[string]int{layer.Input: -1}
	for j, name := range l.External {
		if 1+j < len(in) {
			at[name] = -2 - j
		}
	}
	w.from = make([][]int, len(l.Stages))
	for k, st := range l.Stages {
		for _, name := range st.Inputs {
			from, ok := at[name]
			if !ok {
				from = outside
			}
			w.from[k] = append(w.from[k], from)
		}
		at[st.Name] = k
	}
	w.output, w.ops, w.stages, w.rows, w.total = s.Output, l.Stages, s.Stages, c.Rows, c.Total
	return nil
}

func (w *work) addRows() (err error) {
	for _, row := range w.rows {
		if w.total, err = w.total.Add(row.Total); err != nil {
			return err
		}
	}
	return nil
}
