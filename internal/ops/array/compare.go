package array

import (
	"convx/internal/lazy"
	"convx/internal/tensor"
)

// comparisons are the operators that answer with bools.
func comparisons() []Operator {
	return []Operator{
		comparison("Equal", numbers|bools|elems(tensor.String), "a = b"),
		comparison("Less", numbers, "a < b"),
		comparison("LessOrEqual", numbers, "a <= b"),
		comparison("Greater", numbers, "a > b"),
		comparison("GreaterOrEqual", numbers, "a >= b"),
		logical("And", "both"),
		logical("Or", "either"),
		logical("Xor", "one of both"),
		{Name: "Not", Inputs: one, Outputs: one, Elems: bools, InPlace: 1, Doc: "the contrary", run: not},
		{Name: "IsNaN", Inputs: one, Outputs: one, Elems: floats, Doc: "whether it is no number", run: floating(isNaN[float32], isNaN[float64])},
		{Name: "IsInf", Inputs: one, Outputs: one, Elems: floats, Doc: "whether it is infinite, of the signs asked for", run: floating(isInf[float32], isInf[float64])},
		{Name: "Where", Inputs: Arity{3, 3}, Outputs: one, Elems: every, of: 1, same: 2, native: true, Doc: "x where the condition holds, else y", run: where},
	}
}

func comparison(name string, of Elems, doc string) Operator {
	return Operator{Name: name, Inputs: two, Outputs: one, Elems: of, same: 2, Doc: doc, run: compare}
}

func logical(name, doc string) Operator {
	return Operator{Name: name, Inputs: two, Outputs: one, Elems: bools, same: 2, InPlace: 2, Doc: doc, run: logic}
}

type ordered interface{ number | string }

func orders[T ordered]() map[string]func(a, b T) bool {
	return map[string]func(a, b T) bool{
		"Equal":          func(a, b T) bool { return a == b },
		"Less":           func(a, b T) bool { return a < b },
		"LessOrEqual":    func(a, b T) bool { return a <= b },
		"Greater":        func(a, b T) bool { return a > b },
		"GreaterOrEqual": func(a, b T) bool { return a >= b },
	}
}

var (
	orders32   = lazy.Value[map[string]func(a, b float32) bool]{Make: orders[float32]}
	orders64   = lazy.Value[map[string]func(a, b float64) bool]{Make: orders[float64]}
	ordersInt  = lazy.Value[map[string]func(a, b int64) bool]{Make: orders[int64]}
	ordersU64  = lazy.Value[map[string]func(a, b uint64) bool]{Make: orders[uint64]}
	ordersText = lazy.Value[map[string]func(a, b string) bool]{Make: orders[string]}
	logics     = lazy.Value[map[string]func(a, b bool) bool]{Make: func() map[string]func(a, b bool) bool {
		return map[string]func(a, b bool) bool{
			"Equal": func(a, b bool) bool { return a == b },
			"And":   func(a, b bool) bool { return a && b },
			"Or":    func(a, b bool) bool { return a || b },
			"Xor":   func(a, b bool) bool { return a != b },
		}
	}}
)

func compare(c *Call) {
	switch c.elem {
	case tensor.Float32:
		verdicts(c, orders32.Get()[c.Op])
	case tensor.Float64:
		verdicts(c, orders64.Get()[c.Op])
	case tensor.Int64:
		verdicts(c, ordersInt.Get()[c.Op])
	case tensor.Uint64:
		verdicts(c, ordersU64.Get()[c.Op])
	case tensor.String:
		verdicts(c, ordersText.Get()[c.Op])
	case tensor.Bool:
		logic(c)
	}
}

func logic(c *Call) { verdicts(c, logics.Get()[c.Op]) }

func verdicts[T ordered | bool](c *Call, f func(a, b T) bool) {
	out := c.out(0, tensor.Bool, c.commonShape())
	c.nest.broadcast(out.Shape, c.In[0].Shape, c.aligned(c.In[1]))
	pairs(c, data[bool](c, out), data[T](c, c.In[0]), data[T](c, c.In[1]), f)
}

func not(c *Call) {
	out := data[bool](c, c.out(0, tensor.Bool, c.In[0].Shape))
	for i, v := range data[bool](c, c.In[0]) {
		out[i] = !v
	}
}

func isNaN[T tensor.Float](c *Call) {
	tests(c, func(v T) bool { return v != v })
}

func isInf[T tensor.Float](c *Call) {
	negative, positive := c.flag("detect_negative", true), c.flag("detect_positive", true)
	tests(c, func(v T) bool { return v-v != 0 && v == v && (v > 0 && positive || v < 0 && negative) })
}

func tests[T tensor.Float](c *Call, f func(v T) bool) {
	out := data[bool](c, c.out(0, tensor.Bool, c.In[0].Shape))
	for i, v := range data[T](c, c.In[0]) {
		out[i] = f(v)
	}
}

// where chooses elements of any type.
func where(c *Call) {
	condition, x, y := data[bool](c, c.In[0]), c.In[1], c.In[2]
	out := c.typed(0, c.broadcastShape(c.In[0].Shape, x.Shape, y.Shape))
	c.nest.broadcast(out.Shape, c.In[0].Shape, x.Shape, y.Shape)
	if out.Elem == tensor.String {
		choose(&c.nest, tensor.Data[string](out), condition, tensor.Data[string](x), tensor.Data[string](y))
		return
	}
	switch out.Elem.Size() {
	case 1:
		choose(&c.nest, tensor.Bits[uint8](out), condition, tensor.Bits[uint8](x), tensor.Bits[uint8](y))
	case 2:
		choose(&c.nest, tensor.Bits[uint16](out), condition, tensor.Bits[uint16](x), tensor.Bits[uint16](y))
	case 4:
		choose(&c.nest, tensor.Bits[uint32](out), condition, tensor.Bits[uint32](x), tensor.Bits[uint32](y))
	case 8:
		choose(&c.nest, tensor.Bits[uint64](out), condition, tensor.Bits[uint64](x), tensor.Bits[uint64](y))
	}
}

func choose[T any](n *nest, out []T, condition []bool, x, y []T) {
	n.rows(func(at [operands]int, count int, step [operands]int) {
		for i := range count {
			if condition[at[1]+i*step[1]] {
				out[at[0]+i] = x[at[2]+i*step[2]]
			} else {
				out[at[0]+i] = y[at[3]+i*step[3]]
			}
		}
	})
}
