package infer

import (
	"fmt"
	"testing"

	"convx/internal/tensor"
)

// Zeros beside the input of convolutions become their padding, whoever else reads them; other pads stay.
func TestPads(t *testing.T) {
	for _, c := range []struct {
		attributes map[string]any
		pads       []int64 // of 1x32x17x16
		value      *tensor.Array
		conv       map[string]any
		folds      bool
	}{
		{nil, []int64{0, 0, 2, 1, 0, 0, 0, 3}, nil, map[string]any{}, true},
		{map[string]any{"mode": "constant"}, []int64{0, 0, 0, 5, 0, 0, 0, 0}, tensor.ArrayOf([]float32{0}), map[string]any{"pads": []int64{1, 0, 2, 1}, "dilations": []int64{1, 2}, "strides": []int64{2, 1}}, true},
		{nil, []int64{0, 0, 2, 1, 0, 0, 0, 3}, tensor.ArrayOf([]float32{1}), map[string]any{}, false},
		{nil, []int64{0, 0, 2, 1, 0, 0, 0, -1}, nil, map[string]any{}, false},
		{nil, []int64{0, 1, 2, 1, 0, 0, 0, 3}, nil, map[string]any{}, false},
		{map[string]any{"mode": "reflect"}, []int64{0, 0, 2, 1, 0, 0, 0, 3}, nil, map[string]any{}, true},
		{map[string]any{"mode": "edge"}, []int64{0, 0, 2, 1, 0, 0, 0, 3}, nil, map[string]any{}, true},
		{map[string]any{"mode": "wrap"}, []int64{0, 0, 2, 1, 0, 0, 0, 3}, nil, map[string]any{}, true},
		{map[string]any{"mode": "reflect"}, []int64{0, 0, 2, 1, 0, 0, 0, 3}, nil, map[string]any{"strides": []int64{2, 2}}, false},
		{map[string]any{"mode": "reflect"}, []int64{0, 0, 2, 1, 0, 0, 0, 3}, nil, map[string]any{"pads": []int64{1, 1, 1, 1}}, false},
		{nil, []int64{0, 0, 2, 1, 0, 0, 0, 3}, nil, map[string]any{"auto_pad": "SAME_UPPER"}, false},
	} {
		for readers := range 3 { // beside a convolution: nobody, another, something else
			t.Run(fmt.Sprint(c, readers), func(t *testing.T) {
				b := &builder{}
				x := b.in("x", tensor.Float32, 1, 32, 17, 16)
				in := []int{x, b.weight("pads", tensor.ArrayOf(c.pads, 8))}
				if c.value != nil {
					in = append(in, b.weight("value", c.value))
				}
				shape := []int{1, 32, 17, 16}
				for i := range shape {
					shape[i] += int(c.pads[i] + c.pads[4+i])
				}
				padded := b.op("Pad", "pad", shape, c.attributes, in...)
				w := b.weight("w", seeded("w", 32, shape[1], 3, 3))
				b.out("y", b.op("Conv", "conv", nil, c.conv, padded, w))
				switch readers {
				case 1:
					b.out("z", b.op("Conv", "other", nil, nil, padded, w))
				case 2:
					b.out("z", b.op("Neg", "neg", shape, nil, padded))
				}
				pads := 0
				for _, n := range b.prepare(t, Options{}).nodes {
					if n.is("Pad") {
						pads++
					}
				}
				if want := c.folds && readers < 2; want != (pads == 0) {
					t.Errorf("%d pads are left", pads)
				}
				same(t, b, map[string]*tensor.Array{"x": seeded("x", 1, 32, 17, 16)})
			})
		}
	}
}
