package onnx

import (
	"fmt"
	"math"
	"slices"

	"convx/internal/layer"
)

// shapeRules are the operators that make, ask for and change shapes. They compute nothing on the model's data.
var shapeRules = map[string]rule{
	"Shape":           {apply: shapeOf, least: 1, free: true},
	"Size":            {apply: size, least: 1, free: true},
	"Identity":        {apply: identity, least: 1, free: true},
	"Dropout":         {apply: identity, least: 1, free: true},
	"Cast":            {apply: cast, least: 1, free: true},
	"CastLike":        {apply: castLike, least: 2, free: true},
	"Constant":        {apply: constant, free: true},
	"ConstantOfShape": {apply: constantOfShape, least: 1, free: true},
	"Reshape":         {apply: reshape, least: 1, free: true},
	"Flatten":         {apply: flatten, least: 1, free: true},
	"Squeeze":         {apply: squeeze, least: 1, free: true},
	"Unsqueeze":       {apply: unsqueeze, least: 1, free: true},
	"Transpose":       {apply: transpose, least: 1, free: true},
	"Expand":          {apply: expand, least: 2, free: true},
	"Tile":            {apply: tile, least: 2, free: true},
	"Pad":             {apply: pad, least: 1, free: true},
	"Range":           {apply: rangeOf, least: 3, free: true},
	"OneHot":          {apply: oneHot, least: 2, free: true},
	"EyeLike":         {apply: sameShape, least: 1, free: true},
	"Trilu":           {apply: sameShape, least: 1, free: true},
	"ReverseSequence": {apply: sameShape, least: 1, free: true},
	"DepthToSpace":    {apply: depthToSpace, least: 1, free: true},
	"SpaceToDepth":    {apply: spaceToDepth, least: 1, free: true},
}

// shapeOf is a constant, whatever it is the shape of. start and end came with operator set 15.
func shapeOf(c *call) error {
	s := c.input(0)
	bound := func(name string, def int) int {
		i := c.intOr(name, int64(def))
		if i < 0 {
			i += int64(len(s))
		}
		return int(min(max(i, 0), int64(len(s))))
	}
	start, end := bound("start", 0), bound("end", len(s))
	v := value{elem: elemInt64, constant: true, ints: []int64{}}
	for _, d := range s[start:max(start, end)] {
		v.ints = append(v.ints, int64(d))
	}
	v.shape = []int{len(v.ints)}
	c.put(0, v)
	return nil
}

func size(c *call) error {
	c.put(0, value{shape: []int{}, elem: elemInt64, constant: true, ints: []int64{int64(c.in[0].numel())}})
	return nil
}

// identity also stands for dropout, which does nothing at inference; its mask has the same shape.
func identity(c *call) error {
	c.put(1, value{shape: c.input(0), elem: elemBool})
	return c.view(c.in[0].reshaped(c.input(0)))
}

func sameShape(c *call) error {
	c.set(0, c.input(0))
	return nil
}

func cast(c *call) error { return c.castTo(Elem(c.intOr("to", int64(elemFloat)))) }

func castLike(c *call) error { return c.castTo(c.in[1].elem) }

// castTo converts small constants; floats lose their fraction.
func (c *call) castTo(to Elem) error {
	x := c.in[0]
	v := value{shape: x.shape, elem: to}
	for i := range x.numel() {
		switch {
		case !x.numbers():
			return c.view(v)
		case to.isFloat():
			v.floats = append(v.floats, x.float(i))
		case to == elemBool:
			v.ints = append(v.ints, int64(1-not(x.float(i))))
		case x.ints == nil && !(math.Abs(x.float(i)) < exact):
			return c.view(value{shape: x.shape, elem: to})
		default:
			v.ints = append(v.ints, x.int(i))
		}
	}
	return c.view(v)
}

func constant(c *call) error {
	v := value{shape: []int{}, constant: true}
	for _, a := range c.attributes {
		switch a.name {
		case "value":
			if a.tensor == nil {
				return fmt.Errorf("its value is no tensor")
			}
			v = *a.tensor.value("")
		case "value_int":
			v.elem, v.ints = elemInt64, []int64{a.i}
		case "value_ints":
			v.elem, v.shape, v.ints = elemInt64, []int{len(a.ints)}, a.ints
		case "value_float":
			v.elem, v.floats = elemFloat, []float64{a.f}
		case "value_floats":
			v.elem, v.shape, v.floats = elemFloat, []int{len(a.floats)}, a.floats
		case "sparse_value", "value_string", "value_strings":
			return errUnknown
		}
	}
	c.put(0, v)
	return nil
}

