package onnx

import (
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
	}
}

// claim counts the parameters of the weights that no earlier node read, and how many weights those are. The node is told
// their bytes where those are not float32's.
func (c *call) claim(node *network.Node) (params, fresh int, err error) {
	stored := 0
	for _, w := range c.layer.weights {
		if c.owned[w.root] {
			continue
		}
		c.owned[w.root] = true
		params, fresh = params+w.params, fresh+1
		n, err := w.bytes()
		if err == nil {
			stored, err = layer.Sum(stored, n)
		}
		if err != nil {
			return 0, 0, err
		}
	}
	if stored != flops.BytesPerElement*params {
		node.WeightBytes = stored
	}
	return params, fresh, nil
}
