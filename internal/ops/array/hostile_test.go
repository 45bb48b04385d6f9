package array

import (
	"fmt"
	"strings"
	"testing"

	"convx/internal/tensor"
)

// TestOperatorsRefuseWhatCannotBe gives every operator operands and attributes that mostly do not fit. It answers or
// refuses; it does not panic, and allocates no more than its limit.
func TestOperatorsRefuseWhatCannotBe(t *testing.T) {
	d := newDraws()
	names := []string{"axis", "axes", "perm", "keepdims", "pads", "strides", "dilations", "kernel_shape", "group", "blocksize", "to", "k", "size", "num_groups",
		"output_shape", "output_padding", "block_size", "split", "num_outputs", "batch_dims", "starts", "ends", "border", "scale", "hidden_size", "layout", "output_height", "num_outputs"}
	texts := map[string][]string{"mode": {"nearest", "linear", "cubic", "reflect", "wrap", "CRD", "max"}, "auto_pad": {"SAME_UPPER", "VALID"}, "equation": {"ij,jk", "...a->a...", "ii", "?"},
		"coordinate_transformation_mode": {"align_corners", "tf_crop_and_resize"}, "reduction": {"add", "max"}, "direction": {"LEFT", "bidirectional"}, "padding_mode": {"border", "reflection"}}
	rounds := 150
	if testing.Short() {
		rounds = 40
	}
	for range rounds {
		for _, op := range Operators() {
			c := &Call{Op: op.Name, Domain: op.Domain, Version: d.Int(1, 22), Attributes: Attributes{}, Limit: 1 << 20}
			for range d.Int(0, 4) {
				name := names[d.Int(0, len(names)-1)]
				if d.Int(0, 2) == 0 {
					c.Attributes[name] = d.extent()
				} else {
					list := make([]int64, d.Int(0, 4))
					for i := range list {
						list[i] = d.extent()
					}
					c.Attributes[name] = list
				}
			}
			for name, list := range texts {
				if d.Int(0, 3) == 0 {
					c.Attributes[name] = list[d.Int(0, len(list)-1)]
				}
			}
			most := op.Inputs.Max
			if most < 0 {
				most = 3
			}
			for range d.Int(op.Inputs.Min, most) {
				c.In = append(c.In, d.anything(op))
			}
			c.Out = make([]*tensor.Array, max(1, op.Outputs.Min))
			func() {
				defer func() {
					if p := recover(); p != nil {
						t.Errorf("%s-%d %v of %v: %v", c.Op, c.Version, c.Attributes, c.In, p)
					}
				}()
				if err := Run(c); err != nil && !strings.HasPrefix(err.Error(), op.Name) {
					t.Errorf("%v does not name %s", err, op.Name)
				}
			}()
		}
	}
}

// extent draws small numbers, and now and then one that no shape can have.
func (d draws) extent() int64 {
	if d.Int(0, 15) == 0 {
		return []int64{-1 << 63, 1<<63 - 1, 1 << 40, -1 << 31, 1 << 31}[d.Int(0, 4)]
	}
	return int64(d.Int(-2, 4))
}

// anything draws an operand: nil, integers that may be meant as a shape, or an array of some type.
func (d draws) anything(op *Operator) *tensor.Array {
	switch d.Int(0, 8) {
	case 0:
		return nil
	case 1, 2:
		list := make([]int64, d.Int(0, 4))
		for i := range list {
			list[i] = d.extent()
		}
		return tensor.ArrayOf(list, len(list))
	case 3:
		return tensor.ArrayOf([]int64{d.extent()})
	}
	types := op.Elems.List()
	if len(types) == 0 || d.Int(0, 9) == 0 {
		types = tensor.Elems()
	}
	shape := d.shape(d.Int(0, 4), 4)
	if d.Int(0, 9) == 0 && len(shape) > 0 {
		shape[d.Int(0, len(shape)-1)] = 0
	}
	return d.array(types[d.Int(0, len(types)-1)], shape...)
}

func TestOperatorsAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, op := range Operators() {
		name := fmt.Sprint(op.Domain, op.Name)
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if op.Doc == "" || op.run == nil || op.Elems == 0 && op.Inputs.Max != 0 {
			t.Errorf("%s: a row without doc, types or function", name)
		}
	}
}
