package array

import "convx/internal/tensor"

// formers are operators of models older than the standard's first stable version.
func formers() []Operator {
	return []Operator{
		{Name: "ImageScaler", Inputs: one, Outputs: one, Elems: floats, InPlace: 1, Doc: "scale times the image plus a bias for each channel", run: floating(imageScaler[float32], imageScaler[float64])},
		{Name: "Affine", Inputs: one, Outputs: one, Elems: floats, InPlace: 1, Doc: "alpha x + beta", run: floating(affineOf[float32], affineOf[float64])},
		{Name: "ScaledTanh", Inputs: one, Outputs: one, Elems: floats, InPlace: 1, Doc: "alpha tanh(beta x)", run: gateFunctions.Get()[1].run},
		{Name: "ParametricSoftplus", Inputs: one, Outputs: one, Elems: floats, InPlace: 1, Doc: "alpha ln(1 + e^(beta x))", run: parametricSoftplus.run},
		{Name: "Crop", Inputs: one, Outputs: one, Elems: every, native: true, Doc: "the image without a border", run: crop},
	}
}

var parametricSoftplus = function{"ParametricSoftplus", "", []parameter{{"alpha", 1}, {"beta", 1}}, func(x, a, b float64) float64 { return a * softplus(b*x) }}

func imageScaler[T float32 | float64](c *Call) {
	in := c.In[0]
	n, channels, _ := c.batched(in)
	bias, scale := c.floats("bias"), c.float("scale", 1)
	if len(bias) != channels {
		c.refusef("%d biases for %d channels", len(bias), channels)
	}
	out, x, plane := data[T](c, c.typed(0, in.Shape)), data[T](c, in), sizeOf(in.Shape[2:])
	for i := range n * channels {
		affine(out[i*plane:][:plane], x[i*plane:][:plane], scale, bias[i%channels])
	}
}

func affineOf[T float32 | float64](c *Call) {
	out := data[T](c, c.typed(0, c.In[0].Shape))
	affine(out, data[T](c, c.In[0]), c.float("alpha", 1), c.float("beta", 0))
}

// crop takes border pixels (left, top, right, bottom) away, or the extents that scale gives from left and top on.
func crop(c *Call) {
	in, border, scale := c.In[0], c.ints("border"), c.ints("scale")
	if len(in.Shape) != 4 || len(border) != 4 || scale != nil && len(scale) != 2 {
		c.refusef("border %v and scale %v for %v", border, scale, in)
	}
	h, w := in.Shape[2], in.Shape[3]
	left, top := tensor.Int(border[0]), tensor.Int(border[1])
	rows, cols := h-top-tensor.Int(border[3]), w-left-tensor.Int(border[2])
	if scale != nil {
		rows, cols = tensor.Int(scale[0]), tensor.Int(scale[1])
	}
	if left < 0 || top < 0 || rows < 0 || cols < 0 || rows > h || cols > w || top > h-rows || left > w-cols {
		c.refusef("border %v and scale %v for %v", border, scale, in)
	}
	out := c.typed(0, append(c.shape(4)[:0], in.Shape[0], in.Shape[1], rows, cols))
	c.nest.reset()
	c.nest.add(in.Shape[0]*in.Shape[1], [operands]int{rows * cols, h * w})
	c.nest.add(rows, [operands]int{cols, w})
	c.nest.add(cols, [operands]int{1, 1})
	if !c.nest.empty() {
		c.nest.base[1] = top*w + left
		c.copyNest(out, in)
	}
}
