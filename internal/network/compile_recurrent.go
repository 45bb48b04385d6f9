package network

import (
	"slices"

	"convx/internal/tensor"
)

// onnxGates are where ONNX's gates stand among PyTorch's: input, output, forget, cell of input, forget, cell, output; update,
// reset, hidden of reset, update, hidden.
var onnxGates = map[string][]int{"lstm": {0, 3, 1, 2}, "gru": {1, 0, 2}}

// emit writes the layer: steps first, as ONNX has them, weights under PyTorch's names, of which each of ONNX's holds several.
func (r recurrent) emit(e *emitter) int {
	x := e.ins[0]
	n, steps := x[0], x[1]
	features, _ := r.features(x) // it was evaluated
	v := e.in[0]
	if len(x) > 3 {
		v = e.reshape(v, []int{n, steps, features})
	}
	v = e.op("Transpose", map[string]any{"perm": []int64{1, 0, 2}}, []int{steps, n, features}, v)
	in := []int{v, r.matrices(e, "weight_ih_l0", features), r.matrices(e, "weight_hh_l0", r.hidden)}
	if r.bias {
		in = append(in, r.biases(e))
	}
	a := map[string]any{"hidden_size": int64(r.hidden)}
	if r.directions == 2 {
		a["direction"] = "bidirectional"
	}
	if r.name == "gru" {
		a["linear_before_reset"] = int64(1)
	}
	op := map[string]string{"lstm": "LSTM", "gru": "GRU"}[r.name]
	shape, perm := []int{steps, r.directions, n, r.hidden}, []int64{2, 0, 1, 3}
	if r.last {
		shape, perm = shape[1:], []int64{1, 0, 2}
	}
	v = e.op(op, a, shape, in...)
	e.counts(0)
	if code := &e.program.Code[len(e.program.Code)-1]; r.last {
		code.Out = []int{None, v}
	}
	front := make([]int, len(perm))
	for i, a := range perm {
		front[i] = shape[a]
	}
	return e.reshape(e.op("Transpose", map[string]any{"perm": perm}, front, v), e.out)
}

// suffixes are those of PyTorch's names, by direction.
var suffixes = []string{"", "_reverse"}

// matrices are directions x gates*hidden x columns.
func (r recurrent) matrices(e *emitter, operand string, columns int) int {
	if v, ok := e.held[e.owner+"."+operand]; ok { // layers that share weights share it
		return v
	}
	var parts []int
	for _, s := range suffixes[:r.directions] {
		parts = append(parts, e.want(operand+s, []int{r.gates * r.hidden, columns}, r.drawing()))
	}
	return r.gather(e, operand, []int{r.directions, r.gates * r.hidden, columns}, parts)
}

// biases are directions x 2*gates*hidden: those of what is read, then those of the state.
func (r recurrent) biases(e *emitter) int {
	if v, ok := e.held[e.owner+".bias"]; ok {
		return v
	}
	var parts []int
	for _, s := range suffixes[:r.directions] {
		for _, operand := range []string{"bias_ih_l0", "bias_hh_l0"} {
			parts = append(parts, e.want(operand+s, []int{r.gates * r.hidden}, r.drawing()))
		}
	}
	return r.gather(e, "bias", []int{r.directions, 2 * r.gates * r.hidden}, parts)
}

// drawing is PyTorch's: uniform between -1 and 1 over the root of the units.
func (r recurrent) drawing() drawing { return drawing{fan: 3 * r.hidden, square: 1} }

// gather is the parts one after the other, the gates of each in ONNX's order.
func (r recurrent) gather(e *emitter, operand string, shape []int, parts []int) int {
	name := e.owner + "." + operand
	v := e.value(name, shape, moments{})
	e.held[name] = v
	e.program.Values[v].Weight = &Weight{
		Name: name, Elem: tensor.Float32, Shape: shape, Bytes: 4 * elements(shape),
		Read: func() (*tensor.Array, error) {
			var all []float32
			for _, part := range parts {
				a, err := e.wanted[part].read()
				if err != nil {
					return nil, err
				}
				data := tensor.Data[float32](a)
				each := len(data) / r.gates
				for _, g := range onnxGates[r.name] {
					all = append(all, data[g*each:][:each]...)
				}
			}
			return tensor.ArrayOf(all, slices.Clone(shape)...), nil
		},
	}
	return v
}
