package onnx

import (
	"math"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// shapeRules are the operators that make, ask for and change shapes. They compute nothing on the model's data.
var shapeRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
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
}}

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
			v.floats = append(v.floats, to.round(x.float(i)))
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
				return lang.Errorf("its value is no tensor")
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
		return lang.Errorf("pads %v do not fit %d axes", pads, len(axes))
	}
	out := slices.Clone(x)
	before := map[int]shape.Reach{}
	for i, a := range axes {
		for _, p := range []int64{pads[i], pads[len(axes)+i]} {
			if p < -maxElements || p > maxElements {
				return lang.Errorf("pads %v are impossible", pads)
			}
			out[a] = tensor.Int(int64(out[a]) + p)
		}
		before[a] = shape.Part(-int(min(max(pads[i], -layer.MaxExtent), layer.MaxExtent)), 1)
	}
	c.set(0, out)
	c.sees(len(x), before)
	return nil
}

func rangeOf(c *call) error {
	for _, v := range c.in[:3] {
		if !v.numbers() {
			return errUnknown
		}
		if v.numel() != 1 {
			return lang.Errorf("a bound of %s", shapeText(v.shape))
		}
	}
	start, limit, delta := c.in[0], c.in[1].float(0), c.in[2].float(0)
	n := math.Ceil((limit - start.float(0)) / delta)
	if delta == 0 || !(n <= maxElements) {
		return lang.Errorf("from %g to %g by %g has no end", start.float(0), limit, delta)
	}
	v := value{shape: []int{tensor.Int(int64(max(0, n)))}, elem: start.elem}
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
	x, b := c.input(0), c.countOr("blocksize", 0)
	if len(x) != 4 || b < 1 || b > 1<<15 {
		return lang.Errorf("blocks of %d in %s", b, shapeText(x))
	}
	n, ch, h, w := x[0], x[1], x[2], x[3]
	reach := shape.Blocks(b)
	if toSpace {
		reach = shape.Copies(b)
	}
	c.sees(4, map[int]shape.Reach{1: shape.Everything(ch), 2: reach, 3: reach})
	switch {
	case toSpace && ch%(b*b) == 0:
		c.set(0, []int{n, ch / (b * b), h * b, w * b})
	case !toSpace && h%b == 0 && w%b == 0:
		c.set(0, []int{n, ch * b * b, h / b, w / b})
	default:
		return lang.Errorf("blocks of %d do not fit %s", b, shapeText(x))
	}
	return nil
}
