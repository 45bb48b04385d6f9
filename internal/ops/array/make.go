package array

import (
	"math"

	"convx/internal/lazy"
	"convx/internal/tensor"
)

// makers are the operators whose output is not made of the input's elements, and the casts.
func makers() []Operator {
	return []Operator{
		{Name: "Shape", Inputs: one, Outputs: one, Elems: every, native: true, Doc: "the input's shape, or a range of it", run: shapeOf},
		{Name: "Size", Inputs: one, Outputs: one, Elems: every, native: true, Doc: "the input's number of elements", run: size},
		{Name: "Constant", Outputs: one, native: true, Doc: "the attribute", run: constant},
		{Name: "ConstantOfShape", Inputs: one, Outputs: one, Elems: elems(tensor.Int64), native: true, Doc: "an array of one value", run: constantOfShape},
		{Name: "Range", Inputs: Arity{3, 3}, Outputs: one, Elems: numbers, same: 3, Doc: "start, start + delta, … up to, but without, the limit",
			run: numeric{ranges[float32], ranges[float64], ranges[int64], ranges[uint64]}.run},
		{Name: "EyeLike", Inputs: one, Outputs: one, Elems: every, native: true, Doc: "1 on a diagonal, else 0", run: eyeLike},
		{Name: "Trilu", Inputs: Arity{1, 2}, Outputs: one, Elems: every, native: true, Doc: "the triangle above or below a diagonal of matrices", run: trilu},
		{Name: "OneHot", Inputs: Arity{3, 3}, Outputs: one, Elems: every, of: 2, native: true, Doc: "the on value where an axis has the index, else the off value", run: oneHot},
		{Name: "NonZero", Inputs: one, Outputs: one, Elems: every, native: true, Doc: "where elements are not zero", run: nonZero},
		{Name: "Cast", Inputs: one, Outputs: one, Elems: every, native: true, Doc: "the elements in another type", run: cast},
		{Name: "CastLike", Inputs: two, Outputs: one, Elems: every, native: true, Doc: "the elements in the other input's type", run: castLike},
	}
}

// codes are the element types by their number in ONNX's TensorProto.
var codes = lazy.Value[map[int]tensor.Elem]{Make: func() map[int]tensor.Elem {
	return map[int]tensor.Elem{
		1: tensor.Float32, 2: tensor.Uint8, 3: tensor.Int8, 4: tensor.Uint16, 5: tensor.Int16, 6: tensor.Int32, 7: tensor.Int64, 8: tensor.String,
		9: tensor.Bool, 10: tensor.Float16, 11: tensor.Float64, 12: tensor.Uint32, 13: tensor.Uint64, 16: tensor.BFloat16, 21: tensor.Uint4, 22: tensor.Int4,
	}
}}

// oldNames are the names that Cast took before opset 6.
var oldNames = lazy.Value[map[string]int]{Make: func() map[string]int {
	return map[string]int{
		"FLOAT": 1, "UINT8": 2, "INT8": 3, "UINT16": 4, "INT16": 5, "INT32": 6, "INT64": 7, "STRING": 8, "BOOL": 9, "FLOAT16": 10, "DOUBLE": 11, "UINT32": 12, "UINT64": 13,
	}
}}

// ElemOf is the element type of a number in ONNX's TensorProto.DataType.
func ElemOf(code int) (e tensor.Elem, ok bool) {
	e, ok = codes.Get()[code]
	return e, ok
}

// Foreign is the number of an element type that attributes name, in TensorProto.DataType, and that arrays have not: of float8, say.
func Foreign(attributes map[string]any) (code int64, ok bool) {
	for _, name := range []string{"to", "dtype", "output_dtype", "output_datatype"} {
		if code, ok = attributes[name].(int64); ok && code != 0 {
			if _, known := ElemOf(tensor.Int(code)); !known {
				return code, true
			}
		}
	}
	return 0, false
}

