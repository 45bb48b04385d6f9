package onnx

import (
	"slices"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/network"
)

// weight is a constant array, named by where it stands in the file.
type weight struct {
	root   string
	params int
	stored Elem
}

// bytes is what the file stores the array in; an element type without a width is taken for float32.
func (w weight) bytes() (int, error) {
	bits, known := elemBits[w.stored]
	if !known {
		bits = 8 * flops.BytesPerElement
	}
	n, err := product("bytes of weights", w.params, bits)
	return n/8 + min(n%8, 1), err
}

// reads notes the weights among the node's inputs: those that are constants, whatever they are computed from.
func (c *call) reads(weights ...int) {
	for _, i := range weights {
		v := c.optional(i)
		if v.known() && v.constant && v.root != "" {
			c.layer.weights = append(c.layer.weights, weight{v.root, v.numel(), v.stored})
		}
		c.layer.dynamic = c.layer.dynamic || v != nil && !v.constant
	}
}

// holds reports whether some input may be parameters.
func (c *call) holds() bool { return slices.ContainsFunc(c.in, (*value).trained) }

// trained reports whether the value may be parameters: real numbers that the file holds. A single number scales or shifts by
// a setting; whole numbers are positions and counts.
func (v *value) trained() bool {
	return v != nil && v.constant && (v.shape == nil || v.numel() > 1) && v.elem != elemInt64 && v.elem != elemInt32 && v.elem != elemBool
}

// claim counts the parameters and bytes of the weights that no earlier node read, and how many weights those are.
func (c *call) claim() (held network.Held, fresh int, err error) {
	for _, w := range c.layer.weights {
		if c.owned[w.root] {
			continue
		}
		c.owned[w.root] = true
		held.Params, fresh = held.Params+w.params, fresh+1
		n, err := w.bytes()
		if err == nil {
			held.Bytes, err = layer.Sum(held.Bytes, n)
		}
		if err != nil {
			return held, 0, err
		}
	}
	return held, fresh, nil
}

// unless is what a node that counts so many parameters is to be told about its weights: nothing, if those are what it holds.
func unless(params int, held network.Held) *network.Held {
	if held.Params == params && held.Bytes == flops.BytesPerElement*params {
		return nil
	}
	return &held
}
