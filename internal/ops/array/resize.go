package array

import (
	"math"

	"convx/internal/tensor"
)

// resamplers are the operators that sample planes between pixels.
func resamplers() []Operator {
	return []Operator{
		{Name: "Resize", Inputs: Arity{1, 4}, Outputs: one, Elems: every, Doc: "other extents, by nearest, linear or cubic interpolation, antialiased or not", run: resample},
		{Name: "Upsample", Inputs: Arity{1, 2}, Outputs: one, Elems: every, Doc: "other extents, by nearest or linear interpolation", run: resample},
	}
}

// line is how one axis is resized.
type line struct {
	in, out    int
	scale      float64
	start, end float64 // of the region, in shares of the axis
}

// mixes are the weighted sums of an axis: width weights for each output.
type mixes struct {
	of      line // what they are for: they stay as long as the extents do
	width   int
	index   []int
	weight  []float64
	outside []bool // beyond the input, where the value of extrapolation is written
	any     bool   // any of outside
}

func resample(c *Call) {
	in := c.In[0]
	lines := c.lines()
	shape := c.shape(len(lines))
	for i, l := range lines {
		shape[i] = l.out
	}
	if in.Len() == 0 && sizeOf(shape) != 0 {
		c.refusef("%v to %s", in, format(shape))
	}
	c.afford(c.origin, shape)
	mode := c.text("mode", "nearest", "linear", "cubic", "bilinear", "trilinear")
	if len(c.mixes) < len(lines) {
		c.mixes = make([]mixes, len(lines))
	}
	for i, l := range lines {
		c.mix(&c.mixes[i], l, mode)
	}
	out := c.typed(0, shape)
	if out.Len() == 0 {
		return
	}
	if mode == "nearest" {
		c.pick(out)
	} else {
		c.blend(out)
	}
	c.extrapolate(out)
}

// lines works out every axis's extent and scale: from sizes, or scales, of all axes or some.
func (c *Call) lines() []line {
	shape := c.In[0].Shape
	if len(c.lineList) < len(shape) {
		c.lineList = make([]line, len(shape))
	}
	lines := c.lineList[:len(shape)]
	for i, d := range shape {
		lines[i] = line{in: d, out: d, scale: 1, end: 1}
	}
	scales, sizes, roi := c.resizeOperands()
	axes := c.ints("axes")
	count := len(shape)
	if axes != nil {
		count = len(axes)
	}
	at := func(i int) *line {
		if axes == nil {
			return &lines[i]
		}
		return &lines[c.axis(tensor.Int(axes[i]), len(shape))]
	}
	switch {
	case sizes != nil && len(sizes) == count:
		c.fit(sizes, at)
	case sizes == nil && len(scales) == count:
		for i, s := range scales {
			l := at(i)
			n := math.Floor(float64(float32(l.in) * float32(s)))
			if !(s > 0 && n < 1<<40) {
				c.refusef("a scale of %v", s)
			}
			l.scale, l.out = s, tensor.Int(int64(n))
		}
	default:
		c.refusef("%d scales and %d sizes for %v", len(scales), len(sizes), c.In[0])
	}
	if c.text("coordinate_transformation_mode", transformations...) == "tf_crop_and_resize" {
		if len(roi) != 2*count {
			c.refusef("a region of %d numbers for %d axes", len(roi), count)
		}
		for i := range count {
			at(i).start, at(i).end = roi[i], roi[count+i]
		}
	}
	return lines
}

// fit sets extents that are given, or the nearest ones of the same aspect.
func (c *Call) fit(sizes []int64, at func(int) *line) {
	policy := c.text("keep_aspect_ratio_policy", "stretch", "not_larger", "not_smaller")
	scale := math.Inf(1)
	if policy == "not_smaller" {
		scale = 0
	}
	for i, n := range sizes {
		l := at(i)
		if n < 0 || n > 1<<40 || l.in == 0 && n != 0 {
			c.refusef("a size of %d", n)
		}
		s := float64(n) / float64(max(1, l.in))
		if policy == "stretch" {
			l.out, l.scale = tensor.Int(n), s
		} else if s < scale == (policy == "not_larger") {
			scale = s
		}
	}
	if policy == "stretch" {
		return
	}
	for i := range sizes {
		l := at(i)
		l.scale, l.out = scale, int(math.Floor(scale*float64(l.in)+0.5))
	}
}

