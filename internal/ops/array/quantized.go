package array

import (
	"math"

	"convx/internal/tensor"
)

func convInteger(c *Call) {
	x, weights := c.centred(0, 2, 0), c.centred(1, 3, 0)
	n, filters, w, spatial := c.convShape(c.In[0], c.In[1])
	out := c.int32s(append(append([]int{}, n, filters), spatial...))
	convolve(c, w, out, x, weights, nil, n, filters)
	c.narrow32(out)
}

func matMulInteger(c *Call) {
	a, b := c.centred(0, 2, -2), c.centred(1, 3, -1)
	s := c.matricesOf(c.In[0].Shape, c.In[1].Shape)
	out := c.int32s(s.out)
	multiplyBatches(c, s, out, a, b)
	c.narrow32(out)
}

// int32s makes an output of int32: sums are int64 until narrow32 cuts them to their low bits.
func (c *Call) int32s(shape []int) []int64 {
	c.afford(tensor.Int64, shape)
	return make([]int64, c.out(0, tensor.Int32, shape).Len())
}

func (c *Call) narrow32(sums []int64) {
	out := tensor.Data[int32](c.Out[0])
	for i, v := range sums {
		out[i] = int32(v)
	}
}

// centred is an input less its zero point, which is one number, or one for each index of an axis.
func (c *Call) centred(input, zero, axis int) []int64 {
	x := data[int64](c, c.In[input])
	z := c.in(zero)
	if z == nil {
		return x
	}
	shape, rank := c.In[input].Shape, len(c.In[input].Shape)
	points, out := data[int64](c, z), make([]int64, len(x))
	if z.Len() == 1 {
		for i, v := range x {
			out[i] = v - points[0]
		}
		return out
	}
	places := z.Shape
	if len(places) == 1 && rank > 0 {
		places = c.shape(rank)
		for i := range places {
			places[i] = 1
		}
		places[(axis+rank)%rank] = z.Len()
	}
	if whole := c.broadcastShape(shape, places); sizeOf(whole) != len(x) {
		c.refusef("zero points %v for %v", z, c.In[input])
	}
	c.nest.broadcast(shape, shape, places)
	c.nest.rows(func(at [operands]int, count int, step [operands]int) {
		for i := range count {
			out[at[0]+i*step[0]] = x[at[1]+i*step[1]] - points[at[2]+i*step[2]]
		}
	})
	return out
}

// scaling is the factors of a quantized product: of its rows or output channels, columns, and output.
type scaling struct {
	left, right []float64
	out         float64
	zero        int64
	lo, hi      int64
}

// scales are input i's numbers, of which there must be one or n.
func (c *Call) scales(i, n int) []float64 {
	a := c.In[i]
	if a.Len() != 1 && a.Len() != n || a.Elem != tensor.Float32 && a.Elem != tensor.Float64 {
		c.refusef("scale %v, expected 1 or %d numbers", a, n)
	}
	values := make([]float64, a.Len())
	loadFloats(values, a, 0)
	return values
}

func (c *Call) scalingOf(n, m int) scaling {
	s := scaling{left: c.scales(1, n), right: c.scales(4, m), out: c.scales(6, 1)[0], zero: c.scalar(c.In[7], "y_zero_point")}
	s.lo, s.hi = bounds(c.origin)
	return s
}

// quantize is a sum in the output's scale.
func (s *scaling) quantize(sum int64, row, column int) int64 {
	factor := float32(s.left[row%len(s.left)]) * float32(s.right[column%len(s.right)]) / float32(s.out)
	return saturate(math.RoundToEven(float64(float32(sum)*factor))+float64(s.zero), s.lo, s.hi)
}

func qlinearConv(c *Call) {
	plain := *c
	plain.In = []*tensor.Array{c.In[0], c.In[3], c.In[2], c.In[5]}
	x, weights := plain.centred(0, 2, 0), plain.centred(1, 3, 0)
	n, filters, w, spatial := c.convShape(c.In[0], c.In[3])
	var bias []int64
	if b := c.in(8); b != nil {
		bias = data[int64](c, b)
		if len(bias) != filters {
			c.refusef("bias %v for %d output channels", b, filters)
		}
	}
	out := data[int64](c, c.typed(0, append(append([]int{}, n, filters), spatial...)))
	convolve(c, w, out, x, weights, bias, n, filters)
	s, plane := c.scalingOf(1, filters), sizeOf(spatial)
	for i, sum := range out {
		out[i] = s.quantize(sum, 0, i/plane%filters)
	}
}

func qlinearMatMul(c *Call) {
	plain := *c
	plain.In = []*tensor.Array{c.In[0], c.In[3], c.In[2], c.In[5]}
	a, b := plain.centred(0, 2, -2), plain.centred(1, 3, -1)
	m := c.matricesOf(c.In[0].Shape, c.In[3].Shape)
	out := data[int64](c, c.typed(0, m.out))
	rows, columns := m.m, m.n
	multiplyBatches(c, m, out, a, b)
	s := c.scalingOf(rows, columns)
	for i, sum := range out {
		out[i] = s.quantize(sum, i/columns%rows, i%columns)
	}
}
