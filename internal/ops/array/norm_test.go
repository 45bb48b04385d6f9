package array

import (
	"bytes"
	"testing"

	"convx/internal/tensor"
)

// Scale and bias that are broadcast row by row give what they give whole.
func TestNormOperandsAreBroadcast(t *testing.T) {
	shape := []int{3, 4, 2, 5}
	filled := func(name string, dims ...int) *tensor.Array {
		a, err := tensor.NewArray(tensor.Float32, dims...)
		if err != nil {
			t.Fatal(err)
		}
		a.FillUniform(tensor.NewStream(1, name))
		return a
	}
	once := func(op string, attributes Attributes, in ...*tensor.Array) *tensor.Array {
		c := &Call{Op: op, Version: 23, Attributes: attributes, In: in, Out: make([]*tensor.Array, 1)}
		if err := Run(c); err != nil {
			t.Fatalf("%s of %v: %v", op, in, err)
		}
		return c.Out[0]
	}
	whole := func(a *tensor.Array) *tensor.Array {
		return once("Expand", nil, a, tensor.ArrayOf([]int64{3, 4, 2, 5}, 4))
	}
	x := filled("x", shape...)
	for mask := range 1 << len(shape) { // axes of length one
		dims := append([]int(nil), shape...)
		for i := range dims {
			if mask>>i&1 == 1 {
				dims[i] = 1
			}
		}
		for skip := 0; skip == 0 || skip < len(dims) && dims[skip-1] == 1; skip++ { // and those that are left out
			scale, bias := filled("scale", dims[skip:]...), filled("bias", dims[skip:]...)
			for axis := range int64(len(shape)) {
				attributes := Attributes{"axis": axis}
				got, want := once("LayerNormalization", attributes, x, scale, bias), once("LayerNormalization", attributes, x, whole(scale), whole(bias))
				if !bytes.Equal(got.Raw(), want.Raw()) {
					t.Errorf("LayerNormalization from axis %d, scale and bias %v", axis, dims[skip:])
				}
				got, want = once("RMSNormalization", attributes, x, scale), once("RMSNormalization", attributes, x, whole(scale))
				if !bytes.Equal(got.Raw(), want.Raw()) {
					t.Errorf("RMSNormalization from axis %d, scale %v", axis, dims[skip:])
				}
			}
		}
	}
}
