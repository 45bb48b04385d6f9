package shape

import (
	"slices"
	"testing"
)

// Each solution of the first axis gets the first of the other axes that shares the most with it.
func TestJoinAxes(t *testing.T) {
	g := func(kernel, stride int) Geometry {
		return Geometry{Kernel: kernel, Stride: stride, Dilation: 1}
	}
	pad := func(q Geometry, n int) Geometry { q.Pad.End = n; return q }
	for _, c := range []struct {
		name string
		h, w []Geometry
		want [][]Geometry
	}{
		{"whole", []Geometry{g(3, 1), g(5, 1), g(7, 1)}, []Geometry{g(7, 1), g(1, 1), g(3, 1)}, [][]Geometry{{g(3, 1), g(3, 1)}, {g(7, 1), g(7, 1)}}},
		{"all but the padding", []Geometry{g(3, 1)}, []Geometry{pad(g(3, 1), 2), pad(g(3, 1), 1)}, [][]Geometry{{g(3, 1), pad(g(3, 1), 2)}}},
		{"the kernel", []Geometry{pad(g(3, 1), 1)}, []Geometry{g(5, 2), g(3, 4), g(3, 2)}, [][]Geometry{{pad(g(3, 1), 1), g(3, 4)}}},
		{"nothing", []Geometry{g(3, 1), g(5, 1)}, []Geometry{{Kernel: 1, Stride: 2, Dilation: 2}}, [][]Geometry{
			{g(3, 1), {Kernel: 1, Stride: 2, Dilation: 2}}, {g(5, 1), {Kernel: 1, Stride: 2, Dilation: 2}},
		}},
		{"no solution", []Geometry{g(3, 1)}, nil, nil},
	} {
		if got := joinAxes([][]Geometry{c.h, c.w}); !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
