package onnx

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/network"
	"convx/internal/shape"
)

// selectRules are the operators that take parts of values and put them together.
var selectRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"Gather":          {apply: gather, least: 2, free: true},
		"GatherElements":  {apply: gatherElements, least: 2, free: true},
		"GatherND":        {apply: gatherND, least: 2, free: true},
		"ScatterElements": {apply: sameShape, least: 3, free: true},
		"ScatterND":       {apply: sameShape, least: 3, free: true},
		"Scatter":         {apply: sameShape, least: 3, free: true},
		"Slice":           {apply: slice, least: 1, free: true},
		"Split":           {apply: split, least: 1, free: true},
		"Concat":          {apply: concat(0, 1), least: 1},
		"NonZero":         {apply: nonZero, least: 1, free: true},
	}
}}

// gather takes elements along an axis: an embedding where the data are weights.
func gather(c *call) error {
	x, idx := c.in[0], c.in[1]
	at, err := axis(c.intOr("axis", 0), len(x.shape))
	if err != nil {
		return err
	}
	out := append([]int{}, x.shape[:at]...) // never nil, which is unknown
	out = append(append(out, idx.shape...), x.shape[at+1:]...)
	if err := extents(out); err != nil {
		return err
	}
	if x.constant && !idx.constant {
		c.set(0, out)
		c.work(work{}, 0)
		return nil
	}
	along := sameAxes(len(out))
	for b := range along {
		switch {
		case b >= at+len(idx.shape):
			along[b].From = b - len(idx.shape) + 1
		case b >= at:
			along[b] = network.Along{From: at, Reach: shape.Everything(x.shape[at])}
		}
	}
	c.runs(along)
	v := value{shape: out, elem: x.elem}
	if list, ok := idx.list(); ok && x.numbers() {
		n := x.shape[at]
		for i, j := range list {
			if list[i], err = inside(j, n); err != nil {
				return err
			}
		}
		from := make([]int, len(x.shape))
		v = x.pick(out, func(to []int) int {
			copy(from, to[:at])
			from[at] = int(list[offset(idx.shape, to[at:at+len(idx.shape)])])
			copy(from[at+1:], to[at+len(idx.shape):])
			return offset(x.shape, from)
		})
	}
	c.put(0, v)
	return nil
}

// inside resolves an index that may count from the end.
func inside(i int64, n int) (int64, error) {
	if i < 0 {
		i += int64(n)
	}
	if i < 0 || i >= int64(n) {
		return 0, lang.Errorf("index %d is outside of %d elements", i, n)
	}
	return i, nil
}

func gatherElements(c *call) error {
	c.set(0, c.input(1))
	return nil
}

func gatherND(c *call) error {
	x, idx := c.input(0), c.input(1)
	batch := c.countOr("batch_dims", 0)
	if len(idx) == 0 || batch < 0 || batch >= len(idx) || batch+idx[len(idx)-1] > len(x) {
		return lang.Errorf("indices %s do not fit %s", shapeText(idx), shapeText(x))
	}
	c.set(0, append(append([]int{}, idx[:len(idx)-1]...), x[batch+idx[len(idx)-1]:]...))
	return nil
}

// concat joins inputs first, first+every, … along an axis.
func concat(first, every int) func(*call) error {
	return func(c *call) error {
		var parts []*value
		var operands []int
		for i := first; i < len(c.in); i += every {
			if !c.in[i].known() {
				return errUnknown
			}
			parts, operands = append(parts, c.in[i]), append(operands, i)
		}
		if len(parts) == 0 {
			return lang.Errorf("joins nothing")
		}
		at, err := axis(c.intOr("axis", 1), len(parts[0].shape))
		if err != nil {
			return err
		}
		out, err := joined(parts, at)
		if err != nil {
			return err
		}
		if c.constant() {
			c.put(0, join(parts, out, at))
			return nil
		}
		c.set(0, out)
		along := sameAxes(len(out))
		along[at].Reach = shape.Everything(out[at])
		c.runs(along)
		var in [][]int
		for _, p := range parts {
			in = append(in, p.shape)
		}
		if at == 1 && len(out) > 2 {
			c.emitShaped(layer.Concat{}, in, out)
			c.layer.operands = operands
			c.combines()
		} else if c.holds() { // along other axes it is copying, as slicing is
			c.work(work{})
			c.combines()
		}
		return nil
	}
}

// joined is the shape of values put together along an axis.
func joined(parts []*value, at int) ([]int, error) {
	out := slices.Clone(parts[0].shape)
	for _, p := range parts[1:] {
		if len(p.shape) != len(out) || !slices.Equal(p.shape[:at], out[:at]) || !slices.Equal(p.shape[at+1:], out[at+1:]) {
			return nil, lang.Errorf("joins %s and %s along axis %d", shapeText(parts[0].shape), shapeText(p.shape), at)
		}
		var err error
		if out[at], err = layer.Sum(out[at], p.shape[at]); err != nil {
			return nil, err
		}
	}
	return out, extents(out)
}

// join puts small constants together.
func join(parts []*value, out []int, at int) value {
	v := value{shape: out, elem: parts[0].elem}
	whole := !slices.ContainsFunc(parts, func(p *value) bool { return p.ints == nil && p.numel() > 0 })
	if !small(out) || slices.ContainsFunc(parts, func(p *value) bool { return !p.numbers() }) {
		return v
	}
	from := make([]int, len(out))
	each(out, func(to []int) {
		copy(from, to)
		k := 0
		for ; from[at] >= parts[k].shape[at]; k++ {
			from[at] -= parts[k].shape[at]
		}
		if i := offset(parts[k].shape, from); whole {
			v.ints = append(v.ints, parts[k].int(i))
		} else {
			v.floats = append(v.floats, parts[k].float(i))
		}
	})
	return v
}

// maxSplit bounds the parts of one split.
const maxSplit = 1 << 16

// nonZero has a shape only where its input is known.
func nonZero(c *call) error {
	x := c.in[0]
	if !x.numbers() || !small(x.shape) {
		return errUnknown
	}
	var found [][]int
	each(x.shape, func(at []int) {
		if x.float(offset(x.shape, at)) != 0 {
			found = append(found, slices.Clone(at))
		}
	})
	v := value{shape: []int{len(x.shape), len(found)}, elem: elemInt64, ints: []int64{}}
	for i := range x.shape {
		for _, at := range found {
			v.ints = append(v.ints, int64(at[i]))
		}
	}
	c.put(0, v)
	return nil
}
