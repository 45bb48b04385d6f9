package array

import (
	"math"

	"convx/internal/lazy"
	"convx/internal/tensor"
)

// act is an activation of a recurrent layer with its parameters.
type act[T tensor.Float] struct {
	name string
	f    func(x, a, b float64) float64
	a, b float64
}

// run applies it to a row.
func (a *act[T]) run(row []T) {
	if r, ok := any(row).([]float32); ok {
		if fast, ok := vectorFunctions.Get()[a.name]; ok {
			fast(r, r, float32(a.a), float32(a.b))
			return
		}
	}
	for i, v := range row {
		row[i] = T(a.f(float64(v), a.a, a.b))
	}
}

// gateFunctions are the activations that no operator computes as recurrent layers do; the others are operators.
var gateFunctions = lazy.Value[[]function]{Make: func() []function {
	return []function{
		{"Affine", "", []parameter{{"alpha", 1}, {"beta", 0}}, func(x, a, b float64) float64 { return a*x + b }},
		{"ScaledTanh", "", []parameter{{"alpha", 1}, {"beta", 1}}, func(x, a, b float64) float64 { return a * math.Tanh(b*x) }},
		{"Relu", "", nil, func(x, _, _ float64) float64 { return math.Max(0, x) }},
		{"ThresholdedRelu", "", []parameter{{"alpha", 1}}, func(x, a, _ float64) float64 {
			if x < a { // the operator leaves out alpha itself too
				return 0
			}
			return x
		}},
	}
}}

// actsOf are the activations of one direction, f, g and h; parameters are taken in turn by those that have any.
func actsOf[T tensor.Float](c *Call, way, ways int) (acts [3]act[T]) {
	standard := map[string][]string{"RNN": {"Tanh"}, "GRU": {"Sigmoid", "Tanh"}, "LSTM": {"Sigmoid", "Tanh", "Tanh"}}[c.Op]
	names := get[[]string](c, "activations", nil)
	n := len(standard)
	if len(names) == 0 {
		for range ways {
			names = append(names, standard...)
		}
	}
	if len(names) < n*ways {
		c.refusef("%d activations, expected %d", len(names), n*ways)
	}
	alphas, betas := c.floats("activation_alpha"), c.floats("activation_beta")
	for i, name := range names[:n*ways] {
		a := actOf[T](c, name)
		if f := a.parameters; len(f) > 0 {
			a.a, alphas = taken(alphas, f[0].otherwise)
			if len(f) > 1 {
				a.b, betas = taken(betas, f[1].otherwise)
			}
		}
		if i/n == way {
			acts[i%n] = act[T]{a.name, a.f, a.a, a.b}
		}
	}
	return acts
}

func taken(list []float64, otherwise float64) (float64, []float64) {
	if len(list) == 0 {
		return otherwise, nil
	}
	return list[0], list[1:]
}

type parametrized struct {
	function
	a, b float64
}

func actOf[T tensor.Float](c *Call, name string) parametrized {
	for _, list := range [][]function{gateFunctions.Get(), functions.Get()} {
		for _, f := range list {
			if f.name == name {
				return parametrized{function: f}
			}
		}
	}
	c.refusef("activation %s: %w", name, ErrUnsupported)
	return parametrized{}
}

// activate holds a row within the clip and applies the activation.
func (r *direction[T]) activate(a *act[T], row []T) {
	if r.clip > 0 {
		for i, v := range row {
			row[i] = max(-r.clip, min(r.clip, v))
		}
	}
	a.run(row)
}

// step goes from the state before a step to the one after.
func (r *direction[T]) step(b, t int) {
	input := r.input(t, b)
	switch r.gates {
	case 1:
		r.recall(r.gate, r.state, 0, 1)
		r.sum(input)
		r.activate(&r.acts[0], r.gate)
		copy(r.state, r.gate)
	case 3:
		r.gruStep(input)
	case 4:
		r.lstmStep(input)
	}
}

// gruStep: gates are z, r and h (Cho et al., 2014).
func (r *direction[T]) gruStep(input []T) {
	n := r.hidden
	update, reset, candidate := r.gate[:n], r.gate[n:2*n], r.gate[2*n:]
	_, inner := r.biases(2)
	r.recall(r.gate, r.state, 0, 2)
	if r.linear {
		r.recall(candidate, r.state, 2, 1)
		copy(r.spare, candidate)
	}
	clear(candidate)
	r.sum(input)
	r.activate(&r.acts[0], r.gate[:2*n])
	if !r.linear {
		held := r.spare[n:][:n]
		for i, v := range reset {
			held[i] = v * r.state[i]
		}
		r.recall(r.spare, held, 2, 1)
	}
	for i := range candidate {
		v := r.spare[i]
		if r.linear && inner != nil { // its bias is reset too: sum added it
			candidate[i] -= inner[i]
			v += inner[i]
		}
		if r.linear {
			v *= reset[i]
		}
		candidate[i] += v
	}
	r.activate(&r.acts[1], candidate)
	for i, z := range update {
		r.state[i] = (1-z)*candidate[i] + z*r.state[i]
	}
}

// lstmStep: gates are i, o, f and c (Hochreiter & Schmidhuber, 1997; peepholes: Gers & Schmidhuber, 2000).
func (r *direction[T]) lstmStep(input []T) {
	n := r.hidden
	in, out, forget, candidate := r.gate[:n], r.gate[n:2*n], r.gate[2*n:3*n], r.gate[3*n:]
	r.recall(r.gate, r.state, 0, 4)
	r.sum(input)
	r.peep(in, 0)
	r.peep(forget, 2)
	r.activate(&r.acts[0], in)
	if r.coupled {
		for i, v := range in {
			forget[i] = 1 - v
		}
	} else {
		r.activate(&r.acts[0], forget)
	}
	r.activate(&r.acts[1], candidate)
	for i := range r.cell {
		r.cell[i] = forget[i]*r.cell[i] + in[i]*candidate[i]
	}
	r.peep(out, 1)
	r.activate(&r.acts[0], out)
	shown := r.spare[:n]
	copy(shown, r.cell)
	r.acts[2].run(shown) // the cell is not clipped
	for i, v := range out {
		r.state[i] = v * shown[i]
	}
}

// peep adds what a gate sees of the cell.
func (r *direction[T]) peep(row []T, which int) {
	if r.peepholes == nil {
		return
	}
	for i, p := range r.peepholes[(r.way*3+which)*r.hidden:][:r.hidden] {
		row[i] += p * r.cell[i]
	}
}
