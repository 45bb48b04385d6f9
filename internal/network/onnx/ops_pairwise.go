package onnx

import (
	"math"
	"slices"

	"convx/internal/layer"
	"convx/internal/lazy"
)

// pairwise is a function of two numbers. ints reports false where there is no answer (a division by zero).
type pairwise struct {
	ints   func(a, b int64) (int64, bool)
	floats func(a, b float64) float64
	truth  bool // the result is a truth value
}

func total(f func(a, b int64) int64) func(a, b int64) (int64, bool) {
	return func(a, b int64) (int64, bool) { return f(a, b), true }
}

func compare(ints func(a, b int64) bool, floats func(a, b float64) bool) pairwise {
	number := func(b bool) int64 {
		if b {
			return 1
		}
		return 0
	}
	return pairwise{
		func(a, b int64) (int64, bool) { return number(ints(a, b)), true },
		func(a, b float64) float64 { return float64(number(floats(a, b))) }, true,
	}
}

var binaries = lazy.Value[map[string]pairwise]{Make: func() map[string]pairwise {
	return map[string]pairwise{
		"Add": {total(func(a, b int64) int64 { return a + b }), func(a, b float64) float64 { return a + b }, false},
		"Sum": {total(func(a, b int64) int64 { return a + b }), func(a, b float64) float64 { return a + b }, false},
		"Sub": {total(func(a, b int64) int64 { return a - b }), func(a, b float64) float64 { return a - b }, false},
		"Mul": {total(func(a, b int64) int64 { return a * b }), func(a, b float64) float64 { return a * b }, false},
		"Div": {func(a, b int64) (int64, bool) {
			if b == 0 {
				return 0, false
			}
			return a / b, true
		}, func(a, b float64) float64 { return a / b }, false},
		"Mod": {func(a, b int64) (int64, bool) { // of the divisor's sign, as in Python
			if b == 0 {
				return 0, false
			}
			return ((a % b) + b) % b, true
		}, math.Mod, false},
		"Pow": {func(a, b int64) (int64, bool) {
			p := math.Pow(float64(a), float64(b))
			return int64(p), math.Abs(p) <= exact
		}, math.Pow, false},
		"Min":            {total(func(a, b int64) int64 { return min(a, b) }), math.Min, false},
		"Max":            {total(func(a, b int64) int64 { return max(a, b) }), math.Max, false},
		"Equal":          compare(func(a, b int64) bool { return a == b }, func(a, b float64) bool { return a == b }),
		"Less":           compare(func(a, b int64) bool { return a < b }, func(a, b float64) bool { return a < b }),
		"LessOrEqual":    compare(func(a, b int64) bool { return a <= b }, func(a, b float64) bool { return a <= b }),
		"Greater":        compare(func(a, b int64) bool { return a > b }, func(a, b float64) bool { return a > b }),
		"GreaterOrEqual": compare(func(a, b int64) bool { return a >= b }, func(a, b float64) bool { return a >= b }),
		"And":            compare(func(a, b int64) bool { return a != 0 && b != 0 }, func(a, b float64) bool { return a != 0 && b != 0 }),
		"Or":             compare(func(a, b int64) bool { return a != 0 || b != 0 }, func(a, b float64) bool { return a != 0 || b != 0 }),
		"Xor":            compare(func(a, b int64) bool { return (a != 0) != (b != 0) }, func(a, b float64) bool { return (a != 0) != (b != 0) }),
		"Mean":           {nil, nil, false},
	}
}}

// elementwise is the rule of the operators on two or more values that broadcast.
func elementwise(c *call) error {
	var shapes [][]int
	for _, v := range c.in {
		if !v.known() {
			return errUnknown
		}
		shapes = append(shapes, v.shape)
	}
	out, err := c.broadcast(shapes)
	if err != nil {
		return err
	}
	if err := extents(out); err != nil {
		return err
	}
	op := binaries.Get()[c.Op]
	if c.constant() {
		c.put(0, c.fold(op, out))
	} else {
		err = c.combine(out, shapes)
		c.set(0, out)
	}
	if op.truth {
		c.out[0].elem = elemBool
	}
	return err
}

