package onnx

import (
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// reshape: 0 keeps an extent (unless allowzero), -1 takes what is left. The shape is an attribute before set 5.
func reshape(c *call) error {
	list := c.ints("shape")
	if to := c.optional(1); to != nil {
		var ok bool
		if list, ok = to.list(); !ok {
			return errUnknown
		}
	}
	x := c.in[0]
	s, err := resolve(list, x.shape, c.intOr("allowzero", 0) != 0)
	if err != nil {
		return lang.Errorf("reshaping %s to %v: %w", shapeText(x.shape), list, err)
	}
	return c.view(x.reshaped(s))
}

func resolve(list []int64, from []int, allowZero bool) ([]int, error) {
	out := make([]int, len(list))
	free := -1
	for i, d := range list {
		switch {
		case d == 0 && !allowZero:
			if i >= len(from) {
				return nil, lang.Errorf("there is no axis %d to keep", i)
			}
			out[i] = from[i]
		case d == -1 && free < 0:
			free, out[i] = i, 1
		case d < 0 || d > maxElements:
			return nil, lang.Errorf("%d is no extent", d)
		default:
			out[i] = tensor.Int(d)
		}
	}
	n, err := layer.Product(from...)
	if err != nil {
		return nil, err
	}
	given, err := layer.Product(out...)
	if err != nil {
		return nil, err
	}
	if free >= 0 && given > 0 && n%given == 0 {
		out[free] = n / given
		given = n
	}
	if given != n {
		return nil, lang.Errorf("%d elements do not fit; if the model fixes its batch or size, run it at that", n)
	}
	return out, nil
}

// maxElements bounds an extent that a model may name.
const maxElements = 1 << 40

func flatten(c *call) error {
	x := c.in[0]
	at, err := c.countOr("axis", 1), error(nil)
	if at < 0 || at > len(x.shape) {
		if at, err = axis(int64(at), len(x.shape)); err != nil {
			return err
		}
	}
	left, err := product("elements", x.shape[:at]...)
	if err != nil {
		return err
	}
	right, err := product("elements", x.shape[at:]...)
	if err != nil {
		return err
	}
	return c.view(x.reshaped([]int{left, right}))
}

// squeeze drops axes of extent 1: those named (an attribute before set 13, an input since), else all.
func squeeze(c *call) error {
	x := c.in[0]
	axes, err := c.axesOf(1)
	if err != nil {
		return err
	}
	set, err := axisSet(axes, len(x.shape))
	if err != nil {
		return err
	}
	out := []int{}
	for i, d := range x.shape {
		switch {
		case axes == nil && d == 1:
		case !set[i]:
			out = append(out, d)
		case d != 1:
			return lang.Errorf("cannot squeeze axis %d of %s", i, shapeText(x.shape))
		}
	}
	return c.view(x.reshaped(out))
}

func unsqueeze(c *call) error {
	x := c.in[0]
	axes, err := c.axesOf(1)
	if err != nil {
		return err
	}
	if len(axes) > maxRank {
		return lang.Errorf("%d new axes", len(axes))
	}
	set, err := axisSet(axes, len(x.shape)+len(axes))
	if err != nil {
		return err
	}
	out, next := make([]int, len(set)), 0
	for i := range out {
		if out[i] = 1; !set[i] {
			out[i] = x.shape[next]
			next++
		}
	}
	return c.view(x.reshaped(out))
}

// transpose reverses the axes where no permutation is given.
func transpose(c *call) error {
	x := c.in[0]
	perm := c.ints("perm")
	if perm == nil {
		for i := range x.shape {
			perm = append([]int64{int64(i)}, perm...)
		}
	}
	if len(perm) != len(x.shape) {
		return lang.Errorf("perm %v does not fit %s", perm, shapeText(x.shape))
	}
	if _, err := axisSet(perm, len(x.shape)); err != nil {
		return err
	}
	out := make([]int, len(perm))
	for i, p := range perm {
		out[i] = x.shape[mod(p, len(perm))]
	}
	along := make([]network.Along, len(perm))
	for i, p := range perm {
		along[i].From = mod(p, len(perm))
	}
	c.runs(along)
	from := make([]int, len(perm))
	return c.view(x.pick(out, func(at []int) int {
		for i, p := range perm {
			from[mod(p, len(perm))] = at[i]
		}
		return offset(x.shape, from)
	}))
}

// mod is an axis that was checked, counted from the front.
func mod(a int64, rank int) int { return int(a+int64(rank)) % rank }

func expand(c *call) error {
	x := c.in[0]
	list, ok := c.in[1].list()
	if !ok {
		return errUnknown
	}
	to, err := toShape(list)
	if err != nil {
		return err
	}
	out, err := broadcast(x.shape, to)
	if err != nil {
		return err
	}
	if err := extents(out); err != nil {
		return err
	}
	c.put(0, x.pick(out, func(at []int) int { return offset(x.shape, at) }))
	return nil
}

func tile(c *call) error {
	x := c.in[0]
	list, ok := c.in[1].list()
	if !ok {
		return errUnknown
	}
	repeats, err := toShape(list)
	if err != nil || len(repeats) != len(x.shape) {
		return lang.Errorf("repeats %v do not fit %s", list, shapeText(x.shape))
	}
	out := make([]int, len(repeats))
	for i, r := range repeats {
		if out[i], err = product("elements", x.shape[i], r); err != nil {
			return err
		}
	}
	if err := extents(out); err != nil {
		return err
	}
	from := make([]int, len(out))
	c.put(0, x.pick(out, func(at []int) int {
		for i := range at {
			from[i] = at[i] % x.shape[i]
		}
		return offset(x.shape, from)
	}))
	return nil
}
