package shape

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
)

func TestSolvePutsTheUsualFirst(t *testing.T) {
	tests := []struct {
		name  string
		q     Search
		first Geometry
	}{
		{"stem", Search{Input: 224, Output: 112}, Geometry{3, 2, 1, layer.Pad{Begin: 1, End: 1}, 0}},
		{"stem with kernel 7", Search{Input: 224, Output: 112, Kernel: 7}, Geometry{7, 2, 1, layer.Pad{Begin: 3, End: 3}, 0}},
		{"same size", Search{Input: 56, Output: 56}, Geometry{3, 1, 1, layer.Pad{Begin: 1, End: 1}, 0}},
		{"a stride above the kernel is unusual", Search{Input: 9, Output: 2, Dilation: 1, Padding: &layer.Padding{Pairs: []layer.Pad{{}}}}, Geometry{5, 4, 1, layer.Pad{}, 0}},
		{"valid", Search{Input: 28, Output: 24}, Geometry{5, 1, 1, layer.Pad{}, 0}},
		{"dilated", Search{Input: 64, Output: 64, Dilated: true, Kernel: 3}, Geometry{3, 1, 2, layer.Pad{Begin: 2, End: 2}, 0}},
		{"dcgan", Search{Input: 8, Output: 16, Transposed: true, Kernel: 4}, Geometry{4, 2, 1, layer.Pad{Begin: 1, End: 1}, 0}},
		{"output padding", Search{Input: 56, Output: 112, Transposed: true, Kernel: 3, Stride: 2, Dilation: 1}, Geometry{3, 2, 1, layer.Pad{Begin: 1, End: 1}, 1}},
	}
	for _, tt := range tests {
		got := Solve(tt.q)
		if len(got) == 0 || got[0] != tt.first {
			t.Errorf("%s: got %+v first, want %+v", tt.name, got[:min(1, len(got))], tt.first)
		}
	}
}

// Every solution gives the wanted size, holds what is held, and appears once; a size that some geometry within the
// bounds gives is never missed.
func TestSolveIsSoundAndComplete(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		transposed := rapid.Bool().Draw(t, "transposed")
		g := Geometry{
			Kernel:   rapid.IntRange(1, mostKernel).Draw(t, "kernel"),
			Stride:   rapid.IntRange(1, 8).Draw(t, "stride"),
			Dilation: rapid.IntRange(1, mostDilation).Draw(t, "dilation"),
		}
		if g.Kernel == 1 {
			g.Dilation = 1
		}
		pad := rapid.IntRange(0, Effective(g.Kernel, g.Dilation)-1).Draw(t, "pad")
		g.Pad = layer.Pad{Begin: pad, End: pad}
		in := rapid.IntRange(1, 64).Draw(t, "in")
		out, ok := size(in, g, transposed)
		if !ok {
			t.Skip("the layer is impossible")
		}
		q := Search{Input: in, Output: out, Transposed: transposed}
		if rapid.Bool().Draw(t, "hold") {
			q.Kernel, q.Stride = g.Kernel, g.Stride
		}
		found := Solve(q)
		if !slices.Contains(found, g) {
			t.Fatalf("%+v is missing for %d -> %d", g, in, out)
		}
		seen := map[Geometry]bool{}
		for _, h := range found {
			if got, ok := size(in, h, transposed); !ok || got != out {
				t.Fatalf("%+v gives %d, not %d", h, got, out)
			}
			if seen[h] || q.Kernel != 0 && (h.Kernel != q.Kernel || h.Stride != q.Stride) {
				t.Fatalf("%+v is repeated or not what was held", h)
			}
			seen[h] = true
		}
	})
}

// A held stride of a thousand million has as many paddings that give the same output.
func TestSolveIsBounded(t *testing.T) {
	found := Solve(Search{Input: 100, Output: 1, Kernel: layer.MaxExtent, Stride: layer.MaxExtent, Dilation: 1})
	if len(found) != mostPaddings {
		t.Errorf("%d solutions", len(found))
	}
}

// size is the output size by the rules that shape uses.
func size(in int, g Geometry, transposed bool) (int, bool) {
	w := layer.Window{Kernel: []int{g.Kernel}, Stride: []int{g.Stride}, Dilation: []int{g.Dilation}, Padding: layer.Padding{Pairs: []layer.Pad{g.Pad}}}
	var op layer.Op = layer.Conv{Window: w, OutChannels: 1, Groups: 1}
	if transposed {
		op = layer.Transposed{Window: w, OutputPadding: []int{g.OutputPadding}, OutChannels: 1, Groups: 1}
	}
	st, err := OfStage(layer.Stage{Op: op}, [][]int{{1, 1, in}})
	if err != nil {
		return 0, false
	}
	return st.Output[2], true
}

func TestNearestBracketsWhatCannotBeReached(t *testing.T) {
	below, above := Search{Input: 224, Output: 111, Kernel: 3, Stride: 2, Dilation: 1, Padding: &layer.Padding{Pairs: []layer.Pad{{Begin: 1, End: 1}}}}.Nearest()
	if below != 0 || above != 112 {
		t.Errorf("got %d and %d, want none below and 112 above", below, above)
	}
}
