package gradient

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/tensor"
)

// mostSteps bounds what a recurrent layer is unrolled to, over both directions.
const mostSteps = 4096

// recurrence is a recurrent layer that is unrolled step by step (Werbos 1990, Backpropagation Through Time): steps x batch x features
// in, steps x directions x batch x hidden out.
type recurrence struct {
	*backward
	in            *network.Instruction
	batch, hidden int
	functions     []string // of the direction at hand
	// Of the direction: the recurrent weights, the biases of gates as they are added to the state, the peepholes; None where there are none.
	state, bias, peepholes int
}

// recurrent says which functions a layer has, and how a step makes the state, and the cell if it has one, of the gates' sums over the
// input and the state before.
type recurrent struct {
	functions []string
	step      func(r *recurrence, x, h, c int) (state, cell int)
}

var recurrents = map[string]recurrent{
	"LSTM": {[]string{"Sigmoid", "Tanh", "Tanh"}, (*recurrence).lstm},
	"GRU":  {[]string{"Sigmoid", "Tanh"}, (*recurrence).gru},
	"RNN": {[]string{"Tanh"}, func(r *recurrence, x, h, _ int) (int, int) {
		return r.function(0, r.plus(x, r.product(h, r.state, r.bias))), network.None
	}},
}

func unrolled(b *backward, in *network.Instruction) ([]int, error) {
	kind, x, w := recurrents[in.Op], b.shape(in.In[0]), b.shape(in.In[1])
	directions, rows, hidden := w[0], w[1], b.shape(in.In[2])[2]
	if x[0]*directions > mostSteps {
		return nil, unknown(lang.Sprintf("of more than %d steps", mostSteps))
	}
	for _, attribute := range []string{"clip", "layout", "input_forget", "activation_alpha", "activation_beta"} {
		if v, given := in.Attributes[attribute]; given && v != int64(0) {
			return nil, unknown(lang.Sprintf("with %s", attribute))
		}
	}
	operand := func(i int) int {
		if i < len(in.In) {
			return in.In[i]
		}
		return network.None
	}
	if operand(4) != network.None {
		return nil, unknown(lang.Text("of sequences of different lengths"))
	}
	functions, given := in.Attributes["activations"].([]string)
	if !given {
		functions = slices.Repeat(kind.functions, directions)
	}
	if len(functions) < directions*len(kind.functions) {
		return nil, unknown(lang.Sprintf("with %s", "activations"))
	}
	var all, states, cells []int
	for d := range directions {
		// part is what an operand holds for this direction.
		part := func(i int, shape ...int) int {
			v := operand(i)
			if v == network.None || directions == 1 {
				return b.shaped(v, shape)
			}
			return b.shaped(b.op("Slice", nil, append([]int{1}, b.shape(v)[1:]...), v, b.list(d), b.list(d+1), b.list(0)), shape)
		}
		n := len(kind.functions)
		r := &recurrence{backward: b, in: in, batch: x[1], hidden: hidden, functions: functions[d*n:][:n], state: part(2, rows, hidden), bias: network.None, peepholes: part(7, 3*hidden)}
		sums := b.op("Gemm", map[string]any{"transB": int64(1)}, []int{x[0] * x[1], rows}, b.reshape(in.In[0], []int{x[0] * x[1], x[2]}), part(1, rows, x[2]))
		if biases := part(3, 2, rows); biases != network.None {
			both := b.parts(biases, 0, 1, 1)
			sums, r.bias = b.plus(sums, b.reshape(both[0], []int{rows})), b.reshape(both[1], []int{rows})
		}
		order := slices.Clone(b.parts(sums, 0, slices.Repeat([]int{x[1]}, x[0])...))
		backwards := d == 1 || in.Attributes["direction"] == "reverse"
		if backwards {
			slices.Reverse(order)
		}
		h, c := part(5, x[1], hidden), part(6, x[1], hidden)
		nothing := b.constant(tensor.ArrayOf(make([]float32, x[1]*hidden), x[1], hidden))
		if h == network.None {
			h = nothing
		}
		if c == network.None {
			c = nothing
		}
		var steps []int
		for _, sum := range order {
			h, c = kind.step(r, sum, h, c)
			steps = append(steps, b.reshape(h, []int{1, 1, x[1], hidden}))
		}
		states, cells = append(states, b.shaped(h, []int{1, x[1], hidden})), append(cells, b.shaped(c, []int{1, x[1], hidden}))
		if backwards {
			slices.Reverse(steps)
		}
		all = append(all, b.joined(steps, 0))
	}
	outs := []int{b.joined(all, 1), b.joined(states, 0), network.None}
	if in.Op == "LSTM" {
		outs[2] = b.joined(cells, 0)
	}
	return outs[:len(in.Out)], nil
}

