package onnx

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// value is what is known about one edge of the graph before anything runs.
type value struct {
	shape []int // nil: not known; a scalar's is empty
	elem  Elem
	// ints or floats are the numbers of a small constant.
	ints   []int64
	floats []float64
	// constant values depend on no input of the model: weights, and what is computed from weights alone.
	constant bool
	// roots are the arrays of the file that a constant is made of, so that weights in two places count once: one for a view,
	// any number for what is computed from them, none for what comes from shapes and settings alone.
	roots []weight
	// node is the network's node that makes the value; -1 is none yet.
	node int
	// tensor is where the numbers are stored; nil if the value is computed.
	tensor *Tensor
	// id is 1 more than the value's number in the program; 0 is none yet.
	id int
}

// value is the constant that a tensor of the file is; root is what it goes by.
func (t *Tensor) value(root string) *value {
	dims := t.Dims
	if dims == nil {
		dims = []int{}
	}
	return &value{shape: dims, elem: t.Elem, ints: t.ints, floats: t.floats, constant: true, roots: []weight{{root, int64((&value{shape: dims}).numel()), t.Elem, t}}, node: -1, tensor: t}
}

func (v *value) known() bool { return v != nil && v.shape != nil }

// numel is the number of elements; shapes were checked to have one that fits.
func (v *value) numel() int {
	n := 1
	for _, d := range v.shape {
		n *= d
	}
	return n
}

// numbers reports whether the value's numbers are known.
func (v *value) numbers() bool {
	return v.known() && (v.ints != nil || v.floats != nil || v.numel() == 0 && v.constant)
}

// int reads element i of known numbers, truncated towards zero if it is a float.
func (v *value) int(i int) int64 {
	if v.ints != nil {
		return v.ints[i]
	}
	return int64(v.floats[i])
}

func (v *value) float(i int) float64 {
	if v.ints != nil {
		return float64(v.ints[i])
	}
	return v.floats[i]
}

// list is the numbers as integers; ok is false if they are not known.
func (v *value) list() (list []int64, ok bool) {
	if !v.numbers() {
		return nil, false
	}
	list = make([]int64, v.numel())
	for i := range list {
		list[i] = v.int(i)
	}
	return list, true
}

// pick makes a value of a shape whose element j is element source(j's coordinates) of v. Numbers beyond a small
// constant are dropped.
func (v *value) pick(to []int, source func(at []int) int) value {
	out := value{shape: to, elem: v.elem}
	if !v.numbers() || !small(to) {
		return out
	}
	each(to, func(at []int) {
		i := source(at)
		if v.ints != nil {
			out.ints = append(out.ints, v.ints[i])
		} else {
			out.floats = append(out.floats, v.floats[i])
		}
	})
	return out
}

// reshaped is the same numbers, row-major, under another shape.
func (v *value) reshaped(to []int) value {
	return value{shape: to, elem: v.elem, ints: v.ints, floats: v.floats}
}

// small reports whether numbers of this shape are worth keeping.
func small(s []int) bool {
	n, err := layer.Product(s...)
	return err == nil && n <= maxConstant
}

// each visits the coordinates of a small shape in row-major order.
func each(s []int, visit func(at []int)) {
	at := make([]int, len(s))
	if slices.Contains(s, 0) {
		return
	}
	for {
		visit(at)
		axis := len(s) - 1
		for ; axis >= 0; axis-- {
			if at[axis]++; at[axis] < s[axis] {
				break
			}
			at[axis] = 0
		}
		if axis < 0 {
			return
		}
	}
}

// offset is the row-major index of coordinates, which count from the right: broadcast axes stay at 0.
func offset(s, at []int) int {
	i, skip := 0, len(at)-len(s)
	for axis, d := range s {
		i *= d
		if d > 1 {
			i += at[skip+axis]
		}
	}
	return i
}

// broadcast joins shapes by NumPy's rule.
func broadcast(shapes ...[]int) ([]int, error) {
	var out []int
	for _, s := range shapes {
		if len(s) > len(out) {
			out = append(slices.Repeat([]int{1}, len(s)-len(out)), out...)
		}
		skip := len(out) - len(s)
		for i, d := range s {
			switch at := &out[skip+i]; {
			case *at == 1:
				*at = d
			case d != 1 && d != *at:
				return nil, lang.Errorf("cannot broadcast %s over %s", shapeText(s), shapeText(out))
			}
		}
	}
	if out == nil {
		out = []int{}
	}
	return out, nil
}

// axis resolves an axis that may count from the end.
func axis(a int64, rank int) (int, error) {
	if a < 0 {
		a += int64(rank)
	}
	if a < 0 || a >= int64(rank) {
		return 0, lang.Errorf("axis %d is not one of %d axes", a, rank)
	}
	return int(a), nil
}

// extents checks computed extents: each, and their product, must be possible.
func extents(s []int) error {
	if len(s) > maxRank {
		return lang.Errorf("a result of %d axes", len(s))
	}
	for _, d := range s {
		if d < 0 || d > shape.MaxOutput {
			return lang.Errorf("a result of %s elements", shapeText(s))
		}
	}
	if _, err := layer.Times(16, s...); err != nil {
		return lang.Errorf("a result of %s elements: %w", shapeText(s), err)
	}
	return nil
}

// toShape turns numbers into extents.
func toShape(list []int64) ([]int, error) {
	if len(list) > maxRank {
		return nil, lang.Errorf("a shape of %d axes", len(list))
	}
	out := make([]int, len(list))
	for i, d := range list {
		if d < 0 || d > shape.MaxOutput {
			return nil, lang.Errorf("an impossible extent %d", d)
		}
		out[i] = int(d)
	}
	return out, nil
}

func shapeText(s []int) string {
	if len(s) == 0 {
		return "a scalar"
	}
	return layer.FormatShape(s)
}
