package array

import (
	"math"
	"slices"

	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// norms are the operators that take out mean and variance.
func norms() []Operator {
	return []Operator{
		{Name: "BatchNormalization", Inputs: Arity{5, 5}, Outputs: Arity{1, 5}, Elems: floats, InPlace: 1, Doc: "(x - mean) / sqrt(variance + epsilon) times scale plus bias, by channel", run: floating(batchNorm[float32], batchNorm[float64])},
		{Name: "InstanceNormalization", Inputs: Arity{3, 3}, Outputs: one, Elems: floats, same: 3, InPlace: 1, Doc: "each channel of each image by its own mean and variance", run: floating(instanceNorm[float32], instanceNorm[float64])},
		{Name: "GroupNormalization", Inputs: Arity{3, 3}, Outputs: one, Elems: floats, same: 3, InPlace: 1, Doc: "each group of channels of each image by its own mean and variance", run: floating(groupNorm[float32], groupNorm[float64])},
		{Name: "LayerNormalization", Inputs: Arity{2, 3}, Outputs: Arity{1, 3}, Elems: floats, InPlace: 1, Doc: "the axes from the given one on by their mean and variance", run: floating(layerNorm[float32], layerNorm[float64])},
		{Name: "RMSNormalization", Inputs: Arity{2, 2}, Outputs: one, Elems: floats, InPlace: 1, Doc: "the axes from the given one on over the root of their mean square, times a scale", run: floating(rmsNorm[float32], rmsNorm[float64])},
		{Name: "MeanVarianceNormalization", Inputs: one, Outputs: one, Elems: floats, InPlace: 1, Doc: "axes by their mean and variance", run: floating(mvn[float32], mvn[float64])},
		{Name: "LpNormalization", Inputs: one, Outputs: one, Elems: floats, InPlace: 1, Doc: "over the p-norm along an axis", run: floating(lpNorm[float32], lpNorm[float64])},
		{Name: "LRN", Inputs: one, Outputs: one, Elems: floats, Doc: "over the squares of neighbouring channels", run: floating(lrn[float32], lrn[float64])},
	}
}

// epsilon is what keeps variances from zero.
func (c *Call) epsilon() float64 { return c.float("epsilon", 1e-5) }

// centre writes x less its mean, and returns the mean and the variance.
func centre[T tensor.Float](out, x []T) (mean, variance float64) {
	if len(x) == 0 {
		return 0, 0
	}
	n := float64(len(x))
	mean = sumOf(x) / n
	if o, ok := any(out).([]float32); ok {
		isa := kernel.Best()
		isa.Affine(o, any(x).([]float32), 1, float32(-mean), -inf, inf)
		return mean, float64(isa.Dot(o, o)) / n
	}
	for i, v := range x {
		d := float64(v) - mean
		out[i] = T(d)
		variance += d * d
	}
	return mean, variance / n
}

// affine writes a*x + b.
func affine[T tensor.Float](out, x []T, a, b float64) {
	if o, ok := any(out).([]float32); ok {
		kernel.Best().Affine(o, any(x).([]float32), float32(a), float32(b), -inf, inf)
		return
	}
	for i, v := range x {
		out[i] = T(a*float64(v) + b)
	}
}

// perChannel is input i as float64, one number for each of n channels.
func (c *Call) perChannel(i, n int, keep *[]float64) []float64 {
	a := c.In[i]
	if a.Len() != n || !a.Elem.IsFloat() {
		c.refusef("input %d is %v, expected %d numbers", i, a, n)
	}
	values := resize(keep, n)
	loadFloats(values, a, 0)
	return values
}

// channelsOf is the batch, the channels and the size of a plane; an array of one axis is a batch of one channel.
func channelsOf(shape []int) (n, channels, plane int) {
	switch len(shape) {
	case 0:
		return 1, 1, 1
	case 1:
		return shape[0], 1, 1
	}
	return shape[0], shape[1], sizeOf(shape[2:])
}

func batchNorm[T tensor.Float](c *Call) {
	in := c.In[0]
	n, channels, plane := channelsOf(in.Shape)
	if c.Version > 0 && c.Version < 9 && c.has("spatial") && !c.flag("spatial", true) {
		channels, plane = channels*plane, 1
	}
	scale, bias := c.perChannel(1, channels, &c.channel[0]), c.perChannel(2, channels, &c.channel[1])
	mean, variance := c.perChannel(3, channels, &c.channel[2]), c.perChannel(4, channels, &c.channel[3])
	x := data[T](c, in)
	if c.flag("training_mode", false) {
		c.train(mean, variance, func(image, ch int) []float64 { return widen(x[(image*channels+ch)*plane:][:plane]) }, n)
	} else if len(c.Out) > 1 {
		c.refusef("outputs of training: %w", ErrUnsupported)
	}
	out, epsilon := data[T](c, c.typed(0, in.Shape)), c.epsilon()
	for i := range n * channels {
		ch := i % channels
		a := scale[ch] / math.Sqrt(variance[ch]+epsilon)
		affine(out[i*plane:][:plane], x[i*plane:][:plane], a, bias[ch]-mean[ch]*a)
	}
}

func widen[T tensor.Float](x []T) []float64 {
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	return wide
}

// train replaces the means and variances by the batch's, and writes the running ones.
func (c *Call) train(mean, variance []float64, plane func(image, channel int) []float64, n int) {
	momentum := c.float("momentum", 0.9)
	running := [2][]float64{make([]float64, len(mean)), make([]float64, len(mean))}
	for ch := range mean {
		var all []float64
		for image := range n {
			all = append(all, plane(image, ch)...)
		}
		m, v := centre(all, all)
		running[0][ch] = mean[ch]*momentum + m*(1-momentum)
		running[1][ch] = variance[ch]*momentum + v*(1-momentum)
		mean[ch], variance[ch] = m, v
	}
	for i, values := range running {
		c.converts(c.out(i+1, c.In[3+i].Elem, c.In[3+i].Shape), tensor.ArrayOf(values, c.In[3+i].Shape...))
	}
}

func instanceNorm[T tensor.Float](c *Call) {
	n, channels, _ := c.batched(c.In[0])
	normalizeGroups[T](c, n, channels, channels)
}

// groupNorm has a scale for each group below opset 21, and for each channel from then on.
func groupNorm[T tensor.Float](c *Call) {
	in := c.In[0]
	if len(in.Shape) < 2 {
		c.refusef("%v, expected a batch and channels", in)
	}
	n, channels, _ := channelsOf(in.Shape)
	groups := c.int("num_groups", 0)
	if groups < 1 || channels%groups != 0 {
		c.refusef("%d channels in %d groups", channels, groups)
	}
	normalizeGroups[T](c, n, channels, groups)
}

// grouped normalizes groups of channels, each by itself.
type grouped[T tensor.Float] struct {
	out, x       []T
	size, groups int
	epsilon      float64
	scale, bias  []float64 // as many for each group
	run          func(i int)
}

// normalizeGroups normalizes every group of every image, by its channels' scales and biases or its own.
func normalizeGroups[T tensor.Float](c *Call, n, channels, groups int) {
	g, ok := c.grouped.(*grouped[T])
	if !ok {
		g = &grouped[T]{}
		g.run = g.group
		c.grouped = g
	}
	count := channels
	if c.In[1].Len() == groups {
		count = groups
	}
	g.scale, g.bias = c.perChannel(1, count, &c.channel[0]), c.perChannel(2, count, &c.channel[1])
	g.out, g.x = data[T](c, c.typed(0, c.In[0].Shape)), data[T](c, c.In[0])
	g.size, g.groups, g.epsilon = len(g.x)/max(1, n*groups), groups, c.epsilon()
	if len(g.x) >= shareable {
		c.each(n*groups, g.run)
	} else {
		for i := range n * groups {
			g.group(i)
		}
	}
	g.out, g.x = nil, nil
}

// group is group i, counted over the batch.
func (g *grouped[T]) group(i int) {
	out, x := g.out[i*g.size:][:g.size], g.x[i*g.size:][:g.size]
	each := len(g.scale) / g.groups
	first := i % g.groups * each
	_, variance := centre(out, x)
	inverse := 1 / math.Sqrt(variance+g.epsilon)
	plane := g.size / each
	for ch := range each {
		row := out[ch*plane:][:plane]
		affine(row, row, g.scale[first+ch]*inverse, g.bias[first+ch])
	}
}

func layerNorm[T tensor.Float](c *Call) {
	in := c.In[0]
	axis := c.flatAxis(c.int("axis", -1), len(in.Shape))
	size, shape := sizeOf(in.Shape[axis:]), c.shape(len(in.Shape))
	copy(shape, in.Shape)
	for i := axis; i < len(shape); i++ {
		shape[i] = 1
	}
	scale, bias := layerOperand[T](c, 1, axis), normRows[T]{}
	biased := c.in(2) != nil
	if biased {
		bias = layerOperand[T](c, 2, axis)
	}
	out, x, epsilon := data[T](c, c.typed(0, in.Shape)), data[T](c, in), c.epsilon()
	stash := tensor.Float32
	if c.elem == tensor.Float64 && c.int("stash_type", 1) == 11 {
		stash = tensor.Float64
	}
	var stats [2]*tensor.Array
	for i := range min(len(c.Out), 3) - 1 {
		stats[i] = c.out(1+i, stash, shape)
	}
	for r := range sizeOf(in.Shape[:axis]) {
		row := out[r*size:][:size]
		mean, variance := centre(row, x[r*size:][:size])
		inverse := 1 / math.Sqrt(variance+epsilon)
		for i, v := range [2]float64{mean, inverse} {
			if stats[i] != nil {
				storeFloats(stats[i], r, []float64{v})
			}
		}
		affine(row, row, inverse, 0)
		var add []T
		if biased {
			add = bias.row(r, size)
		}
		scaleRow(row, scale.row(r, size), add)
	}
}

// rmsNorm is layer normalization without a mean (Zhang & Sennrich, Root Mean Square Layer Normalization, 2019).
func rmsNorm[T tensor.Float](c *Call) {
	in := c.In[0]
	axis := c.flatAxis(c.int("axis", -1), len(in.Shape))
	size, scale := sizeOf(in.Shape[axis:]), layerOperand[T](c, 1, axis)
	out, x, epsilon := data[T](c, c.typed(0, in.Shape)), data[T](c, in), c.epsilon()
	for r := range sizeOf(in.Shape[:axis]) {
		row, squares := x[r*size:][:size], 0.0
		for _, v := range row {
			squares += float64(v) * float64(v)
		}
		affine(out[r*size:][:size], row, 1/math.Sqrt(squares/float64(size)+epsilon), 0)
		scaleRow(out[r*size:][:size], scale.row(r, size), nil)
	}
}

// normRows are the rows of scale or bias, broadcast over those that are normalized one at a time.
type normRows[T tensor.Float] struct {
	data   []T
	extent []int // of the input's axes around a row
	stride []int // of the operand along them
	nest   *nest // within a row; nil where the operand's rows are whole
	kept   []T   // a row that is made by it
}

// row is the row that goes with row r of the input, until the next is asked for.
func (n *normRows[T]) row(r, size int) []T {
	at := 0
	for i := len(n.extent) - 1; i >= 0; i-- {
		at += r % n.extent[i] * n.stride[i]
		r /= n.extent[i]
	}
	if n.nest == nil {
		return n.data[at:][:size]
	}
	n.nest.base[1] = at
	copyRows(n.nest, n.kept, n.data)
	return n.kept
}

// layerOperand is scale or bias, input i, as rows along the axes from axis on.
func layerOperand[T tensor.Float](c *Call, i, axis int) normRows[T] {
	a, shape := c.In[i], c.In[0].Shape
	if !slices.Equal(c.broadcastShape(a.Shape, shape), shape) {
		c.refusef("input %d is %v, which cannot be broadcast to %s", i, a, format(shape))
	}
	outer := max(0, len(a.Shape)-(len(shape)-axis)) // of the operand's axes
	rows := normRows[T]{data: data[T](c, a), extent: shape[axis-outer : axis], stride: c.shape(outer)}
	inner := a.Shape[outer:]
	step := sizeOf(inner)
	for k := outer - 1; k >= 0; k-- {
		rows.stride[k] = step
		if step *= a.Shape[k]; a.Shape[k] == 1 {
			rows.stride[k] = 0
		}
	}
	if !slices.Equal(inner, shape[axis:]) {
		rows.nest, rows.kept = &c.rows[i-1], buffer[T](c, i-1, sizeOf(shape[axis:]))
		rows.nest.broadcast(shape[axis:], inner)
	}
	return rows
}

func scaleRow[T tensor.Float](row, scale, bias []T) {
	if r, ok := any(row).([]float32); ok {
		isa := kernel.Best()
		isa.Product(r, r, any(scale).([]float32))
		if bias != nil {
			isa.Blend(r, r, any(bias).([]float32), 1, 1, -inf, inf)
		}
		return
	}
	for i := range row {
		row[i] *= scale[i]
		if bias != nil {
			row[i] += bias[i]
		}
	}
}
