package ops

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// TestPaddedBoxes pads boxes of any size, of which the last along an axis overlap others.
func TestPaddedBoxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawConv(t)
		p, err := newProblem(d.stage, d.in, Options{Threads: rapid.IntRange(1, 3).Draw(t, "threads")})
		if err != nil || !p.needsPadding() {
			t.Skip("impossible")
		}
		box := p.boxOf(p.N, p.Out)
		if rapid.Bool().Draw(t, "parts") {
			var out [3]int
			for a := range out {
				out[a] = rapid.IntRange(1, p.Out[a]).Draw(t, fmt.Sprint("box", a))
			}
			box = p.boxOf(1, out)
		}
		in, weights := integers[float32](d, rapid.Uint64().Draw(t, "seed"))
		w, err := bind(p, weights)
		if err != nil {
			t.Fatal(err)
		}
		next, err := newIm2col(box, w)
		if err != nil {
			t.Fatal(err)
		}
		r, want := newPadded(p, box, next), runOn(t, d, in, weights, Options{Algorithm: referenceName}, false)
		got := tensor.New[float32](p.Output...)
		for i := range got.Data {
			got.Data[i] = float32(math.NaN())
		}
		if err := r.run(t.Context(), got.Data, [][]float32{in[0].Data}); err != nil {
			t.Fatal(err)
		}
		if i := differs(got, want); i >= 0 {
			t.Fatalf("%s in boxes of %v: output %d is %v, the reference says %v", d, box.Out, i, got.Data[i], want.Data[i])
		}
	})
}

// TestBoxes checks that boxes are whole batches and images where those fit, and that they fit otherwise.
func TestBoxes(t *testing.T) {
	for _, c := range []struct {
		in    []int
		whole bool
		n     int
	}{
		{[]int{2, 64, 28, 28}, true, 2},
		{[]int{8, 64, 56, 56}, true, 1},
		{[]int{8, 64, 112, 112}, false, 1},
		{[]int{1, 1024, 2000, 3000}, false, 1},
		{[]int{1, 3, 7000000}, false, 1},
		{[]int{1, 16, 64, 128, 128}, false, 1},
	} {
		w := layer.Window{}
		for range c.in[2:] {
			w.Kernel, w.Stride, w.Dilation = append(w.Kernel, 3), append(w.Stride, 1), append(w.Dilation, 1)
			w.Padding.Pairs = append(w.Padding.Pairs, layer.Pad{Begin: 1, End: 1})
		}
		st := drawnOf(layer.Conv{Window: w, PadMode: layer.PadReflect, OutChannels: 64, Groups: 1}).stage
		st.Inputs = []string{layer.Input}
		p, err := newProblem(st, [][]int{c.in}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		q := p.afterPadding()
		if q.N != c.n || (q.Out == p.Out) != c.whole || !p.holds(q) {
			t.Errorf("%v: boxes of %d samples and outputs %v", c.in, q.N, q.Out)
		}
	}
}
