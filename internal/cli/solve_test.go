package cli

import (
	"slices"
	"testing"

	"convx/internal/shape"
)

// Each solution of the first axis gets the first of the other axes that shares the most with it.
func TestJoinAxes(t *testing.T) {
	g := func(kernel, stride int) shape.Geometry {
		return shape.Geometry{Kernel: kernel, Stride: stride, Dilation: 1}
	}
	pad := func(q shape.Geometry, n int) shape.Geometry { q.Pad.End = n; return q }
	for _, c := range []struct {
		name string
		h, w []shape.Geometry
		want [][]shape.Geometry
	}{
		{"whole", []shape.Geometry{g(3, 1), g(5, 1), g(7, 1)}, []shape.Geometry{g(7, 1), g(1, 1), g(3, 1)}, [][]shape.Geometry{{g(3, 1), g(3, 1)}, {g(7, 1), g(7, 1)}}},
		{"all but the padding", []shape.Geometry{g(3, 1)}, []shape.Geometry{pad(g(3, 1), 2), pad(g(3, 1), 1)}, [][]shape.Geometry{{g(3, 1), pad(g(3, 1), 2)}}},
		{"the kernel", []shape.Geometry{pad(g(3, 1), 1)}, []shape.Geometry{g(5, 2), g(3, 4), g(3, 2)}, [][]shape.Geometry{{pad(g(3, 1), 1), g(3, 4)}}},
		{"nothing", []shape.Geometry{g(3, 1), g(5, 1)}, []shape.Geometry{{Kernel: 1, Stride: 2, Dilation: 2}}, [][]shape.Geometry{
			{g(3, 1), {Kernel: 1, Stride: 2, Dilation: 2}}, {g(5, 1), {Kernel: 1, Stride: 2, Dilation: 2}},
		}},
		{"no solution", []shape.Geometry{g(3, 1)}, nil, nil},
	} {
		if got := joinAxes([][]shape.Geometry{c.h, c.w}); !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
