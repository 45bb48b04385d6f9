package array

import (
	"testing"

	"convx/internal/tensor"
)

// TestRepeatedRunsAllocateNothing runs the common operators on float32 again into memory that is kept.
func TestRepeatedRunsAllocateNothing(t *testing.T) {
	d := newDraws()
	x := func(shape ...int) *tensor.Array { return d.array(tensor.Float32, shape...) }
	ints := func(v ...int64) *tensor.Array { return tensor.ArrayOf(v, len(v)) }
	for _, c := range []struct {
		op    string
		in    []*tensor.Array
		attrs Attributes
	}{
		{"Add", []*tensor.Array{x(2, 8, 6, 6), x(8, 1, 1)}, nil},
		{"Mul", []*tensor.Array{x(2, 8, 6, 6), x(2, 8, 1, 1)}, nil},
		{"Div", []*tensor.Array{x(2, 8, 6, 6), x()}, nil},
		{"Sub", []*tensor.Array{x(2, 8, 6, 6), x(6)}, nil},
		{"Max", []*tensor.Array{x(2, 8), x(2, 8), x(8)}, nil},
		{"Pow", []*tensor.Array{x(2, 8), x()}, nil},
		{"Where", []*tensor.Array{tensor.ArrayOf([]bool{true, false}, 2), x(3, 2), x(2)}, nil},
		{"Relu", []*tensor.Array{x(99)}, nil},
		{"Sigmoid", []*tensor.Array{x(99)}, nil},
		{"Erf", []*tensor.Array{x(99)}, nil},
		{"HardSwish", []*tensor.Array{x(99)}, nil},
		{"Clip", []*tensor.Array{x(99), x(), nil}, nil},
		{"Concat", []*tensor.Array{x(2, 3, 4), x(2, 1, 4)}, Attributes{"axis": int64(1)}},
		{"Transpose", []*tensor.Array{x(2, 3, 4, 5)}, Attributes{"perm": []int64{0, 2, 3, 1}}},
		{"Reshape", []*tensor.Array{x(2, 3, 4), ints(0, -1)}, nil},
		{"Slice", []*tensor.Array{x(9, 9), ints(1), ints(8), ints(1), ints(2)}, nil},
		{"Pad", []*tensor.Array{x(2, 3, 4, 4), ints(0, 0, 1, 1, 0, 0, 2, 2)}, Attributes{"mode": "reflect"}},
		{"ReduceMean", []*tensor.Array{x(2, 3, 8, 8)}, Attributes{"axes": []int64{2, 3}}},
		{"ReduceMax", []*tensor.Array{x(2, 3, 8, 8)}, Attributes{"axes": []int64{1}}},
		{"Softmax", []*tensor.Array{x(5, 7)}, nil},
		{"LayerNormalization", []*tensor.Array{x(5, 7), x(7), x(7)}, nil},
		{"LayerNormalization", []*tensor.Array{x(5, 4, 7), x(5, 1, 7), x(4, 1)}, nil},
		{"LayerNormalization", []*tensor.Array{x(5, 4, 7), x(1), x(5, 4, 1)}, Attributes{"axis": int64(1)}},
		{"RMSNormalization", []*tensor.Array{x(5, 4, 7), x(4, 1)}, nil},
		{"InstanceNormalization", []*tensor.Array{x(2, 3, 7), x(3), x(3)}, nil},
		{"BatchNormalization", []*tensor.Array{x(2, 3, 7), x(3), x(3), x(3), tensor.ArrayOf([]float32{1, 2, 3}, 3)}, nil},
		{"Resize", []*tensor.Array{x(1, 2, 5, 5), nil, nil, ints(1, 2, 9, 7)}, Attributes{"mode": "linear"}},
		{"Resize", []*tensor.Array{x(1, 2, 5, 5), nil, nil, ints(1, 2, 9, 7)}, nil},
		{"MatMul", []*tensor.Array{x(2, 9, 20), x(2, 20, 33)}, nil},
		{"Gemm", []*tensor.Array{x(2, 20), x(33, 20), x(33)}, Attributes{"transB": int64(1)}},
		{"Conv", []*tensor.Array{x(1, 4, 7, 7), x(6, 2, 3, 3), x(6)}, Attributes{"group": int64(2), "pads": []int64{1, 1, 1, 1}}},
		{"MaxPool", []*tensor.Array{x(1, 4, 7, 7)}, Attributes{"kernel_shape": []int64{3, 3}, "strides": []int64{2, 2}}},
		{"AveragePool", []*tensor.Array{x(1, 4, 7, 7)}, Attributes{"kernel_shape": []int64{3, 3}, "strides": []int64{2, 2}}},
		{"GlobalAveragePool", []*tensor.Array{x(1, 4, 7, 7)}, nil},
		{"Gather", []*tensor.Array{x(4, 7), ints(1, 3)}, nil},
		{"DepthToSpace", []*tensor.Array{x(1, 8, 3, 3)}, Attributes{"blocksize": int64(2)}},
		{"Split", []*tensor.Array{x(4, 7)}, nil},
	} {
		kept := map[int]*tensor.Array{}
		call := &Call{Op: c.op, In: c.in, Out: make([]*tensor.Array, 1), Attributes: c.attrs, Version: 13}
		call.Memory = func(i int, e tensor.Elem, shape []int) *tensor.Array {
			if kept[i] == nil {
				kept[i], _ = tensor.NewArray(e, shape...)
			}
			return kept[i]
		}
		if err := Run(call); err != nil {
			t.Fatalf("%s: %v", c.op, err)
		}
		if n := testing.AllocsPerRun(5, func() { Run(call) }); n != 0 {
			t.Errorf("%s allocates %v times", c.op, n)
		}
	}
}
