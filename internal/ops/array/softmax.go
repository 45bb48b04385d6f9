package array

import (
	"math"

	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

func normalized(name, doc string) Operator {
	return Operator{Name: name, Inputs: one, Outputs: one, Elems: floats, InPlace: 1, Doc: doc, run: floating(softmaxes[float32], softmaxes[float64])}
}

// softmaxes normalizes lines along an axis; below opset 13 all axes from the given one on are one line.
func softmaxes[T tensor.Float](c *Call) {
	in := c.In[0]
	rank := len(in.Shape)
	out := data[T](c, c.typed(0, in.Shape))
	x := data[T](c, in)
	if len(x) == 0 {
		return
	}
	otherwise := -1
	if c.Version > 0 && c.Version < 13 {
		otherwise = 1
	}
	axis := c.int("axis", otherwise)
	a := around{1, len(x), 1}
	switch {
	case rank == 0:
	case c.Version > 0 && c.Version < 13:
		for _, d := range in.Shape[:c.flatAxis(axis, rank)] {
			a.outer *= d
		}
		a.n = len(x) / a.outer
	default:
		a = aroundAxis(in.Shape, c.axis(axis, rank))
	}
	if x32, ok := any(x).([]float32); ok && c.besideEachOther(any(out).([]float32), x32, a) {
		return
	}
	w, ok := c.lined.(*lined[T])
	if !ok {
		w = &lined[T]{line: lineOf[T](c.Op)}
		w.work = w.item
		c.lined = w
	}
	w.a, w.out, w.x = a, out, x
	items := min(a.outer*a.inner, max(1, len(x)/shareable*4))
	w.each = (a.outer*a.inner + items - 1) / items
	c.each(items, w.work)
	w.out, w.x = nil, nil
}

// lineOf is what an operator does to a line of n elements, step apart.
func lineOf[T tensor.Float](op string) func(out, x []T, n, step int) {
	switch op {
	case "LogSoftmax":
		return logSoftmaxLine[T]
	case "Hardmax":
		return hardmaxLine[T]
	}
	return softmaxLine[T]
}

// lined runs the function of the call's operator on every line along an axis, some lines an item.
type lined[T any] struct {
	a      around
	line   func(out, x []T, n, step int)
	out, x []T
	each   int // lines of an item
	work   func(i int)
}

func (w *lined[T]) item(i int) {
	for l := i * w.each; l < min(w.a.outer*w.a.inner, (i+1)*w.each); l++ {
		start := l/w.a.inner*w.a.n*w.a.inner + l%w.a.inner
		w.line(w.out[start:], w.x[start:], w.a.n, w.a.inner)
	}
}

// flatAxis is an axis that parts a shape in two: it may follow the last one.
func (c *Call) flatAxis(axis, rank int) int {
	if axis == rank {
		return axis
	}
	return c.axis(axis, rank)
}

func top[T tensor.Float](x []T, n, step int) T {
	most := x[0]
	for i := 1; i < n; i++ {
		if v := x[i*step]; v > most || v != v {
			most = v
		}
	}
	return most
}

func softmaxLine[T tensor.Float](out, x []T, n, step int) {
	if o, ok := any(out).([]float32); ok && step == 1 {
		softmaxRow(o[:n], any(x).([]float32)[:n])
		return
	}
	most := top(x, n, step)
	var sum float64
	for i := 0; i < n*step; i += step {
		e := exp(x[i] - most)
		out[i] = e
		sum += float64(e)
	}
	scale := T(1 / sum)
	for i := 0; i < n*step; i += step {
		out[i] *= scale
	}
}

// softmaxRow takes e^x from the logistic function s of x, which has a kernel: s / (1 - s). What it is given is not above 0,
// where 1 - s is at least a half.
func softmaxRow(out, x []float32) {
	most, isa := top(x, len(x), 1), kernel.Best()
	isa.Affine(out, x, 1, -most, -inf, inf)
	isa.Logistic(out, out)
	var sum float64
	var rest [piece]float32
	for at := 0; at < len(out); at += piece {
		part := out[at:min(len(out), at+piece)]
		isa.Affine(rest[:len(part)], part, -1, 1, -inf, inf)
		isa.Quotient(part, part, rest[:len(part)])
		sum += float64(isa.Sum(part))
	}
	scaleBy(isa, out, out, float32(1/sum))
}

func logSoftmaxLine[T tensor.Float](out, x []T, n, step int) {
	most := top(x, n, step)
	var sum float64
	for i := 0; i < n*step; i += step {
		sum += float64(exp(x[i] - most))
	}
	all := T(math.Log(sum))
	for i := 0; i < n*step; i += step {
		out[i] = x[i] - most - all
	}
}

func hardmaxLine[T tensor.Float](out, x []T, n, step int) {
	best := 0
	for i := 1; i < n; i++ {
		if x[i*step] > x[best*step] {
			best = i
		}
	}
	for i := range n {
		out[i*step] = 0
	}
	out[best*step] = 1
}

// exp is e^x in x's own precision.
func exp[T tensor.Float](x T) T { return T(math.Exp(float64(x))) }
