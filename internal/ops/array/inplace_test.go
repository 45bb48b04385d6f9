package array

import (
	"testing"

	"convx/internal/tensor"
)

// TestOperatorsRunInPlace lets the output share the elements of each input that it may share them with.
func TestOperatorsRunInPlace(t *testing.T) {
	attributes := Attributes{"axis": int64(1), "direction": "LEFT", "num_groups": int64(2), "bias": []float64{1, 2, 3, 4}, "axes": []int64{2}}
	for _, op := range Operators() {
		e := tensor.Float32
		if list := op.Elems.List(); op.InPlace > 0 && !op.Elems.has(e) {
			e = list[len(list)-1]
		}
		for shared := range op.InPlace {
			operands := func() []*tensor.Array {
				d := newDraws()
				in := []*tensor.Array{d.array(e, 2, 4, 4)}
				for i := 1; i < max(op.Inputs.Min, shared+1); i++ {
					in = append(in, d.array(e, 2, 4, 4))
					if op.Inputs.Min > 2 || op.Name == "LayerNormalization" {
						in[i] = d.array(e, 4)
					}
				}
				switch op.Name {
				case "LayerNormalization":
					in[1] = d.array(e, 4, 4)
				case "Reshape":
					in = append(in, of[int64](4, 8))
				case "Unsqueeze":
					in = append(in, of[int64](0))
				}
				return in
			}
			plain := &Call{Op: op.Name, Version: 21, Attributes: Attributes{}, In: operands(), Out: make([]*tensor.Array, op.Outputs.Min)}
			for name, v := range attributes {
				if _, isList := v.([]float64); isList != (op.Name == "ImageScaler") && name == "bias" || name == "axes" && op.Name != "MeanVarianceNormalization" {
					continue
				}
				plain.Attributes[name] = v
			}
			if err := Run(plain); err != nil {
				t.Errorf("%s: %v", op.Name, err)
				continue
			}
			here := &Call{Op: op.Name, Version: 21, Attributes: plain.Attributes, In: operands(), Out: make([]*tensor.Array, op.Outputs.Min)}
			here.Memory = func(i int, _ tensor.Elem, shape []int) *tensor.Array {
				if i > 0 {
					return nil
				}
				return here.In[shared].View(shape...)
			}
			if err := Run(here); err != nil {
				t.Errorf("%s in place: %v", op.Name, err)
				continue
			}
			same(t, op.Name+" in place", here.Out[0], plain.Out[0])
		}
	}
}
