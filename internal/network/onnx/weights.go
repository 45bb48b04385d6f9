package onnx

import (
	"slices"

	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
)

// weight is an array of the file, named by where it stands.
type weight struct {
	root   string
	params int64
	stored Elem
	tensor *Tensor // nil: computed
}

// maxRoots bounds the arrays that a computed constant is traced to.
const maxRoots = 64

// trace notes the arrays that a constant result is made of: those of real numbers among the node's inputs; the node's own
// constant, if it reads nothing.
func (c *call) trace(v *value, name string) {
	if v.roots != nil {
		if v.roots[0].root == "" {
			v.roots[0].root = c.scope.prefix + name
		}
		return
	}
	for _, in := range c.in {
		if in == nil || !in.elem.real() {
			continue
		}
		for _, w := range in.roots {
			if !slices.ContainsFunc(v.roots, func(o weight) bool { return o.root == w.root }) && w.params > 1 {
				v.roots = append(v.roots, w)
			}
		}
		if len(v.roots) > maxRoots {
			v.roots = []weight{c.computed(v, name)}
			return
		}
	}
}

// computed is a constant as an array of its own.
func (c *call) computed(v *value, name string) weight {
	return weight{root: c.scope.prefix + name, params: int64(v.numel()), stored: v.elem}
}

// real reports whether the type is one that weights are stored in: wide integers and truth values are positions, counts, masks.
func (e Elem) real() bool { return e != elemInt64 && e != elemInt32 && e != elemBool }

// bytes is what the file stores the array in; an element type without a width is taken for float32.
func (w weight) bytes() (int64, error) {
	bits, known := elemBits.Get()[w.stored]
	if !known {
		bits = flops.Float32.Bits()
	}
	n, err := count(lang.Text("bytes of weights"), w.params, bits)
	return n/8 + min(n%8, 1), err
}

// reads notes the weights among the node's inputs: those that are constants, whatever they are computed from.
func (c *call) reads(weights ...int) {
	for _, i := range weights {
		v := c.optional(i)
		switch {
		case v == nil:
		case !v.constant:
			c.layer.dynamic = true
		case v.known() && len(v.roots) > 0:
			c.layer.weights = append(c.layer.weights, v.roots...)
		case v.known():
			c.layer.weights = append(c.layer.weights, c.computed(v, c.Inputs[i]))
		}
	}
}

// combines notes the constants among the node's inputs that are combined with data element by element. The arrays of the file
// that they are made of are parameters, except for those that nobody trains, by their numbers; what was computed from
// shapes and settings alone is a constant.
func (c *call) combines() {
	for i, v := range c.in {
		if !v.known() || !v.trained() {
			continue
		}
		if len(v.roots) == 0 {
			w := c.computed(v, c.Inputs[i])
			c.layer.fixed = append(c.layer.fixed, w)
		}
		for _, w := range v.roots {
			all := w.params
			if len(v.roots) == 1 && all == int64(v.numel()) {
				w.params = c.learned(w, v.shape)
			}
			if w.params > 0 {
				c.layer.weights = append(c.layer.weights, w)
			}
			if w.params < all {
				w.params = all - w.params
				c.layer.fixed = append(c.layer.fixed, w)
			}
		}
	}
}

// holds reports whether some input may be parameters.
func (c *call) holds() bool { return slices.ContainsFunc(c.in, (*value).trained) }

// trained reports whether the value may be parameters: several real numbers. A single one scales or shifts by a setting.
func (v *value) trained() bool {
	return v != nil && v.constant && (v.shape == nil || v.numel() > 1) && v.elem.real()
}

// claim counts the parameters and bytes of the weights that no earlier node read, and how many weights those are.
func (c *call) claim() (held network.Held, fresh int, err error) {
	largest := int64(0)
	for _, w := range c.layer.weights {
		if c.owned[w.root] {
			continue
		}
		c.owned[w.root] = true
		held.Params, fresh = held.Params+w.params, fresh+1
		if w.params > largest {
			largest, held.Elem = w.params, w.stored.counted()
		}
		n, err := w.bytes()
		if err == nil {
			held.Bytes, err = layer.Sum(held.Bytes, n)
		}
		if err != nil {
			return held, 0, err
		}
	}
	for _, w := range c.layer.fixed {
		if key := "fixed\x00" + w.root; !c.owned[key] {
			c.owned[key] = true
			if held.Constants, err = layer.Sum(held.Constants, w.params); err != nil {
				return held, 0, err
			}
		}
	}
	return held, fresh, nil
}

// unless is what a node that counts so many parameters is to be told about its weights: nothing, if those are what it holds.
func unless(params int64, held network.Held) *network.Held {
	if held.Constants == 0 && held.Params == params && held.Bytes == int64(flops.Float32.Bits()/8)*params {
		return nil
	}
	return &held
}