// broadcast joins shapes; before operator set 7 the second aligned at the attribute axis.
func (c *call) broadcast(shapes [][]int) ([]int, error) {
	if a, ok := c.attribute("axis"); ok && c.intOr("broadcast", 0) != 0 && len(shapes) == 2 {
		at, err := axis(a.i, len(shapes[0]))
		if err != nil {
			return nil, err
		}
		if n := len(shapes[0]) - at - len(shapes[1]); n > 0 {
			shapes[1] = append(slices.Clone(shapes[1]), slices.Repeat([]int{1}, n)...)
		}
	}
	return broadcast(shapes...)
}

// combine makes the node the sum of equal shapes, the scaling of channels, or so many FLOPs.
func (c *call) combine(out []int, shapes [][]int) error {
	alike := !slices.ContainsFunc(shapes, func(s []int) bool { return !slices.Equal(s, out) })
	constants := slices.ContainsFunc(c.in, func(v *value) bool { return v.constant })
	if (c.Op == "Add" || c.Op == "Sum") && alike && !constants && len(shapes) > 1 {
		c.emitShaped(layer.Add{}, shapes, out)
		return nil
	}
	if c.Op == "Mul" && !constants && len(out) > 2 && len(shapes) == 2 {
		for i, f := range shapes {
			if x := shapes[1-i]; slices.Equal(x, out) && perChannel(f, x) {
				c.emitShaped(layer.Scale{}, [][]int{x, f}, out)
				c.layer.operands = []int{1 - i, i}
				return nil
			}
		}
	}
	n, err := count("FLOPs", 1, append(slices.Clone(out), max(1, len(shapes)-1))...)
	if err == nil {
		c.work(work{flops: n})
		c.combines()
	}
	return err
}

// perChannel reports whether f holds one factor per sample and channel of x.
func perChannel(f, x []int) bool {
	return len(f) == len(x) && f[0] == x[0] && f[1] == x[1] &&
		!slices.ContainsFunc(f[2:], func(d int) bool { return d != 1 })
}

// fold computes small constants.
func (c *call) fold(op pairwise, out []int) value {
	v := value{shape: out}
	if !small(out) || op.ints == nil || slices.ContainsFunc(c.in, func(v *value) bool { return !v.numbers() }) {
		return v
	}
	whole := !slices.ContainsFunc(c.in, func(v *value) bool { return v.ints == nil })
	ok := true
	each(out, func(at []int) {
		first := c.in[0]
		i, f := int64(0), 0.0
		if whole {
			i = first.int(offset(first.shape, at))
		} else {
			f = first.float(offset(first.shape, at))
		}
		for _, next := range c.in[1:] {
			if !whole {
				f = op.floats(f, next.float(offset(next.shape, at)))
				continue
			}
			var fine bool
			i, fine = op.ints(i, next.int(offset(next.shape, at)))
			ok = ok && fine
		}
		if whole || op.truth {
			if !whole {
				i = int64(f)
			}
			v.ints = append(v.ints, i)
		} else {
			v.floats = append(v.floats, c.in[0].elem.round(f))
		}
	})
	if !ok {
		return value{shape: out}
	}
	return v
}

// where picks from its second and third input; on constants element by element.
func where(c *call) error {
	out, err := broadcast(c.input(0), c.input(1), c.input(2))
	if err != nil {
		return err
	}
	if err := extents(out); err != nil {
		return err
	}
	cond, x, y := c.in[0], c.in[1], c.in[2]
	v := value{shape: out, elem: x.elem}
	if cond.numbers() && x.numbers() && y.numbers() && (x.ints == nil) == (y.ints == nil) && small(out) {
		each(out, func(at []int) {
			from := y
			if cond.int(offset(cond.shape, at)) != 0 {
				from = x
			}
			if from.ints != nil {
				v.ints = append(v.ints, from.ints[offset(from.shape, at)])
			} else {
				v.floats = append(v.floats, from.floats[offset(from.shape, at)])
			}
		})
	}
	c.put(0, v)
	if n, err := count("FLOPs", 1, out...); err == nil && !c.constant() {
		c.work(work{flops: n})
		if cond.constant && cond.numel() > 1 { // a mask
			c.layer.fixed = append(c.layer.fixed, c.computed(cond, c.Inputs[0]))
		}
		c.combines()
	}
	return nil
}
