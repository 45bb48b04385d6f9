package ops

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// TestPaddedTiles pads tiles of any size, of which the last along an axis overlap others.
func TestPaddedTiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawConv(t)
		p, err := (Options{Threads: rapid.IntRange(1, 3).Draw(t, "threads")}).problem(d.stage, d.in)
		if err != nil || !p.NeedsPadding() {
			t.Skip("impossible")
		}
		plan := problem.PadPlan{Seen: p.TileOf(p.N, p.Out)}
		switch rapid.IntRange(0, 2).Draw(t, "plan") {
		case 0:
			plan.Tiles = p.AllTiles(plan.Seen)
		case 1:
			var out [3]int
			for a := range out {
				out[a] = rapid.IntRange(1, p.Out[a]).Draw(t, fmt.Sprint("tile", a))
			}
			plan.Seen = p.TileOf(1, out)
			plan.Tiles = p.AllTiles(plan.Seen)
		case 2:
			plan = problem.PadPlan{Seen: p.WithZeros(), Zeros: true, Tiles: p.Borders()}
		}
		in, weights := integers[float32](d, rapid.Uint64().Draw(t, "seed"))
		w, err := bind(p, weights)
		if err != nil {
			t.Fatal(err)
		}
		r, err := runPlan(plan, &convAlgorithms[len(convAlgorithms)-2], p, w)
		if err != nil {
			t.Fatal(err)
		}
		want := runOn(t, d, in, weights, Options{Algorithm: referenceName}, false)
		got := tensor.New[float32](p.Output...)
		for i := range got.Data {
			got.Data[i] = float32(math.NaN())
		}
		if err := r.Run(t.Context(), got.Data, [][]float32{in[0].Data}); err != nil {
			t.Fatal(err)
		}
		if i := differs(got, want); i >= 0 {
			t.Fatalf("%s by %+v: output %d is %v, the reference says %v", d, plan.Tiles, i, got.Data[i], want.Data[i])
		}
	})
}

// TestPadPlan checks which plans are made, and that what they pad fits.
func TestPadPlan(t *testing.T) {
	for _, c := range []struct {
		in    []int
		k     int
		zeros bool
		n     int // samples of the problem that an algorithm sees
		fails bool
	}{
		{in: []int{2, 64, 28, 28}, k: 3, n: 2},
		{in: []int{8, 64, 56, 56}, k: 3, n: 1},
		{in: []int{8, 64, 112, 112}, k: 3, zeros: true, n: 8},
		{in: []int{8, 64, 112, 112}, k: 61, n: 1},
		{in: []int{1, 1024, 2000, 3000}, k: 3, zeros: true, n: 1},
		{in: []int{1, 3, 7000000}, k: 3, n: 1},
		{in: []int{1, 16, 64, 128, 128}, k: 3, zeros: true, n: 1},
		{in: []int{1, 4, 1000000}, k: 200001, fails: true},
	} {
		w := layer.Window{}
		for range c.in[2:] {
			w.Kernel, w.Stride, w.Dilation = append(w.Kernel, c.k), append(w.Stride, 1), append(w.Dilation, 1)
			w.Padding.Pairs = append(w.Padding.Pairs, layer.Pad{Begin: c.k / 2, End: c.k / 2})
		}
		st := drawnOf(layer.Conv{Window: w, PadMode: layer.PadReflect, OutChannels: 64, Groups: 1}).stage
		st.Inputs = []string{layer.Input}
		p, err := Options{}.problem(st, [][]int{c.in})
		if err != nil {
			t.Fatal(err)
		}
		plan, err := p.PadPlan()
		if (err != nil) != c.fails || !c.fails && (plan.Zeros != c.zeros || plan.Seen.N != c.n) {
			t.Errorf("%v by %d: %+v, %v", c.in, c.k, plan, err)
		}
	}
}
