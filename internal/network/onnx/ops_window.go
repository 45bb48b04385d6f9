package onnx

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/tensor"
)

// windowRules are the operators that slide a window: convolutions and pools.
var windowRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"Conv":              {apply: conv(0, 1, 2), least: 2},
		"ConvInteger":       {apply: conv(0, 1, -1), least: 2},
		"QLinearConv":       {apply: conv(0, 3, 8), least: 4},
		"ConvTranspose":     {apply: convTranspose, least: 2},
		"DeformConv":        {apply: deformConv, least: 3},
		"MaxPool":           {apply: pool(layer.MaxPool), least: 1},
		"AveragePool":       {apply: pool(layer.AveragePool), least: 1},
		"LpPool":            {apply: pool(layer.AveragePool), least: 1},
		"GlobalMaxPool":     {apply: globalPool(layer.MaxPool), least: 1},
		"GlobalAveragePool": {apply: globalPool(layer.AveragePool), least: 1},
		"GlobalLpPool":      {apply: globalPool(layer.AveragePool), least: 1},
		"MaxRoiPool":        {apply: roiPool, least: 2},
		"RoiAlign":          {apply: roiPool, least: 2},
	}
}}

// conv is the rule of the convolutions, whose data, weight and bias stand at these inputs (-1: never a bias).
func conv(data, weight, bias int) func(*call) error {
	return func(c *call) error {
		x, w := c.optional(data), c.optional(weight)
		if err := c.checkKernel(x, w); err != nil {
			return err
		}
		win, err := c.window(w.shape[2:])
		if err != nil {
			return err
		}
		groups, err := c.groups(x.shape[1], w.shape[1])
		if err != nil {
			return err
		}
		op := layer.Conv{Window: win, PadMode: layer.PadZeros, OutChannels: w.shape[0], Groups: groups, Bias: bias >= 0 && c.optional(bias) != nil}
		if op.OutChannels%groups != 0 {
			return lang.Errorf("group %d does not divide the %d output channels", groups, op.OutChannels)
		}
		weights := []int{weight}
		if op.Bias {
			weights = append(weights, bias)
		}
		s, err := c.emit(op, [][]int{x.shape}, weights...)
		if err != nil {
			return err
		}
		elem := x.elem
		if c.Op == "ConvInteger" {
			elem = elemInt32
		}
		c.put(0, value{shape: s.Output, elem: elem})
		return nil
	}
}

// checkKernel demands a batch of channels over 1 to 3 axes and a kernel over the same axes, nothing empty but the batch.
func (c *call) checkKernel(x, w *value) error {
	if !x.known() || !w.known() {
		return errUnknown
	}
	for _, s := range [][]int{x.shape, w.shape} {
		if len(s) < 3 || len(s) > 5 {
			return lang.Errorf("convolves %s with %s: 1 to 3 spatial axes are known", shapeText(x.shape), shapeText(w.shape))
		}
	}
	if len(x.shape) != len(w.shape) {
		return lang.Errorf("convolves %s with %s: their axes differ", shapeText(x.shape), shapeText(w.shape))
	}
	if k := c.ints("kernel_shape"); k != nil && !slices.EqualFunc(k, w.shape[2:], func(a int64, b int) bool { return a == int64(b) }) {
		return lang.Errorf("kernel_shape %v is not that of the weights, %s", k, shapeText(w.shape))
	}
	if slices.Contains(x.shape[1:], 0) || slices.Contains(w.shape, 0) {
		return lang.Errorf("convolves %s with %s: an axis is empty", shapeText(x.shape), shapeText(w.shape))
	}
	return nil
}

// groups reads the group attribute, which the weights must agree with.
func (c *call) groups(channels, perGroup int) (int, error) {
	g := c.intOr("group", 1)
	if g < 1 || g > layer.MaxExtent {
		return 0, lang.Errorf("group %d", g)
	}
	if int64(perGroup)*g != int64(channels) {
		return 0, lang.Errorf("weights for %d groups of %d channels read %d channels", g, perGroup, channels)
	}
	return int(g), nil
}

// perAxis reads a window attribute: one number an axis, each at least least.
func (c *call) perAxis(name string, axes, def, least int) ([]int, error) {
	list := c.ints(name)
	if list == nil {
		return slices.Repeat([]int{def}, axes), nil
	}
	if len(list) != axes {
		return nil, lang.Errorf("%s %v has %d numbers for %d axes", name, list, len(list), axes)
	}
	out := make([]int, axes)
	for i, n := range list {
		if n < int64(least) || n > layer.MaxExtent {
			return nil, lang.Errorf("%s %v is impossible", name, list)
		}
		out[i] = int(n)
	}
	return out, nil
}

// window reads strides, dilations and padding.
func (c *call) window(kernel []int) (layer.Window, error) {
	w := layer.Window{Kernel: kernel}
	var err error
	if w.Stride, err = c.perAxis("strides", len(kernel), 1, 1); err != nil {
		return w, err
	}
	if w.Dilation, err = c.perAxis("dilations", len(kernel), 1, 1); err != nil {
		return w, err
	}
	for _, k := range kernel {
		if k < 1 || k > layer.MaxExtent {
			return w, lang.Errorf("a kernel of %d", k)
		}
	}
	w.Padding, err = c.padding(len(kernel))
	return w, err
}