// resizeOperands finds scales, sizes and region where the opset has them.
func (c *Call) resizeOperands() (scales []float64, sizes []int64, roi []float64) {
	read := func(i int) []float64 {
		a := c.in(i)
		if a == nil || a.Len() == 0 {
			return nil
		}
		return tensor.Data[float64](c.converted(a, tensor.Float64))
	}
	if c.Op == "Upsample" || c.Version > 0 && c.Version < 11 {
		if c.has("scales") {
			return c.floats("scales"), nil, nil
		}
		if c.has("height_scale") {
			return []float64{1, 1, c.float("height_scale", 1), c.float("width_scale", 1)}, nil, nil
		}
		return read(1), nil, nil
	}
	if a := c.in(3); a != nil && a.Len() > 0 {
		sizes = c.indices(a)
	}
	return read(2), sizes, read(1)
}

// transformations are the ways from an output's place to the input's; half_pixel is the default.
var transformations = []string{"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"}

// source is where output o of an axis lies on the input. It is computed in float32, as ONNX Runtime does: places that fall
// between two pixels are rounded by the last bit.
func (l line) source(o int, transformation string) float32 {
	x, in, out, scale := float32(o), float32(l.in), float32(l.out), float32(l.scale)
	start, end := float32(l.start), float32(l.end)
	switch transformation {
	case "half_pixel_symmetric":
		adjustment := out / (scale * in)
		return float32(float64(in/2*(1-adjustment)) + (float64(x)+0.5)/float64(scale) - 0.5) // in float64, alone of all
	case "pytorch_half_pixel":
		if l.out <= 1 {
			return 0
		}
	case "align_corners":
		if l.out == 1 {
			return 0
		}
		return x * (in - 1) / (out - 1)
	case "asymmetric":
		return x / scale
	case "tf_crop_and_resize":
		if l.out > 1 {
			return start*(in-1) + float32(x*(end-start)*(in-1))/(out-1)
		}
		return 0.5 * (start + end) * (in - 1)
	case "tf_half_pixel_for_nn":
		return (x + 0.5) / scale
	}
	return float32((x+0.5)/scale) - 0.5
}

// nearest rounds a place to a pixel. As ONNX Runtime has it, a place within a millionth of the middle of two is in the middle: it may be
// there only by the last bit of a float32.
func nearest(x float64, mode string) float64 {
	if middle := math.Floor(x) + 0.5; math.Abs(x-middle) <= 1e-6 {
		x = middle
	}
	switch mode {
	case "round_prefer_ceil":
		return math.Floor(x + 0.5)
	case "floor":
		return math.Floor(x)
	case "ceil":
		return math.Ceil(x)
	}
	return math.Ceil(x - 0.5)
}

// mix fills the sums of one axis.
func (c *Call) mix(m *mixes, l line, mode string) {
	if m.of == l && len(m.index) > 0 {
		return
	}
	m.of = l
	transformation, rounding := c.text("coordinate_transformation_mode", transformations...), c.text("nearest_mode", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
	if c.Op == "Upsample" || c.Version > 0 && c.Version < 11 {
		transformation, rounding = "asymmetric", "floor"
		if c.Op == "Resize" && l.scale < 1 {
			rounding = "ceil" // as ONNX Runtime does where opset 10 says nothing
		}
	}
	kernel := c.interpolation(mode, l.scale)
	m.width = kernel.width
	c.afford(tensor.Float64, append(c.shape(2)[:0], l.out, m.width))
	m.index, m.weight = resize(&m.index, l.out*m.width), resize(&m.weight, l.out*m.width)
	m.outside, m.any = resize(&m.outside, l.out), false
	for o := range l.out {
		x := float64(o)
		if l.in != l.out || l.scale != 1 || transformation == "tf_crop_and_resize" {
			x = float64(l.source(o, transformation))
		}
		m.outside[o] = transformation == "tf_crop_and_resize" && (x < 0 || x > float64(l.in-1))
		m.any = m.any || m.outside[o]
		index, weight := m.index[o*m.width:][:m.width], m.weight[o*m.width:][:m.width]
		if mode == "nearest" {
			index[0] = int(min(max(nearest(x, rounding), 0), float64(l.in-1)))
			continue
		}
		kernel.weigh(x, l.in, index, weight)
	}
}
