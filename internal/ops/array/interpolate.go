package array

import (
	"math"

	"convx/internal/tensor"
)

// interpolation is the weights of the pixels around a place.
type interpolation struct {
	width   int     // pixels
	stretch float64 // at most 1: the scale that an antialiased filter is stretched by
	f       func(d, a float64) float64
	reach   float64 // of f
	a       float64 // cubic_coeff_a
	exclude bool    // pixels outside of the input count nothing
}

// interpolation is the filter of a mode; antialiased, it spans as many pixels as an output covers.
func (c *Call) interpolation(mode string, scale float64) interpolation {
	k := interpolation{stretch: 1, f: triangle, reach: 1, a: c.float("cubic_coeff_a", -0.75), exclude: c.flag("exclude_outside", false)}
	switch mode {
	case "nearest":
		return interpolation{width: 1}
	case "cubic":
		k.f, k.reach = cubic, 2
	}
	if c.flag("antialias", false) && scale < 1 {
		k.stretch = scale
	}
	width := 2 * math.Ceil(k.reach/k.stretch)
	if !(width < 1<<24) {
		c.refusef("a scale of %v", scale)
	}
	k.width = int(width)
	return k
}

func triangle(d, _ float64) float64 { return math.Max(0, 1-math.Abs(d)) }

// cubic is the convolution kernel of Keys, Cubic convolution interpolation for digital image processing, 1981.
func cubic(d, a float64) float64 {
	d = math.Abs(d)
	switch {
	case d <= 1:
		return ((a+2)*d-(a+3))*d*d + 1
	case d < 2:
		return ((a*d-5*a)*d+8*a)*d - 4*a
	}
	return 0
}

// weigh writes the pixels around x, held within the n that there are, and their weights, whose sum is one.
func (k *interpolation) weigh(x float64, n int, index []int, weight []float64) {
	x = min(max(x, -1<<40), 1<<40)
	if k.width == 2 { // beyond the ends there is the last pixel
		x = min(max(x, 0), float64(n-1))
	}
	first := int(math.Floor(x)) - k.width/2 + 1
	var sum float64
	for i := range index {
		at := first + i
		w := k.f((float64(at)-x)*k.stretch, k.a)
		if k.exclude && (at < 0 || at >= n) {
			w = 0
		}
		index[i], weight[i] = min(max(at, 0), n-1), w
		sum += w
	}
	if sum != 0 {
		for i := range weight {
			weight[i] /= sum
		}
	}
}

// pick copies the nearest pixels.
func (c *Call) pick(out *tensor.Array) {
	in := c.In[0]
	m := moverOf(out, in)
	last := len(out.Shape) - 1
	if last < 0 || out.Len() == 0 {
		m.copy(0, 0, out.Len())
		return
	}
	step, at := strides(c.shape(last+1), in.Shape), c.shape(last+1)
	clear(at)
	columns := c.mixes[last].index
	whole := in.Shape[last] == out.Shape[last] && isIdentity(columns)
	again, before := moverOf(out, out), -1 // rows that are repeated, and where the last one came from
	for to := 0; to < out.Len(); to += len(columns) {
		from := 0
		for i := range last {
			from += c.mixes[i].index[at[i]] * step[i]
		}
		switch {
		case whole:
			m.copy(to, from, len(columns))
		case from == before:
			again.copy(to, to-len(columns), len(columns))
		default:
			m.spread(to, from, columns)
		}
		before = from
		for i := last - 1; i >= 0; i-- {
			if at[i]++; at[i] < out.Shape[i] {
				break
			}
			at[i] = 0
		}
	}
}

func isIdentity(index []int) bool {
	for i, k := range index {
		if i != k {
			return false
		}
	}
	return true
}

// blend interpolates one axis after the other.
func (c *Call) blend(out *tensor.Array) {
	switch c.elem {
	case tensor.Float32:
		blendAxes(c, data[float32](c, out), data[float32](c, c.In[0]))
	case tensor.Float64:
		blendAxes(c, data[float64](c, out), data[float64](c, c.In[0]))
	case tensor.Int64:
		c.blendIntegers(out)
	default:
		c.refusef("interpolation of type %v: %w", c.elem, ErrUnsupported)
	}
}

func blendAxes[T tensor.Float](c *Call, out, x []T) {
	from, to := c.In[0].Shape, c.Out[0].Shape
	shape := append(c.shape(len(from))[:0], from...)
	last := -1
	for axis, m := range c.mixes[:len(from)] {
		if !m.rests(from[axis], to[axis]) {
			last = axis
		}
	}
	if last < 0 {
		copy(out, x)
		return
	}
	turn := 0
	for axis := range last + 1 {
		m := &c.mixes[axis]
		if m.rests(from[axis], to[axis]) {
			continue
		}
		if x32, ok := any(x).([]float32); ok && axis >= len(shape)-2 && c.mixPlanes(any(out).([]float32), x32) {
			return
		}
		a := aroundAxis(shape, axis)
		shape[axis] = to[axis]
		c.afford(c.elem, shape)
		into := out
		if axis != last {
			into = buffer[T](c, turn, sizeOf(shape))
			turn = 1 - turn
		}
		blendAxis(into, x, a, to[axis], m)
		x = into
	}
}

// rests reports an axis that stays as it is.
func (m *mixes) rests(from, to int) bool { return from == to && m.identity() }

// identity reports sums that are one pixel each, its own.
func (m *mixes) identity() bool {
	for i, k := range m.index {
		if w := m.weight[i]; w != 0 && (w != 1 || k != i/m.width) {
			return false
		}
	}
	return true
}

func blendAxis[T tensor.Float](out, x []T, a around, n int, m *mixes) {
	for o := range a.outer {
		for k := range n {
			index, weight := m.index[k*m.width:][:m.width], m.weight[k*m.width:][:m.width]
			row := out[(o*n+k)*a.inner:][:a.inner]
			if a.inner == 1 {
				var sum float64
				for i, at := range index {
					sum += weight[i] * float64(x[o*a.n+at])
				}
				row[0] = T(sum)
				continue
			}
			clear(row)
			for i, at := range index {
				if weight[i] != 0 {
					addScaled(row, x[(o*a.n+at)*a.inner:], T(weight[i]), a.inner, 1, 1)
				}
			}
		}
	}
}

// buffer is memory number i of the call for n elements.
func buffer[T any](c *Call, i, n int) []T {
	keep, ok := c.buffers[i].(*[]T)
	if !ok {
		keep = new([]T)
		c.buffers[i] = keep
	}
	return resize(keep, n)
}

// extrapolate writes the value of what lies outside of the input.
func (c *Call) extrapolate(out *tensor.Array) {
	some := false
	for _, m := range c.mixes[:len(out.Shape)] {
		some = some || m.any
	}
	if !some {
		return
	}
	value := c.converted(tensor.ArrayOf([]float64{c.float("extrapolation_value", 0)}), c.elem)
	m, step := moverOf(out, value), strides(c.shape(len(out.Shape)), out.Shape)
	for i := range out.Len() {
		for axis, s := range step {
			if c.mixes[axis].outside[i/s%out.Shape[axis]] {
				m.copy(i, 0, 1)
				break
			}
		}
	}
}