var autoPads = map[string]layer.Auto{"VALID": layer.Valid, "SAME_UPPER": layer.Same, "SAME_LOWER": layer.SameLower}

// padding reads pads (all begins, then all ends) or auto_pad.
func (c *call) padding(axes int) (layer.Padding, error) {
	auto := c.stringOr("auto_pad", "NOTSET")
	if a, ok := autoPads[auto]; ok {
		return layer.Padding{Auto: a}, nil
	}
	if auto != "NOTSET" && auto != "" {
		return layer.Padding{}, lang.Errorf("auto_pad %q is not one of NOTSET, SAME_UPPER, SAME_LOWER, VALID", auto)
	}
	pads, err := c.perAxis("pads", 2*axes, 0, 0)
	p := layer.Padding{Pairs: make([]layer.Pad, axes)}
	if err != nil {
		return p, err
	}
	for i := range axes {
		p.Pairs[i] = layer.Pad{Begin: pads[i], End: pads[axes+i]}
	}
	return p, nil
}

// deformConv: inputs x, weight, offset, bias, mask.
func deformConv(c *call) error {
	x, w := c.in[0], c.in[1]
	if err := c.checkKernel(x, w); err != nil {
		return err
	}
	if len(x.shape) != 4 {
		return lang.Errorf("deformable convolution of %s: two spatial axes are known", shapeText(x.shape))
	}
	win, err := c.window(w.shape[2:])
	if err != nil {
		return err
	}
	groups, err := c.groups(x.shape[1], w.shape[1])
	if err != nil {
		return err
	}
	offsets := c.intOr("offset_group", 1)
	if offsets < 1 || int64(x.shape[1])%offsets != 0 {
		return lang.Errorf("offset_group %d does not divide the %d channels", offsets, x.shape[1])
	}
	op := layer.Deformable{
		Conv:         layer.Conv{Window: win, PadMode: layer.PadZeros, OutChannels: w.shape[0], Groups: groups, Bias: c.optional(3) != nil},
		OffsetGroups: int(offsets), Modulated: c.optional(4) != nil,
	}
	in := [][]int{x.shape, c.in[2].shape}
	if op.Modulated {
		if !c.in[4].known() {
			return errUnknown
		}
		in = append(in, c.in[4].shape)
	}
	if _, err := product(lang.Text("offset planes"), 2, int(offsets), win.Kernel[0], win.Kernel[1]); err != nil {
		return err
	}
	s, err := c.emit(op, in, 1, 3)
	if err != nil {
		return err
	}
	c.layer.operands = []int{0, 2, 4}[:len(in)]
	c.set(0, s.Output)
	return nil
}

func pool(f layer.PoolFunc) func(*call) error {
	return func(c *call) error {
		x := c.input(0)
		if len(x) < 3 || len(x) > 5 {
			return lang.Errorf("pools %s: 1 to 3 spatial axes are known", shapeText(x))
		}
		if slices.Contains(x[1:], 0) {
			return lang.Errorf("pools %s: an axis is empty", shapeText(x))
		}
		if c.ints("kernel_shape") == nil {
			return lang.Errorf("has no kernel_shape")
		}
		kernel, err := c.perAxis("kernel_shape", len(x)-2, 1, 1)
		if err != nil {
			return err
		}
		win, err := c.window(kernel)
		if err != nil {
			return err
		}
		op := layer.Pool{Window: win, Func: f, CeilMode: c.intOr("ceil_mode", 0) != 0, CountPadding: c.intOr("count_include_pad", 0) != 0}
		s, err := c.emit(op, [][]int{x})
		if err != nil {
			return err
		}
		c.set(0, s.Output)
		c.put(1, value{shape: s.Output, elem: elemInt64}) // MaxPool's indices
		return nil
	}
}

func globalPool(f layer.PoolFunc) func(*call) error {
	return func(c *call) error {
		x := c.input(0)
		if len(x) > 2 && slices.Min(x[2:]) == 0 {
			return lang.Errorf("pools %s: an axis is empty", shapeText(x))
		}
		s, err := c.emit(layer.Pool{Func: f, Global: true}, [][]int{x})
		if err == nil {
			c.set(0, s.Output)
		}
		return err
	}
}

// roiPool: R regions of C x P x P; each bin averages (or takes the maximum of) samples, bilinear for RoiAlign.
func roiPool(c *call) error {
	x, rois := c.input(0), c.input(1)
	if len(x) != 4 || len(rois) != 2 {
		return lang.Errorf("pools regions %s of %s", shapeText(rois), shapeText(x))
	}
	pooled := []int{c.countOr("output_height", 1), c.countOr("output_width", 1)}
	if p := c.ints("pooled_shape"); len(p) == 2 {
		pooled = []int{tensor.Int(p[0]), tensor.Int(p[1])}
	}
	if min(pooled[0], pooled[1]) < 1 || max(pooled[0], pooled[1]) > layer.MaxExtent {
		return lang.Errorf("pools to %s", shapeText(pooled))
	}
	samples := tensor.Int(max(1, c.intOr("sampling_ratio", 0)))
	op := layer.ROIPool{Pooled: pooled, ROIs: rois[0], SamplingRatio: samples, SpatialScale: 1}
	s, err := c.emit(op, [][]int{x, {rois[0], 5}})
	if err == nil {
		c.set(0, s.Output)
	}
	return err
}