// lstm has the gates input, output, forget and cell (Hochreiter & Schmidhuber 1997; Gers & Schmidhuber 2000 for peepholes).
func (r *recurrence) lstm(x, h, c int) (state, cell int) {
	gates := r.parts(r.plus(x, r.product(h, r.state, r.bias)), 1, slices.Repeat([]int{r.hidden}, 4)...)
	looks := [3]int{network.None, network.None, network.None} // of input, output, forget at the cell
	if r.peepholes != network.None {
		copy(looks[:], r.parts(r.peepholes, 0, r.hidden, r.hidden, r.hidden))
	}
	gate := func(k, cell int) int {
		v := gates[k]
		if looks[k] != network.None {
			v = r.plus(v, r.mul(cell, looks[k]))
		}
		return r.function(0, v)
	}
	cell = r.plus(r.mul(gate(2, c), c), r.mul(gate(0, c), r.function(1, gates[3])))
	return r.mul(gate(1, cell), r.function(2, cell)), cell
}

// gru has the gates update and reset, and the new state (Cho et al. 2014).
func (r *recurrence) gru(x, h, _ int) (state, cell int) {
	sizes := []int{2 * r.hidden, r.hidden}
	of := r.parts(x, 1, sizes...)
	weights, bias := r.parts(r.state, 0, sizes...), []int{network.None, network.None}
	if r.bias != network.None {
		bias = r.parts(r.bias, 0, sizes...)
	}
	gates := r.parts(r.function(0, r.plus(of[0], r.product(h, weights[0], bias[0]))), 1, r.hidden, r.hidden)
	update, reset := gates[0], gates[1]
	var inner int
	if whole(r.in, "linear_before_reset", 0) != 0 {
		inner = r.mul(reset, r.product(h, weights[1], bias[1]))
	} else {
		inner = r.product(r.mul(reset, h), weights[1], bias[1])
	}
	fresh := r.function(1, r.plus(of[1], inner))
	return r.plus(r.mul(r.sub(r.number(1), update), fresh), r.mul(update, h)), network.None
}

// product is h times the transposed weights, plus a bias.
func (r *recurrence) product(h, weights, bias int) int {
	in := []int{h, weights}
	if bias != network.None {
		in = append(in, bias)
	}
	return r.op("Gemm", map[string]any{"transB": int64(1)}, []int{r.batch, r.shape(weights)[0]}, in...)
}

func (r *recurrence) function(i, v int) int { return r.apply(r.functions[i], nil, v) }

// shaped is a value in another shape, None if it is that.
func (b *backward) shaped(v int, shape []int) int {
	if v == network.None {
		return v
	}
	return b.reshape(v, shape)
}

// parts cuts a value along an axis.
func (b *backward) parts(v, axis int, sizes ...int) []int {
	shapes := make([][]int, len(sizes))
	for i, n := range sizes {
		shapes[i] = slices.Clone(b.shape(v))
		shapes[i][axis] = n
	}
	return b.ops("", "Split", map[string]any{"axis": int64(axis)}, []int{v, b.list(sizes...)}, shapes...)
}

// joined puts values one behind the other along an axis.
func (b *backward) joined(list []int, axis int) int {
	shape := slices.Clone(b.shape(list[0]))
	shape[axis] = 0
	for _, v := range list {
		shape[axis] += b.shape(v)[axis]
	}
	return b.op("Concat", map[string]any{"axis": int64(axis)}, shape, list...)
}

// split: what came back from the parts, one behind the other; nothing is zeros.
func split(b *backward, in *network.Instruction, g []int) error {
	rank := len(b.shape(in.In[0]))
	list := slices.Clone(g)
	for k, v := range list {
		if in.Out[k] == network.None {
			return unknown(lang.Text("with parts left out"))
		}
		if v == network.None {
			shape := b.shape(in.Out[k])
			list[k] = b.constant(tensor.ArrayOf(make([]float32, elements(shape)), shape...))
		}
	}
	b.add(in.In[0], b.joined(list, (whole(in, "axis", 0)+rank)%rank))
	return nil
}
