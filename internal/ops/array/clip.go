package array

import (
	"convx/internal/ops/kernel"
)

// clips bounds numbers: opset 11 turned the bounds from attributes into inputs.
func clips() []Operator {
	return []Operator{
		{Name: "Clip", Inputs: Arity{1, 3}, Outputs: one, Elems: numbers, same: 3, InPlace: 1, Doc: "x held within two bounds",
			run: numeric{clip[float32], clip[float64], clip[int64], clip[uint64]}.run},
	}
}

func clip[T number](c *Call) {
	lo, hasLo := bound[T](c, 1, "min")
	hi, hasHi := bound[T](c, 2, "max")
	x := data[T](c, c.In[0])
	out := data[T](c, c.typed(0, c.In[0].Shape))
	if o, ok := any(out).([]float32); ok && !(float32(lo) > float32(hi) && hasLo && hasHi) {
		from, to := -inf, inf
		if hasLo {
			from = float32(lo)
		}
		if hasHi {
			to = float32(hi)
		}
		kernel.Best().Affine(o, any(x).([]float32), 1, negativeZero, from, to)
		return
	}
	for i, v := range x {
		if hasLo && v < lo {
			v = lo
		}
		if hasHi && v > hi {
			v = hi
		}
		out[i] = v
	}
}

// bound is input i, a scalar, or the attribute of old opsets.
func bound[T number](c *Call, i int, attribute string) (v T, given bool) {
	if a := c.in(i); a != nil {
		if a.Len() != 1 {
			c.refusef("%s is %v, expected a scalar", attribute, a)
		}
		return data[T](c, a)[0], true
	}
	if c.has(attribute) {
		return T(c.float(attribute, 0)), true
	}
	return v, false
}