// elemOf is the type that an attribute names.
func (c *Call) elemOf(attribute string, otherwise tensor.Elem) tensor.Elem {
	if !c.has(attribute) {
		return otherwise
	}
	code := 0
	if name, ok := c.Attributes[attribute].(string); ok {
		code = oldNames.Get()[name]
	} else {
		code = c.int(attribute, 0)
	}
	e, ok := ElemOf(code)
	if !ok {
		c.refusef("%s is element type %v: %w", attribute, c.Attributes[attribute], ErrUnsupported)
	}
	return e
}

func shapeOf(c *Call) {
	shape := c.In[0].Shape
	clamp := func(v int) int {
		if v < 0 {
			v += len(shape)
		}
		return min(max(v, 0), len(shape))
	}
	start, end := clamp(c.int("start", 0)), clamp(c.int("end", len(shape)))
	shape = shape[start:max(start, end)]
	out := data[int64](c, c.out(0, tensor.Int64, append(c.shape(1)[:0], len(shape))))
	for i, d := range shape {
		out[i] = int64(d)
	}
}

func size(c *Call) { data[int64](c, c.out(0, tensor.Int64, nil))[0] = int64(c.In[0].Len()) }

func constant(c *Call) {
	var value *tensor.Array
	switch {
	case c.has("value"):
		value = get[*tensor.Array](c, "value", nil)
	case c.has("value_int"):
		value = tensor.ArrayOf([]int64{get[int64](c, "value_int", 0)})
	case c.has("value_ints"):
		v := c.ints("value_ints")
		value = tensor.ArrayOf(v, len(v))
	case c.has("value_float"):
		value = tensor.ArrayOf([]float32{float32(c.float("value_float", 0))})
	case c.has("value_floats"):
		v := c.floats("value_floats")
		value = c.converted(tensor.ArrayOf(v, len(v)), tensor.Float32)
	case c.has("value_string"):
		value = tensor.ArrayOf([]string{get(c, "value_string", "")})
	case c.has("value_strings"):
		v := get[[]string](c, "value_strings", nil)
		value = tensor.ArrayOf(v, len(v))
	default:
		c.refusef("no value is given that is a tensor, number or string")
	}
	c.out(0, value.Elem, value.Shape).CopyFrom(value)
}

func constantOfShape(c *Call) {
	value := get[*tensor.Array](c, "value", nil)
	e := tensor.Float32
	if value != nil {
		e = value.Elem
		if value.Len() != 1 {
			c.refusef("value is %v, expected one element", value)
		}
	}
	fill(c.out(0, e, c.dims(c.In[0])), value)
}

// dims is a shape that an input gives.
func (c *Call) dims(a *tensor.Array) []int {
	values := c.indices(a)
	shape := c.shape(len(values))
	for i, v := range values {
		shape[i] = tensor.Int(v)
	}
	return shape
}

func ranges[T number](c *Call) {
	for i, in := range c.In {
		if in.Len() != 1 {
			c.refusef("input %d is %v, expected a scalar", i, in)
		}
	}
	start, limit, delta := data[T](c, c.In[0])[0], data[T](c, c.In[1])[0], data[T](c, c.In[2])[0]
	if delta == 0 {
		c.refusef("a delta of 0")
	}
	n := math.Max(0, math.Ceil((float64(limit)-float64(start))/float64(delta)))
	if !(n < 1<<48) {
		c.refusef("from %v to %v by %v is too long", start, limit, delta)
	}
	out := data[T](c, c.typed(0, append(c.shape(1)[:0], tensor.Int(int64(n)))))
	for i := range out {
		out[i] = start + T(i)*delta
	}
}

func cast(c *Call) {
	if !c.has("to") {
		c.refusef("no type is given")
	}
	c.converts(c.out(0, c.elemOf("to", 0), c.In[0].Shape), c.In[0])
}

func castLike(c *Call) { c.converts(c.out(0, c.In[1].Elem, c.In[0].Shape), c.In[0]) }
