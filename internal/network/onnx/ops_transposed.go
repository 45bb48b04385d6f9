package onnx

import (
	"convx/internal/lang"
	"convx/internal/layer"
)

// convTranspose: weights are C x O/group x kernel. output_shape, where given, settles the output; the padding follows.
func convTranspose(c *call) error {
	x, w := c.in[0], c.in[1]
	if err := c.checkKernel(x, w); err != nil {
		return err
	}
	win, err := c.window(w.shape[2:])
	if err != nil {
		return err
	}
	groups, err := c.groups(x.shape[1], w.shape[0]/max(1, c.countOr("group", 1)))
	if err != nil {
		return err
	}
	axes := len(win.Kernel)
	op := layer.Transposed{Window: win, Groups: groups, Bias: c.optional(2) != nil}
	if op.OutChannels, err = product(lang.Text("output channels"), w.shape[1], groups); err != nil {
		return err
	}
	if op.OutputPadding, err = c.perAxis("output_padding", axes, 0, 0); err != nil {
		return err
	}
	if err := c.outputShape(&op, x.shape[2:]); err != nil {
		return err
	}
	s, err := c.emit(op, [][]int{x.shape}, 1, 2)
	if err != nil {
		return err
	}
	c.set(0, s.Output)
	return nil
}

// outputShape turns the attribute into the padding that it stands for: what the full output has too much, split as
// auto_pad says; what it lacks is output padding.
func (c *call) outputShape(t *layer.Transposed, in []int) error {
	axes := len(t.Kernel)
	list := c.ints("output_shape")
	if len(list) == axes+2 { // some exporters write the batch and channels too
		list = list[2:]
	}
	if list == nil {
		return nil
	}
	if len(list) != axes {
		return lang.Errorf("output_shape %v has %d numbers for %d axes", list, len(list), axes)
	}
	lower := t.Padding.Auto == layer.SameLower
	t.Padding = layer.Padding{Pairs: make([]layer.Pad, axes)}
	for i, want := range list {
		if want < 1 || want > layer.MaxExtent {
			return lang.Errorf("output_shape %v is impossible", list)
		}
		full := (in[i]-1)*t.Stride[i] + t.Dilation[i]*(t.Kernel[i]-1) + 1 + t.OutputPadding[i]
		total := full - int(want)
		if total < 0 {
			t.OutputPadding[i] -= total
			continue
		}
		p := layer.Pad{Begin: total / 2, End: total - total/2}
		if lower {
			p.Begin, p.End = p.End, p.Begin
		}
		t.Padding.Pairs[i] = p
	}
	return nil
}
