package onnx

import (
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/network"
	"convx/internal/shape"
)

// recurrentRules are the layers that step along a sequence.
var recurrentRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"LSTM": {apply: recurrent(cell{gates: 4, outputs: 3, each: 30}), least: 3},
		"GRU":  {apply: recurrent(cell{gates: 3, outputs: 2, each: 21}), least: 3},
		"RNN":  {apply: recurrent(cell{gates: 1, outputs: 2, each: 6}), least: 3},
	}
}}

// cell is a recurrent layer's step. each is the FLOPs of a hidden unit beside products and biases: the sum of input and
// state for each gate (1), sigmoids (4), hyperbolic tangents (5), and what mixes them: an LSTM's c = f*c + i*g and o*tanh(c),
// a GRU's r*h and (1-z)*n + z*h.
type cell struct{ gates, outputs, each int }

// recurrent: X is steps x batch x inputs (layout 1: batch x steps x inputs), W directions x gates*hidden x inputs, R directions x
// gates*hidden x hidden, B directions x 2*gates*hidden, P directions x 3*hidden. Every step multiplies W by the input and R by
// the state: steps x batch x directions x (|W| + |R|) MACs.
func recurrent(of cell) func(*call) error {
	return func(c *call) error {
		x, w, r := c.input(0), c.input(1), c.input(2)
		if len(x) != 3 || len(w) != 3 || len(r) != 3 {
			return lang.Errorf("steps over %s with %s and %s: three axes each are known", shapeText(x), shapeText(w), shapeText(r))
		}
		directions, hidden := w[0], r[2]
		if x[2] != w[2] || r[0] != directions || w[1] != of.gates*hidden || r[1] != w[1] {
			return lang.Errorf("weights %s and %s do not fit %s", shapeText(w), shapeText(r), shapeText(x))
		}
		batchFirst := c.intOr("layout", 0) != 0
		steps, batch := x[0], x[1]
		if batchFirst {
			steps, batch = batch, steps
		}
		macs, err := count("MACs", 1, steps, batch, directions, w[1], w[2]+hidden)
		if err != nil {
			return err
		}
		each := of.each
		if c.optional(3) != nil {
			each += 2 * of.gates
		}
		if c.optional(7) != nil {
			each += 6 // peepholes: three products and sums
		}
		flops, err := count("FLOPs", 1, steps, batch, directions, hidden, each)
		if err != nil {
			return err
		}
		y, state := []int{steps, directions, batch, hidden}, []int{directions, batch, hidden}
		if batchFirst {
			y, state = []int{batch, steps, directions, hidden}, []int{batch, directions, hidden}
		}
		c.set(0, y)
		for i := 1; i < of.outputs; i++ {
			c.set(i, state)
		}
		c.sequence(x, batchFirst)
		c.work(work{macs: macs, flops: flops}, 1, 2, 3, 7)
		c.layer.label = map[string]string{"LSTM": "lstm", "GRU": "gru", "RNN": "rnn"}[c.Op]
		return nil
	}
}

// sequence says that every output sees the whole sequence: exactly, in both directions, the last.
func (c *call) sequence(x []int, batchFirst bool) {
	step, batch := 0, 1
	if batchFirst {
		step, batch = 1, 0
	}
	c.along = func(i, _ int) []network.Along {
		along := []network.Along{{From: -1}, {From: -1}, {From: batch}, {From: -1}}
		seen := network.Along{From: step, Reach: shape.Everything(x[step])}
		switch {
		case i > 0:
			along = along[1:]
		case batchFirst:
			along = []network.Along{{From: batch}, seen, {From: -1}, {From: -1}}
		default:
			along[0] = seen
		}
		return along
	}
}

// rarerRules are the operators of the first operator sets, which some exporters still write, and of pooling undone.
var rarerRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"ImageScaler":        {apply: perElement(2), least: 1},
		"Affine":             {apply: perElement(2), least: 1},
		"Scale":              {apply: perElement(1), least: 1},
		"ScaledTanh":         {apply: perElement(7), least: 1},
		"ParametricSoftplus": {apply: perElement(5), least: 1},
		"Crop":               {apply: cropBorder, least: 1, free: true},
		"MaxUnpool":          {apply: maxUnpool, least: 2, free: true},
		"TopK":               {apply: topK, least: 1},
	}
}}

// cropBorder takes off a border of left, top, right and bottom pixels; scale, if given, is the size that is left.
func cropBorder(c *call) error {
	x, border, scale := c.input(0), c.ints("border"), c.ints("scale")
	if len(x) != 4 || len(border) != 4 || scale != nil && len(scale) != 2 {
		return lang.Errorf("crops %v of %s", border, shapeText(x))
	}
	out := []int{x[0], x[1], 0, 0}
	reach := map[int]shape.Reach{}
	for i := range 2 {
		begin, end, left := border[1-i], border[3-i], int64(0)
		if left = int64(x[2+i]) - begin - end; scale != nil {
			left = scale[i]
		}
		if begin < 0 || end < 0 || left < 1 || begin > int64(x[2+i]) || left > int64(x[2+i])-begin {
			return lang.Errorf("crops %v of %s", border, shapeText(x))
		}
		out[2+i] = int(left)
		reach[2+i] = shape.Part(int(begin), 1)
	}
	c.sees(4, reach)
	c.set(0, out)
	return nil
}

// maxUnpool puts the maxima back where they were: (in-1)*stride + kernel - padding, or the shape that input 2 gives.
func maxUnpool(c *call) error {
	x := c.input(0)
	if given := c.optional(2); given != nil {
		list, ok := given.list()
		if !ok {
			return errUnknown
		}
		out, err := toShape(list)
		if err != nil || len(out) != len(x) {
			return lang.Errorf("unpools %s to %v", shapeText(x), list)
		}
		c.set(0, out)
		return nil
	}
	axes := len(x) - 2
	if axes < 1 || axes > 3 || c.ints("kernel_shape") == nil {
		return lang.Errorf("unpools %s: 1 to 3 spatial axes and a kernel_shape are known", shapeText(x))
	}
	kernel, err := c.perAxis("kernel_shape", axes, 1, 1)
	if err != nil {
		return err
	}
	w, err := c.window(kernel)
	if err != nil {
		return err
	}
	reach := map[int]shape.Reach{}
	out := []int{x[0], x[1]}
	for i, n := range x[2:] {
		d := (n-1)*w.Stride[i] + kernel[i]
		if w.Padding.Auto == layer.Explicit {
			d -= w.Padding.Pairs[i].Begin + w.Padding.Pairs[i].End
		}
		if d < 1 {
			return lang.Errorf("unpools %s to nothing", shapeText(x))
		}
		out = append(out, d)
		reach[2+i] = shape.Copies(w.Stride[i])
	}
	c.set(0, out)
	c.sees(len(x), reach)
	return nil
}

// topK: k is an attribute before set 10, an input since. It looks at every element.
func topK(c *call) error {
	x := c.in[0]
	k := c.intOr("k", -1)
	if v := c.optional(1); v != nil {
		list, ok := v.list()
		if !ok || len(list) != 1 {
			return errUnknown
		}
		k = list[0]
	}
	at, err := axis(c.intOr("axis", -1), len(x.shape))
	if err != nil {
		return err
	}
	if k < 0 || k > int64(x.shape[at]) {
		return lang.Errorf("the first %d of %s along axis %d", k, shapeText(x.shape), at)
	}
	out := append([]int{}, x.shape...)
	out[at] = int(k)
	c.set(0, out)
	c.put(1, value{shape: out, elem: elemInt64})
	c.work(work{flops: int64(x.numel())})
	return nil
}
