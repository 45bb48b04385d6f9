package array

import (
	"math"

	"convx/internal/tensor"
)

// quantizers turn numbers into short integers and back.
func quantizers() []Operator {
	return []Operator{
		{Name: "QuantizeLinear", Inputs: Arity{2, 3}, Outputs: one, Elems: floats | elems(tensor.Int32), native: true, Doc: "x / scale + zero point, rounded and held within the type's range; a scale for all, an axis or blocks", run: quantizeLinear},
		{Name: "DequantizeLinear", Inputs: Arity{2, 3}, Outputs: one, Elems: signed&^elems(tensor.Int64) | elems(tensor.Uint8, tensor.Uint16) | fours, native: true, Doc: "(x - zero point) times scale", run: dequantizeLinear},
		{Name: "DynamicQuantizeLinear", Inputs: one, Outputs: Arity{3, 3}, Elems: elems(tensor.Float32), native: true, Doc: "uint8 by the range that the input has, with its scale and zero point", run: dynamicQuantizeLinear},
	}
}

// grain is how elements find their scale: one for all, one for each index of an axis, or one for each block of it.
type grain struct {
	around
	block, blocks int
	whole         bool
}

// grainOf checks the scale's shape, and the zero point's, against the input's.
func (c *Call) grainOf() grain {
	in, scale := c.In[0], c.In[1]
	if z := c.in(2); z != nil && z.Len() != scale.Len() {
		c.refusef("zero point %v for scale %v", z, scale)
	}
	block := c.int("block_size", 0)
	if scale.Len() == 1 && block == 0 {
		return grain{whole: true}
	}
	axis := c.attributeAxis(1)
	g := grain{around: aroundAxis(in.Shape, axis), block: block}
	if block < 0 {
		c.refusef("block_size is %d", block)
	}
	if block == 0 {
		if len(scale.Shape) != 1 || scale.Shape[0] != g.n {
			c.refusef("scale %v for axis %d of %v", scale, axis, in)
		}
		return g
	}
	g.blocks = (g.n + block - 1) / block
	for i, d := range in.Shape {
		if i == axis {
			d = g.blocks
		}
		if len(scale.Shape) != len(in.Shape) || scale.Shape[i] != d {
			c.refusef("scale %v for blocks of %d along axis %d of %v", scale, block, axis, in)
		}
	}
	return g
}

// of is the place of element i's scale.
func (g *grain) of(i int) int {
	if g.whole {
		return 0
	}
	at := i / g.inner % g.n
	if g.block == 0 {
		return at
	}
	return (i/(g.n*g.inner)*g.blocks+at/g.block)*g.inner + i%g.inner
}

func quantizeLinear(c *Call) {
	in, e := c.In[0], tensor.Uint8
	if z := c.in(2); z != nil {
		e = z.Elem
	} else if code := c.int("output_dtype", 0); code != 0 {
		e = c.elemOf("output_dtype", e)
	}
	if !e.IsInteger() || e.Size() > 2 {
		c.refusef("to %v: %w", e, ErrUnsupported)
	}
	g := c.grainOf()
	x, scale := tensor.Data[float64](c.converted(in, tensor.Float64)), tensor.Data[float64](c.converted(c.In[1], tensor.Float64))
	zero := c.zeroPoints()
	out := c.out(0, e, in.Shape)
	lo, hi := bounds(e)
	var row [chunk]int64
	for at := 0; at < len(x); at += chunk {
		n := min(chunk, len(x)-at)
		for i, v := range x[at : at+n] {
			k := g.of(at + i)
			q := v / scale[k]
			if in.Elem != tensor.Float64 {
				q = float64(float32(v) / float32(scale[k])) // as the type divides
			}
			q = math.RoundToEven(q)
			if zero != nil {
				q += float64(zero[k])
			}
			row[i] = saturate(q, lo, hi)
		}
		storeInts(out, at, row[:n])
	}
}

// zeroPoints are input 2 as int64; nil for zeros.
func (c *Call) zeroPoints() []int64 {
	z := c.in(2)
	if z == nil {
		return nil
	}
	if !z.Elem.IsInteger() {
		c.refusef("zero point of type %v: %w", z.Elem, ErrUnsupported)
	}
	return tensor.Data[int64](c.converted(z, tensor.Int64))
}

func dequantizeLinear(c *Call) {
	in, scale := c.In[0], c.In[1]
	if z := c.in(2); z != nil && z.Elem != in.Elem {
		c.refusef("zero point of type %v for %v", z.Elem, in)
	}
	if !scale.Elem.IsFloat() {
		c.refusef("scale of type %v", scale.Elem)
	}
	g := c.grainOf()
	x, zero := tensor.Data[int64](c.converted(in, tensor.Int64)), c.zeroPoints()
	factor := tensor.Data[float64](c.converted(scale, tensor.Float64))
	out := c.out(0, c.elemOf("output_dtype", scale.Elem), in.Shape)
	var row [chunk]float64
	for at := 0; at < len(x); at += chunk {
		n := min(chunk, len(x)-at)
		for i, v := range x[at : at+n] {
			k := g.of(at + i)
			if zero != nil {
				v -= zero[k]
			}
			row[i] = float64(v) * factor[k]
		}
		storeFloats(out, at, row[:n])
	}
}

func dynamicQuantizeLinear(c *Call) {
	x := data[float32](c, c.In[0])
	var lo, hi float32
	for _, v := range x {
		lo, hi = min(lo, v), max(hi, v)
	}
	scale := (hi - lo) / 255
	if scale == 0 {
		scale = 1
	}
	zero := saturate(math.RoundToEven(float64(-lo/scale)), 0, 255)
	out := data[uint8](c, c.out(0, tensor.Uint8, c.In[0].Shape))
	for i, v := range x {
		out[i] = uint8(saturate(math.RoundToEven(float64(v/scale))+float64(zero), 0, 255))
	}
	data[float32](c, c.out(1, tensor.Float32, nil))[0] = scale
	data[uint8](c, c.out(2, tensor.Uint8, nil))[0] = uint8(zero)
}
