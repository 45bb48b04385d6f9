package array

import (
	"math"
	"slices"

	"convx/internal/lazy"
	"convx/internal/tensor"
)

var (
	one      = Arity{1, 1}
	two      = Arity{2, 2}
	anyInput = Arity{1, -1}
)

// arithmetics are the operators on two arrays, or any number of them, that are broadcast to each other.
func arithmetics() []Operator {
	return []Operator{
		arithmetic("Add", numbers, "a + b"),
		arithmetic("Sub", numbers, "a - b"),
		arithmetic("Mul", numbers, "a * b"),
		arithmetic("Div", numbers, "a / b; integers are truncated toward zero"),
		arithmetic("Mod", numbers, "remainder, with the sign of b, or of a for fmod"),
		arithmetic("BitShift", unsigned, "a shifted by b bits, to the left or right"),
		arithmetic("BitwiseAnd", signed|unsigned, "bits of both"),
		arithmetic("BitwiseOr", signed|unsigned, "bits of either"),
		arithmetic("BitwiseXor", signed|unsigned, "bits of one of both"),
		arithmetic("PRelu", floats|signed|unsigned, "x, times a slope where negative"),
		{Name: "Pow", Inputs: two, Outputs: one, Elems: numbers, InPlace: 2, Doc: "a to the power of b, which may be of another type", run: power},
		variadic("Sum", floats, "sum of all"),
		variadic("Max", numbers, "largest of all"),
		variadic("Min", numbers, "smallest of all"),
		variadic("Mean", floats, "mean of all"),
	}
}

func arithmetic(name string, of Elems, doc string) Operator {
	return Operator{Name: name, Inputs: two, Outputs: one, Elems: of, same: 2, InPlace: 2, Doc: doc, run: runArithmetic}
}

func variadic(name string, of Elems, doc string) Operator {
	return Operator{Name: name, Inputs: anyInput, Outputs: one, Elems: of, same: -1, InPlace: 2, Doc: doc, run: runArithmetic}
}

// common is what both floats and integers have.
func common[T number](more map[string]func(a, b T) T) map[string]func(a, b T) T {
	more["Add"] = func(a, b T) T { return a + b }
	more["Sub"] = func(a, b T) T { return a - b }
	more["Mul"] = func(a, b T) T { return a * b }
	more["Max"] = func(a, b T) T { return max(a, b) }
	more["Min"] = func(a, b T) T { return min(a, b) }
	more["Sum"], more["Mean"] = more["Add"], more["Add"]
	more["PRelu"] = func(a, b T) T {
		if a < 0 {
			return a * b
		}
		return a
	}
	return more
}

func ofFloats[T tensor.Float]() map[string]func(a, b T) T {
	return common(map[string]func(a, b T) T{
		"Div":  func(a, b T) T { return a / b },
		"fmod": func(a, b T) T { return T(math.Mod(float64(a), float64(b))) },
		"Mod": func(a, b T) T {
			r := math.Mod(float64(a), float64(b))
			if r != 0 && r < 0 != (b < 0) {
				r += float64(b)
			}
			return T(r)
		},
	})
}

func ofIntegers[T int64 | uint64]() map[string]func(a, b T) T {
	return common(map[string]func(a, b T) T{
		"Div":  func(a, b T) T { return a / divisor(b) },
		"fmod": func(a, b T) T { return a % divisor(b) },
		"Mod": func(a, b T) T {
			r := a % divisor(b)
			if r != 0 && r < 0 != (b < 0) {
				r += b
			}
			return r
		},
		"LEFT":       func(a, b T) T { return a << uint64(b) },
		"RIGHT":      func(a, b T) T { return a >> uint64(b) },
		"BitwiseAnd": func(a, b T) T { return a & b },
		"BitwiseOr":  func(a, b T) T { return a | b },
		"BitwiseXor": func(a, b T) T { return a ^ b },
	})
}