// constantOfShape: exporters that strip weights leave it in their place.
func constantOfShape(c *call) error {
	list, ok := c.in[0].list()
	if !ok {
		return errUnknown
	}
	s, err := toShape(list)
	if err != nil {
		return err
	}
	if err := extents(s); err != nil {
		return err
	}
	one := &value{shape: []int{1}, elem: elemFloat, floats: []float64{0}}
	if a, ok := c.attribute("value"); ok && a.tensor != nil {
		one = a.tensor.value("")
	}
	v := value{shape: s, elem: one.elem}
	if one.numbers() && one.numel() == 1 {
		v = one.pick(s, func([]int) int { return 0 })
		v.elem = one.elem
	}
	c.put(0, v)
	return nil
}

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
		return fmt.Errorf("reshaping %s to %v: %w", shapeText(x.shape), list, err)
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
				return nil, fmt.Errorf("there is no axis %d to keep", i)
			}
			out[i] = from[i]
		case d == -1 && free < 0:
			free, out[i] = i, 1
		case d < 0 || d > maxElements:
			return nil, fmt.Errorf("%d is no extent", d)
		default:
			out[i] = int(d)
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
		return nil, fmt.Errorf("%d elements do not fit; if the model fixes its batch or size, run it at that", n)
	}
	return out, nil
}

// maxElements bounds an extent that a model may name.
const maxElements = 1 << 40

func flatten(c *call) error {
	x := c.in[0]
	at, err := int(c.intOr("axis", 1)), error(nil)
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
			return fmt.Errorf("cannot squeeze axis %d of %s", i, shapeText(x.shape))
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
		return fmt.Errorf("%d new axes", len(axes))
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
		return fmt.Errorf("perm %v does not fit %s", perm, shapeText(x.shape))
	}
	if _, err := axisSet(perm, len(x.shape)); err != nil {
		return err
	}
	out := make([]int, len(perm))
	for i, p := range perm {
		out[i] = x.shape[mod(p, len(perm))]
	}
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
		return fmt.Errorf("repeats %v do not fit %s", list, shapeText(x.shape))
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

// pad: pads (all begins, then all ends) are an attribute before set 11, an input since; set 18 added axes. Negative
// pads crop.
func pad(c *call) error {
	x := c.input(0)
	pads := c.ints("pads")
	if pads == nil {
		pads = c.ints("paddings")
	}
	if v := c.optional(1); v != nil && pads == nil {
		var ok bool
		if pads, ok = v.list(); !ok {
			return errUnknown
		}
	}
	axes := make([]int, len(x))
	for i := range axes {
		axes[i] = i
	}
	if v := c.optional(3); v != nil {
		list, ok := v.list()
		if !ok {
			return errUnknown
		}
		if _, err := axisSet(list, len(x)); err != nil {
			return err
		}
		axes = axes[:0]
		for _, a := range list {
			axes = append(axes, mod(a, len(x)))
		}
	}
	if len(pads) != 2*len(axes) {
		return fmt.Errorf("pads %v do not fit %d axes", pads, len(axes))
	}
	out := slices.Clone(x)
	for i, a := range axes {
		for _, p := range []int64{pads[i], pads[len(axes)+i]} {
			if p < -maxElements || p > maxElements {
				return fmt.Errorf("pads %v are impossible", pads)
			}
			out[a] += int(p)
		}
	}
	c.set(0, out)
	return nil
}

func rangeOf(c *call) error {
	for _, v := range c.in[:3] {
		if !v.numbers() {
			return errUnknown
		}
		if v.numel() != 1 {
			return fmt.Errorf("a bound of %s", shapeText(v.shape))
		}
	}
	start, limit, delta := c.in[0], c.in[1].float(0), c.in[2].float(0)
	n := math.Ceil((limit - start.float(0)) / delta)
	if delta == 0 || !(n <= maxElements) {
		return fmt.Errorf("from %g to %g by %g has no end", start.float(0), limit, delta)
	}
	v := value{shape: []int{int(max(0, n))}, elem: start.elem}
	if small(v.shape) {
		for i := range v.shape[0] {
			if start.ints != nil && c.in[2].ints != nil {
				v.ints = append(v.ints, start.ints[0]+int64(i)*c.in[2].ints[0])
			} else {
				v.floats = append(v.floats, start.float(0)+float64(i)*delta)
			}
		}
	}
	c.put(0, v)
	return nil
}

func oneHot(c *call) error {
	depth, ok := c.in[1].list()
	if !ok || len(depth) != 1 {
		return errUnknown
	}
	s, err := toShape(depth)
	if err != nil {
		return err
	}
	at, err := axis(c.intOr("axis", -1), len(c.input(0))+1)
	if err != nil {
		return err
	}
	c.set(0, slices.Insert(slices.Clone(c.input(0)), at, s[0]))
	return nil
}

func depthToSpace(c *call) error { return c.blocks(true) }

func spaceToDepth(c *call) error { return c.blocks(false) }

// blocks moves squares of pixels between the channels and the plane.
func (c *call) blocks(toSpace bool) error {
	x, b := c.input(0), int(c.intOr("blocksize", 0))
	if len(x) != 4 || b < 1 || b > 1<<15 {
		return fmt.Errorf("blocks of %d in %s", b, shapeText(x))
	}
	n, ch, h, w := x[0], x[1], x[2], x[3]
	switch {
	case toSpace && ch%(b*b) == 0:
		c.set(0, []int{n, ch / (b * b), h * b, w * b})
	case !toSpace && h%b == 0 && w%b == 0:
		c.set(0, []int{n, ch * b * b, h / b, w / b})
	default:
		return fmt.Errorf("blocks of %d do not fit %s", b, shapeText(x))
	}
	return nil
}
