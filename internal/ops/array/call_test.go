package array

import (
	"errors"
	"strings"
	"testing"

	"convx/internal/tensor"
)

func TestRunRefuses(t *testing.T) {
	x := tensor.ArrayOf([]float32{1, 2}, 2)
	for _, c := range []struct {
		call Call
		want string
	}{
		{Call{Op: "Nothing", Domain: "some"}, "operator some.Nothing: not supported"},
		{Call{Op: "Identity", Out: make([]*tensor.Array, 1)}, "Identity: 0 inputs, expected 1"},
		{Call{Op: "Identity", In: []*tensor.Array{nil}, Out: make([]*tensor.Array, 1)}, "Identity: input 0 is missing"},
		{Call{Op: "Identity", In: []*tensor.Array{x}}, "Identity: 0 outputs, expected 1"},
		{Call{Op: "Identity", In: []*tensor.Array{x}, Out: make([]*tensor.Array, 1), Limit: 7}, "more than the 7 bytes"},
	} {
		if err := Run(&c.call); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.call.Op, err, c.want)
		}
	}
	if err := Run(&Call{Op: "Nothing"}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("%v is not ErrUnsupported", err)
	}
}