func divisor[T int64 | uint64](b T) T {
	if b == 0 {
		panic(refusal{errZeroDivisor})
	}
	return b
}

var (
	arithmetic32  = lazy.Value[map[string]func(a, b float32) float32]{Make: ofFloats[float32]}
	arithmetic64  = lazy.Value[map[string]func(a, b float64) float64]{Make: ofFloats[float64]}
	arithmeticInt = lazy.Value[map[string]func(a, b int64) int64]{Make: ofIntegers[int64]}
	arithmeticU64 = lazy.Value[map[string]func(a, b uint64) uint64]{Make: ofIntegers[uint64]}
)

func runArithmetic(c *Call) {
	name := c.Op
	switch {
	case name == "Mod" && c.flag("fmod", false):
		name = "fmod"
	case name == "BitShift":
		if name = c.text("direction", "", "LEFT", "RIGHT"); name == "" {
			c.refusef("no direction is given")
		}
	}
	switch c.elem {
	case tensor.Float32:
		fold(c, arithmetic32.Get()[name])
	case tensor.Float64:
		fold(c, arithmetic64.Get()[name])
	case tensor.Int64:
		fold(c, arithmeticInt.Get()[name])
	case tensor.Uint64:
		fold(c, arithmeticU64.Get()[name])
	}
}

// fold applies f to the inputs from left to right.
func fold[T number](c *Call, f func(a, b T) T) {
	if f == nil {
		c.refusef("input of type %v: %w", c.elem, ErrUnsupported)
	}
	first := c.In[0]
	out := c.typed(0, c.commonShape())
	o := data[T](c, out)
	if len(c.In) == 1 {
		out.CopyFrom(first)
		return
	}
	a, shape := data[T](c, first), first.Shape
	for _, in := range c.In[1:] {
		c.nest.broadcast(out.Shape, shape, c.aligned(in))
		pairs(c, o, a, data[T](c, in), f)
		a, shape = o, out.Shape
	}
	if c.Op == "Mean" {
		n := T(len(c.In))
		for i := range o {
			o[i] /= n
		}
	}
}

// commonShape is the shape that all inputs are broadcast to.
func (c *Call) commonShape() []int {
	shape := c.In[0].Shape
	for _, in := range c.In[1:] {
		if !slices.Equal(shape, in.Shape) {
			shape = c.broadcastShape(shape, c.aligned(in))
		}
	}
	return shape
}

// aligned is the shape of an input as it stands beside the first: below opset 7 the attribute axis says where it begins,
// and PRelu's slope of one axis belongs to the channels.
func (c *Call) aligned(in *tensor.Array) []int {
	first := c.In[0].Shape
	axis := -1
	switch {
	case c.Op == "PRelu" && len(in.Shape) == 1 && len(first) > 1 && c.Version < 9 && in.Shape[0] != 1:
		axis = 1
	case c.Version > 0 && c.Version < 7 && c.flag("broadcast", false) && c.has("axis"):
		axis = c.axis(c.int("axis", 0), len(first))
	default:
		return in.Shape
	}
	if axis+len(in.Shape) > len(first) {
		c.refusef("shape %s at axis %d of %s", format(in.Shape), axis, format(first))
	}
	shape := c.shape(len(first) - axis)
	for i := range shape {
		shape[i] = 1
	}
	copy(shape, in.Shape)
	return shape
}

// pairs writes f of every pair of the call's nest: operand 0 is the output.
func pairs[T, R any](c *Call, out []R, a, b []T, f func(a, b T) R) {
	if o, ok := any(out).([]float32); ok && vectorPairs(c, o, any(a), any(b)) {
		return
	}
	c.nest.rows(func(at [operands]int, count int, step [operands]int) {
		row, x, y := out[at[0]:][:count], at[1], at[2]
		for i := range row {
			row[i] = f(a[x], b[y])
			x += step[1]
			y += step[2]
		}
	})
}
