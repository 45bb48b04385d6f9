package array

import "convx/internal/tensor"

// recurrents go through sequences step by step.
func recurrents() []Operator {
	return []Operator{
		{Name: "RNN", Inputs: Arity{3, 6}, Outputs: Arity{0, 2}, Elems: floats, Doc: "recurrent network of one layer, both directions", run: floating(recur[float32], recur[float64])},
		{Name: "GRU", Inputs: Arity{3, 6}, Outputs: Arity{0, 2}, Elems: floats, Doc: "gated recurrent unit, both directions", run: floating(recur[float32], recur[float64])},
		{Name: "LSTM", Inputs: Arity{3, 8}, Outputs: Arity{0, 3}, Elems: floats, Doc: "long short-term memory, with peepholes, both directions", run: floating(recur[float32], recur[float64])},
	}
}

// recurrence is a layer of any of the three: its weights are gates x hidden rows for each direction.
type recurrence[T tensor.Float] struct {
	call                                *Call
	gates                               int // 1, 3 or 4
	ways, steps, batch, inputs, hidden  int
	batchFirst                          bool // layout 1
	lengths                             []int64
	weights, recurrent, bias, peepholes []T // of all directions; bias and peepholes may be nil
	clip                                T   // 0 for none
	linear                              bool
	coupled                             bool
	y, last, lastCell                   []T
}

func recur[T tensor.Float](c *Call) {
	r := recurrenceOf[T](c)
	r.outputs()
	ways := [2]direction[T]{}
	for way := range r.ways {
		ways[way] = r.direction(way)
	}
	if r.ways == 2 && ways[0].alone() && ways[1].alone() {
		c.each(r.ways, func(way int) { ways[way].run() })
		return
	}
	for way := range r.ways {
		ways[way].run()
	}
}

// recurrenceOf checks the operands against each other.
func recurrenceOf[T tensor.Float](c *Call) *recurrence[T] {
	x, w, rec := c.In[0], c.In[1], c.In[2]
	if len(x.Shape) != 3 || len(w.Shape) != 3 || len(rec.Shape) != 3 {
		c.refusef("%v, %v and %v, expected three axes each", x, w, rec)
	}
	r := &recurrence[T]{call: c, ways: 1, gates: map[string]int{"RNN": 1, "GRU": 3, "LSTM": 4}[c.Op]}
	if c.text("direction", "forward", "reverse", "bidirectional") == "bidirectional" {
		r.ways = 2
	}
	r.steps, r.batch, r.inputs, r.hidden = x.Shape[0], x.Shape[1], x.Shape[2], rec.Shape[2]
	if r.batchFirst = c.flag("layout", false); r.batchFirst {
		r.steps, r.batch = r.batch, r.steps
	}
	if n := c.int("hidden_size", r.hidden); n != r.hidden {
		c.refusef("hidden_size is %d, the recurrent weights are %v", n, rec)
	}
	all := r.gates * r.hidden
	r.weights = r.operand(1, r.ways, all, r.inputs)
	r.recurrent = r.operand(2, r.ways, all, r.hidden)
	r.bias = r.operand(3, r.ways, 2*all)
	if r.gates == 4 {
		r.peepholes = r.operand(7, r.ways, 3*r.hidden)
	}
	if a := c.in(4); a != nil {
		r.lengths = c.indices(a)
		if len(r.lengths) != r.batch {
			c.refusef("%d lengths for a batch of %d", len(r.lengths), r.batch)
		}
		for _, n := range r.lengths {
			if n < 0 || n > int64(r.steps) {
				c.refusef("a length of %d in sequences of %d", n, r.steps)
			}
		}
	}
	r.clip = T(c.float("clip", 0))
	r.linear, r.coupled = c.flag("linear_before_reset", false), c.flag("input_forget", false)
	return r
}

// operand is an input of that shape; nil where it is left out.
func (r *recurrence[T]) operand(i int, shape ...int) []T {
	a := r.call.in(i)
	if a == nil {
		return nil
	}
	n := 1
	for _, d := range shape {
		n *= d
	}
	if a.Len() != n {
		r.call.refusef("input %d is %v, expected %s", i, a, format(shape))
	}
	return data[T](r.call, a)
}

// outputs makes every output that the node has, and room for those that it has not.
func (r *recurrence[T]) outputs() {
	c := r.call
	y, last := []int{r.steps, r.ways, r.batch, r.hidden}, []int{r.ways, r.batch, r.hidden}
	if r.batchFirst {
		y, last = []int{r.batch, r.steps, r.ways, r.hidden}, []int{r.batch, r.ways, r.hidden}
	}
	if len(c.Out) > 0 {
		r.y = data[T](c, c.typed(0, y))
		clear(r.y)
	}
	r.last, r.lastCell = data[T](c, c.typed(1, last)), nil
	if r.gates == 4 {
		r.lastCell = data[T](c, c.typed(2, last))
	}
}

// place is where a step's output goes.
func (r *recurrence[T]) place(t, way, b int) int {
	if r.batchFirst {
		return ((b*r.steps+t)*r.ways + way) * r.hidden
	}
	return ((t*r.ways+way)*r.batch + b) * r.hidden
}

// statePlace is where a sequence's first and last states are.
func (r *recurrence[T]) statePlace(way, b int) int {
	if r.batchFirst {
		return (b*r.ways + way) * r.hidden
	}
	return (way*r.batch + b) * r.hidden
}
