package array

import "convx/internal/tensor"

// direction is what one of the two needs to go through the sequences, by itself.
type direction[T tensor.Float] struct {
	*recurrence[T]
	way                 int
	acts                [3]act[T]
	projected           []T // of the input, all steps
	gate, spare         []T
	state, cell         []T       // of one sequence
	recaller, projector *recaller // in float32; or nil
}

// direction is the recurrence one way, with memory of its own.
func (r *recurrence[T]) direction(way int) direction[T] {
	c, all, rows := r.call, r.gates*r.hidden, r.steps*r.batch
	d := direction[T]{recurrence: r, way: way, acts: actsOf[T](c, way, r.ways), gate: make([]T, all), spare: make([]T, all)}
	d.state, d.cell = make([]T, r.hidden), make([]T, r.hidden)
	c.afford(tensor.ElemOf[T](), []int{rows, all})
	d.projected = buffer[T](c, way, rows*all)
	if w, ok := any(r.recurrent).([]float32); ok {
		d.recaller = c.recaller(w[way*all*r.hidden:][:all*r.hidden], way, r.gates, r.hidden, rows)
		w = any(r.weights).([]float32)
		d.projector = c.projector(w[way*all*r.inputs:][:all*r.inputs], way, all, r.inputs, rows)
	}
	return d
}

// alone reports whether it uses nothing of the call's memory but what is its own.
func (r *direction[T]) alone() bool { return r.recaller != nil && r.projector != nil }

// run goes through the sequences.
func (r *direction[T]) run() {
	backward := r.way == 1 || r.call.text("direction", "forward", "reverse", "bidirectional") == "reverse"
	r.project()
	for b := range r.batch {
		r.call.check()
		r.start(b)
		n := r.steps
		if r.lengths != nil {
			n = int(r.lengths[b])
		}
		for s := range n {
			t := s
			if backward {
				t = n - 1 - s
			}
			r.step(b, t)
			if r.y != nil {
				copy(r.y[r.place(t, r.way, b):][:r.hidden], r.state)
			}
		}
		at := r.statePlace(r.way, b)
		copy(r.last[at:][:r.hidden], r.state)
		if r.lastCell != nil {
			copy(r.lastCell[at:], r.cell)
		}
	}
}

// start sets the states before the first step.
func (r *direction[T]) start(b int) {
	clear(r.state)
	clear(r.cell)
	at := r.statePlace(r.way, b)
	if h := r.operand(5, r.ways, r.batch, r.hidden); h != nil {
		copy(r.state, h[at:])
	}
	if r.gates == 4 {
		if cell := r.operand(6, r.ways, r.batch, r.hidden); cell != nil {
			copy(r.cell, cell[at:])
		}
	}
}

// project multiplies the inputs of all steps by the weights at once.
func (r *direction[T]) project() {
	all, rows := r.gates*r.hidden, r.steps*r.batch
	x := data[T](r.call, r.call.In[0])
	if r.projector != nil {
		r.projector.project(any(r.projected).([]float32), any(x).([]float32), rows)
		return
	}
	multiplyTurned(r.call, r.projected, x, r.weights[r.way*all*r.inputs:][:all*r.inputs], rows, r.inputs, all)
}

// input is the projected input of a step.
func (r *direction[T]) input(t, b int) []T {
	all := r.gates * r.hidden
	if r.batchFirst {
		return r.projected[(b*r.steps+t)*all:][:all]
	}
	return r.projected[(t*r.batch+b)*all:][:all]
}

// recall writes the products of the state with some gates' recurrent weights.
func (r *direction[T]) recall(out, state []T, gate, gates int) {
	if r.recaller != nil {
		r.recaller.recall(any(out).([]float32), any(state).([]float32), gate, gate+gates)
		return
	}
	at := (r.way*r.gates + gate) * r.hidden * r.hidden
	multiplyTurned(r.call, out[:gates*r.hidden], state, r.recurrent[at:][:gates*r.hidden*r.hidden], 1, r.hidden, gates*r.hidden)
}

// biases are the input's and the recurrent ones of one gate; nil without any.
func (r *direction[T]) biases(gate int) (input, recurrent []T) {
	if r.bias == nil {
		return nil, nil
	}
	all := r.gates * r.hidden
	from := r.bias[r.way*2*all:][:2*all]
	return from[gate*r.hidden:][:r.hidden], from[all+gate*r.hidden:][:r.hidden]
}

// sum adds the biases of all gates, the input and what is recalled.
func (r *direction[T]) sum(input []T) {
	for g := range r.gates {
		row := r.gate[g*r.hidden:][:r.hidden]
		a, b := r.biases(g)
		for i := range row {
			row[i] += input[g*r.hidden+i]
			if a != nil {
				row[i] += a[i] + b[i]
			}
		}
	}
}
