package array

import (
	"math"

	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// pools reduce windows, or whole planes, of each channel.
func pools() []Operator {
	return []Operator{
		{Name: "MaxPool", Inputs: one, Outputs: Arity{1, 2}, Elems: floats | elems(tensor.Int8, tensor.Uint8), Doc: "largest of each window, and where it is",
			run: numeric{f32: maxPool[float32], f64: maxPool[float64], i64: maxPool[int64]}.run},
		{Name: "AveragePool", Inputs: one, Outputs: one, Elems: floats, Doc: "mean of each window", run: floating(averagePool[float32], averagePool[float64])},
		{Name: "LpPool", Inputs: one, Outputs: one, Elems: floats, Doc: "p-norm of each window", run: floating(lpPool[float32], lpPool[float64])},
		{Name: "GlobalMaxPool", Inputs: one, Outputs: one, Elems: floats, Doc: "largest of each channel", run: floating(globalPool[float32], globalPool[float64])},
		{Name: "GlobalAveragePool", Inputs: one, Outputs: one, Elems: floats, Doc: "mean of each channel", run: floating(globalPool[float32], globalPool[float64])},
		{Name: "GlobalLpPool", Inputs: one, Outputs: one, Elems: floats, Doc: "p-norm of each channel", run: floating(globalPool[float32], globalPool[float64])},
		{Name: "MaxUnpool", Inputs: Arity{2, 3}, Outputs: one, Elems: floats, Doc: "elements where MaxPool found them, else 0", run: floating(maxUnpool[float32], maxUnpool[float64])},
	}
}

// pooled makes a pool's output and window.
func (c *Call) pooled() (w *window, out *tensor.Array, planes int) {
	n, channels, spatial := c.batched(c.In[0])
	w = c.windowOf(spatial, nil)
	c.slide(w)
	return w, c.typed(0, append(append(c.shape(2 + len(spatial))[:0], n, channels), w.out...)), n * channels
}

func maxPool[T number](c *Call) {
	w, result, planes := c.pooled()
	out, x := data[T](c, result), data[T](c, c.In[0])
	var where []int64
	if len(c.Out) > 1 {
		where = data[int64](c, c.out(1, tensor.Int64, result.Shape))
	}
	lowest := T(0)
	switch lowest := any(&lowest).(type) {
	case *float32:
		*lowest = -inf
	case *float64:
		*lowest = math.Inf(-1)
	case *int64:
		*lowest, _ = bounds(c.origin)
	}
	for i := range out {
		out[i] = lowest
	}
	for i := range where {
		where[i] = -1
	}
	plane, area, taps := sizeOf(w.out), sizeOf(w.in), c.taps(w)
	for p := range planes {
		for i := range taps {
			taps[i].rows(p*plane, p*area, func(at [operands]int, count int, step [operands]int) {
				if where == nil {
					keepLargest(out[at[0]:], x[at[1]:], count, step[0], step[1])
					return
				}
				for k := range count {
					o, from := at[0]+k*step[0], at[1]+k*step[1]
					if v := x[from]; v > out[o] || where[o] < 0 || v != v {
						out[o], where[o] = v, int64(from)
					}
				}
			})
		}
	}
	if where != nil && c.flag("storage_order", false) {
		columnMajor(where, w.in, area)
	}
}

func keepLargest[T number](out, x []T, count, to, from int) {
	if to == 1 && from == 1 {
		out, x = out[:count], x[:count]
		for i, v := range x {
			if v > out[i] || v != v {
				out[i] = v
			}
		}
		return
	}
	for i := range count {
		if v := x[i*from]; v > out[i*to] || v != v {
			out[i*to] = v
		}
	}
}

// columnMajor turns places in row-major planes into places in planes whose first axis is innermost.
func columnMajor(where []int64, shape []int, area int) {
	for i, at := range where {
		if at < 0 {
			continue
		}
		rest, place := int(at)%area, 0
		step := area
		for k := len(shape) - 1; k >= 0; k-- {
			step /= shape[k]
			place += rest % shape[k] * step
			rest /= shape[k]
		}
		where[i] = at - at%int64(area) + int64(place)
	}
}

func averagePool[T tensor.Float](c *Call) {
	w, result, planes := c.pooled()
	out, x := data[T](c, result), data[T](c, c.In[0])
	clear(out)
	plane, area := sizeOf(w.out), sizeOf(w.in)
	counts := resize(&c.sums, plane)
	taps := c.taps(w)
	if c.flag("count_include_pad", false) {
		countPadded(w, counts)
	} else {
		countInside(taps, counts)
	}
	for p := range planes {
		for i := range taps {
			taps[i].rows(p*plane, p*area, func(at [operands]int, count int, step [operands]int) {
				addScaled(out[at[0]:], x[at[1]:], 1, count, step[0], step[1])
			})
		}
		for i, n := range counts {
			out[p*plane+i] /= T(n)
		}
	}
}

// countInside counts what each window has of the input.
func countInside(taps []tap, counts []float64) {
	clear(counts)
	for i := range taps {
		taps[i].rows(0, 0, func(at [operands]int, count int, step [operands]int) {
			for k := range count {
				counts[at[0]+k*step[0]]++
			}
		})
	}
}

// countPadded counts what each window has of the input with its padding.
func countPadded(w *window, counts []float64) {
	for i := range counts {
		counts[i] = 1
	}
	step := 1
	for axis := len(w.out) - 1; axis >= 0; axis-- {
		for i := range counts {
			o := i / step % w.out[axis]
			room := w.in[axis] + w.before[axis] + w.after[axis] - o*w.stride[axis]
			counts[i] *= float64(min(w.kernel[axis], (room+w.dilation[axis]-1)/w.dilation[axis]))
		}
		step *= w.out[axis]
	}
}

func lpPool[T tensor.Float](c *Call) {
	w, result, planes := c.pooled()
	out, x := data[T](c, result), data[T](c, c.In[0])
	clear(out)
	p := c.norm()
	plane, area, taps := sizeOf(w.out), sizeOf(w.in), c.taps(w)
	for k := range planes {
		for i := range taps {
			taps[i].rows(k*plane, k*area, func(at [operands]int, count int, step [operands]int) {
				for i := range count {
					out[at[0]+i*step[0]] += T(math.Pow(math.Abs(float64(x[at[1]+i*step[1]])), p))
				}
			})
		}
	}
	for i, v := range out {
		out[i] = T(math.Pow(float64(v), 1/p))
	}
}

// norm is p, which was a float in opset 1.
func (c *Call) norm() float64 {
	if _, ok := c.Attributes["p"].(float64); ok {
		return c.float("p", 2)
	}
	return float64(c.int("p", 2))
}

func globalPool[T tensor.Float](c *Call) {
	in := c.In[0]
	n, channels, spatial := c.batched(in)
	shape := append(c.shape(len(in.Shape))[:0], n, channels)
	for range spatial {
		shape = append(shape, 1)
	}
	out, x, area := data[T](c, c.typed(0, shape)), data[T](c, in), sizeOf(spatial)
	if area == 0 {
		c.refusef("%v has empty planes", in)
	}
	p := c.norm()
	for i := range out {
		row := x[i*area:][:area]
		switch c.Op {
		case "GlobalMaxPool":
			out[i] = row[0]
			keepLargest(out[i:], row, area, 0, 1)
		case "GlobalAveragePool":
			out[i] = T(sumOf(row) / float64(area))
		default:
			var sum float64
			for _, v := range row {
				sum += math.Pow(math.Abs(float64(v)), p)
			}
			out[i] = T(math.Pow(sum, 1/p))
		}
	}
}

// sumOf is the sum of a row.
func sumOf[T tensor.Float](row []T) float64 {
	if r, ok := any(row).([]float32); ok {
		return float64(kernel.Best().Sum(r))
	}
	var sum float64
	for _, v := range row {
		sum += float64(v)
	}
	return sum
}
