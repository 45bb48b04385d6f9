package array

import (
	"reflect"
	"testing"

	"convx/internal/tensor"
)

// What threads share comes out as one makes it, to the last bit.
func TestSharedWorkGivesTheSame(t *testing.T) {
	d := newDraws()
	x := func(shape ...int) *tensor.Array { return d.array(tensor.Float32, shape...) }
	ints := func(v ...int64) *tensor.Array { return tensor.ArrayOf(v, len(v)) }
	for _, s := range []struct {
		op         string
		in         list
		attributes Attributes
	}{
		{"Transpose", list{x(3, 41, 67, 13)}, Attributes{"perm": []int64{0, 2, 1, 3}}},
		{"Transpose", list{x(1, 310, 331)}, Attributes{"perm": []int64{0, 2, 1}}},
		{"Transpose", list{x(7, 2, 101, 61)}, Attributes{"perm": []int64{3, 0, 2, 1}}},
		{"Pad", list{x(1, 19, 61, 67), ints(0, 0, 2, 3, 0, 0, 1, 4)}, Attributes{"mode": "reflect"}},
		{"Pad", list{x(2, 19, 61, 67), ints(0, 1, -2, 3, 1, 0, 1, -4)}, nil},
		{"Expand", list{x(5, 1, 131), ints(2, 5, 97, 131)}, nil},
		{"Slice", list{x(3, 83, 401), ints(80, 399), ints(-100, 0), ints(1, 2), ints(-1, -1)}, nil},
		{"InstanceNormalization", list{x(2, 13, 53, 71), x(13), x(13)}, nil},
		{"GroupNormalization", list{x(2, 12, 53, 71), x(12), x(12)}, Attributes{"num_groups": int64(3)}},
		{"Softmax", list{x(2, 23, 41, 67)}, Attributes{"axis": int64(1)}},
		{"MatMul", list{x(5, 3, 49, 32), x(5, 3, 32, 49)}, nil},
		{"MatMul", list{x(7, 1, 40, 33), x(3, 33, 41)}, nil},
		{"MatMul", list{x(1, 576, 64), x(1, 64, 100)}, nil},
		{"Softmax", list{x(300, 400)}, nil},
		{"ReduceMean", list{x(2, 130, 31, 67), ints(1)}, nil},
		{"ReduceMax", list{x(9, 130, 31, 7), ints(-1)}, nil},
		{"ReduceSumSquare", list{x(1, 9, 20000), ints(1)}, nil},
	} {
		want := run(t, s.op, s.attributes, 1, s.in...)[0]
		c := &Call{Op: s.op, Version: 21, Attributes: s.attributes, In: s.in, Out: make(list, 1), Each: atOnce}
		for range 2 {
			if err := Run(c); err != nil {
				t.Fatal(s.op, err)
			}
			if !reflect.DeepEqual(c.Out[0].Shape, want.Shape) || !reflect.DeepEqual(tensor.Bits[uint32](c.Out[0]), tensor.Bits[uint32](want)) {
				t.Errorf("%s of %v differs where threads share it", s.op, s.in[0])
			}
		}
		if c.team == nil {
			t.Errorf("%s of %v is shared by no threads", s.op, s.in[0])
		}
	}
}

// Elements of 32 bits move as those of 64 do, whatever the order of the axes, the blocks and the steps.
func TestWordsMoveAsElementsDo(t *testing.T) {
	d := newDraws()
	for range 300 {
		rank := d.Int(2, 5)
		shape := d.shape(rank, 6)
		shape[d.Int(0, rank-1)] *= d.Int(1, 9)
		op, attributes, in := "Transpose", Attributes{"perm": d.shuffled(rank)}, list{nil}
		switch d.Int(0, 3) {
		case 0:
			block := d.Int(1, 3)
			shape = d.shape(4, 20)
			shape[1] *= block * block
			op, attributes = "DepthToSpace", Attributes{"blocksize": int64(block), "mode": []string{"DCR", "CRD"}[d.Int(0, 1)]}
		case 1:
			block := d.Int(1, 3)
			shape = d.shape(4, 20)
			shape[2], shape[3] = block*shape[2], block*shape[3]
			op, attributes = "SpaceToDepth", Attributes{"blocksize": int64(block)}
		case 2:
			starts, ends, steps := make([]int64, rank), make([]int64, rank), make([]int64, rank)
			for i, n := range shape {
				starts[i], ends[i], steps[i] = int64(d.Int(0, n-1)), int64(n), int64(d.Int(1, 3))
			}
			op, attributes = "Slice", nil
			in = list{nil, tensor.ArrayOf(starts, rank), tensor.ArrayOf(ends, rank), nil, tensor.ArrayOf(steps, rank)}
		}
		in[0] = d.array(tensor.Float32, shape...)
		got := run(t, op, attributes, 1, in...)[0]
		in[0] = (&Call{}).converted(in[0], tensor.Float64)
		want := run(t, op, attributes, 1, in...)[0]
		same(t, op, (&Call{}).converted(got, tensor.Float64), want)
	}
}
