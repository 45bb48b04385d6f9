package network

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// sequenceKinds are the ops that multiply what two layers make, or step along a sequence.
func sequenceKinds() []opKind {
	recurrent := []opKey{
		{name: "hidden", typ: "N", required: true, usage: "units of the state"},
		{name: "bidirectional", typ: "BOOL", def: "false", usage: "step backwards too: twice the units come out"},
		{name: "bias", typ: "BOOL", def: "true", usage: "add biases, to what is read and to the state, as PyTorch does"},
		{name: "output", typ: "NAME", def: "sequence", usage: "sequence, or last: the state after the last step alone"},
	}
	return []opKind{
		{name: "matmul", summary: "product of matrices, the last two axes, batches broadcast: from: [a, b]", build: matmul},
		{name: "lstm", summary: "long short-term memory: N x steps x features -> N x steps x hidden", keys: recurrent, build: recurrence(cell{"lstm", 4, 30})},
		{name: "gru", summary: "gated recurrent units: N x steps x features -> N x steps x hidden", keys: recurrent, build: recurrence(cell{"gru", 3, 21})},
	}
}

// matmul is NumPy's: ... x m x k by ... x k x n.
func matmul(values) (Operator, error) {
	return &Computed{
		Name: "matmul", Inputs: 2,
		Rule: func(in [][]int) (x Explicit, err error) {
			a, b := in[0], in[1]
			if len(a) < 2 || len(b) < 2 {
				return x, layer.Errorf("matmul multiplies matrices, not %s by %s", layer.FormatShape(a), layer.FormatShape(b))
			}
			m, k, n := a[len(a)-2], a[len(a)-1], b[len(b)-1]
			if k != b[len(b)-2] {
				return x, layer.Errorf("matmul cannot multiply %s by %s: %d columns by %d rows", layer.FormatShape(a), layer.FormatShape(b), k, b[len(b)-2])
			}
			batch, err := broadcast([][]int{a[:len(a)-2], b[:len(b)-2]})
			if err != nil {
				return x, err
			}
			x.Shape = append(batch, m, n)
			if x.MACs, err = layer.Elements(append(slices.Clone(x.Shape), k)...); err != nil {
				return x, err
			}
			x.FLOPs, err = layer.Product(2, x.MACs)
			return x, err
		},
		Along: func(j int, in [][]int, out []int) []Along {
			along := broadcastAxes(in[j], out)
			along[len(out)-2+j].From = len(in[j]) - 2 + j // rows are those of the first, columns those of the second
			along[len(out)-1-j].From = -1                 // what is summed over is seen whole
			return along
		},
		emit: func(e *emitter) int {
			v := e.op("MatMul", nil, e.out, e.in...)
			e.counts(0)
			return v
		},
	}, nil
}

// cell is a recurrent layer's step: its gates, and the FLOPs of a hidden unit beside products and biases, which are the sum of
// input and state for each gate (1), sigmoids (4), hyperbolic tangents (5), and what mixes them: an LSTM's c = f*c + i*g and
// o*tanh(c), a GRU's r*h and (1-z)*n + z*h.
type cell struct {
	name  string
	gates int
	each  int
}

// recurrent is a recurrent layer with its keys.
type recurrent struct {
	cell
	hidden, directions int
	bias, last         bool
}

func recurrence(c cell) func(values) (Operator, error) {
	return func(v values) (Operator, error) {
		r := recurrent{cell: c, directions: 1}
		var err error
		if r.hidden, err = v.number("hidden", 1, 1); err != nil {
			return nil, err
		}
		both, err := v.bool("bidirectional")
		if err != nil {
			return nil, err
		}
		if both {
			r.directions = 2
		}
		if r.bias, err = v.bool("bias"); err != nil {
			return nil, err
		}
		switch out := v.get("output"); out {
		case "sequence":
		case "last":
			r.last = true
		default:
			return nil, lang.Errorf("output: %q is neither sequence nor last", out)
		}
		return &Computed{Name: c.name, Inputs: 1, Rule: r.rule, Along: r.along, emit: r.emit}, nil
	}
}

// features of a step are all axes behind it.
func (r recurrent) features(x []int) (int, error) {
	if len(x) < 3 {
		return 0, layer.Errorf("%s reads N x steps x features, not %s", r.name, layer.FormatShape(x)).Hint("transpose brings the steps behind the batch")
	}
	return layer.Product(x[2:]...)
}

// rule: every step multiplies the weights of each gate by what is read and by the state, in each direction:
// steps x batch x directions x gates x hidden x (features + hidden) MACs.
func (r recurrent) rule(in [][]int) (x Explicit, err error) {
	features, err := r.features(in[0])
	if err != nil {
		return x, err
	}
	rows, err := layer.Product(r.directions, r.gates, r.hidden)
	if err != nil {
		return x, err
	}
	x.Shape = []int{in[0][0], in[0][1], r.directions * r.hidden}
	if r.last {
		x.Shape = slices.Delete(x.Shape, 1, 2)
	}
	wide, each := features+r.hidden, r.each
	if x.MACs, err = layer.Elements(in[0][0], in[0][1], rows, wide); err != nil {
		return x, err
	}
	if r.bias {
		wide, each = wide+2, each+2*r.gates
	}
	if x.Params, err = layer.Elements(rows, wide); err != nil {
		return x, err
	}
	own, err := layer.Elements(in[0][0], in[0][1], r.directions, r.hidden, each)
	if err != nil {
		return x, err
	}
	if x.FLOPs, err = layer.Product(2, x.MACs); err == nil {
		x.FLOPs, err = layer.Sum(x.FLOPs, own)
	}
	return x, err
}

// along: every output sees the whole sequence: exactly, in both directions, the last.
func (r recurrent) along(_ int, in [][]int, out []int) []Along {
	along := make([]Along, len(out))
	for a := range along {
		along[a].From = -1
	}
	along[0].From = 0
	if !r.last {
		along[1] = Along{1, shape.Everything(in[0][1])}
	}
	return along
}
