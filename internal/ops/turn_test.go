package ops

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// drawNarrow draws a convolution, a transposed one or a pool of planes that are long and at most 15 wide.
func drawNarrow(t *rapid.T) drawn {
	w := drawWindow(t, 2)
	w.Kernel[1] = min(w.Kernel[1], 3)
	groups := rapid.SampledFrom([]int{1, 1, 2, 5}).Draw(t, "groups")
	share, outs := rapid.IntRange(1, 9).Draw(t, "channels a group"), rapid.IntRange(1, 9).Draw(t, "outputs a group")
	if groups > 1 && rapid.Bool().Draw(t, "depthwise") {
		share, outs = 1, 1
	}
	in := []int{rapid.IntRange(1, 2).Draw(t, "batch"), groups * share, rapid.SampledFrom([]int{20, 33, 160, 257, 390}).Draw(t, "height"), rapid.IntRange(2, 15).Draw(t, "width")}
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0:
		op := layer.Pool{Window: w, Func: layer.MaxPool, CeilMode: rapid.Bool().Draw(t, "ceil")}
		for a, k := range w.Kernel {
			w.Padding.Pairs[a] = layer.Pad{Begin: min(w.Padding.Pairs[a].Begin, k-1), End: min(w.Padding.Pairs[a].End, k-1)}
		}
		if rapid.Bool().Draw(t, "average") {
			op.Func, op.CountPadding = layer.AveragePool, rapid.Bool().Draw(t, "count padding")
		}
		return drawnOf(op, in)
	case 1:
		for a := range w.Stride {
			w.Padding.Pairs[a].Begin = min(w.Padding.Pairs[a].Begin, w.Kernel[a]-1)
			w.Padding.Pairs[a].End = w.Padding.Pairs[a].Begin
		}
		return drawnOf(layer.Transposed{Window: w, OutputPadding: []int{0, 0}, Groups: groups, OutChannels: groups * outs, Bias: true}, in)
	}
	mode := rapid.SampledFrom(append(layer.PadModes(), layer.PadZeros, layer.PadZeros)).Draw(t, "pad mode")
	return drawnOf(layer.Conv{Window: w, PadMode: mode, Groups: groups, OutChannels: groups * outs, Bias: true}, in)
}

// TestNarrowPlanes holds every algorithm that turns narrow planes, whole and in bands, and what is chosen for them, to the
// definition.
func TestNarrowPlanes(t *testing.T) {
	turned, banded, chosen, finished := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		d := drawNarrow(t)
		p, err := (Options{Threads: rapid.IntRange(1, 3).Draw(t, "threads")}).problem(d.stage, d.in)
		if err != nil {
			t.Skip(err)
		}
		in, weights := integers[float32](d, rapid.Uint64().Draw(t, "seed"))
		want := runOn(t, d, in, weights, Options{Algorithm: referenceName}, false)
		allowed := 1e-4 * magnitude(want)
		got := runOn(t, d, in, weights, Options{Threads: p.Threads}, false)
		if i := differsBy(got, want, allowed); i >= 0 {
			t.Fatalf("%s: output %d is %v, the reference says %v", d, i, got.Data[i], want.Data[i])
		}
		w, err := bind(p, weights)
		if err != nil || p.NeedsPadding() {
			return
		}
		turn := p.TurnWithin(1 << 30)
		if turn == nil {
			return
		}
		if bytes := 4 * (turn.Tile.InputSize() + turn.Tile.OutputSize()); p.Stage.Op.Kind() == layer.KindConv {
			if bands := p.TurnWithin(bytes / rapid.IntRange(1, 3).Draw(t, "parts")); bands != nil {
				turn = bands
			}
		}
		list := algorithms[p.Stage.Op.Kind()]
		for i := range list {
			a := &list[i]
			if a.cost == nil || a.accept != nil && a.accept(turn.Tile) != nil {
				continue
			}
			if a.turn(p) != nil {
				chosen++
			}
			turned++
			if turn.Tile.Out[2] < p.Out[1] {
				banded++
			}
			r, err := a.prepareTurned(turn, p, w)
			if err != nil {
				t.Fatal(err)
			}
			got, bound := tensor.New[float32](p.Output...), 0.0
			for i := range got.Data {
				got.Data[i] = float32(math.NaN())
			}
			if a.tolerance > 0 {
				bound = allowed
			}
			for range 2 {
				if err := r.Run(context.Background(), got.Data, [][]float32{in[0].Data}); err != nil {
					t.Fatal(err)
				}
			}
			if i := differsBy(got, want, bound); i >= 0 {
				t.Fatalf("%s by %s turned: output %d is %v, the reference says %v", d, a.Name, i, got.Data[i], want.Data[i])
			}
			if finishesOnce(t, r, got.Data, in[0].Data) {
				finished++
			}
		}
	})
	if finished == 0 {
		t.Error("nothing was finished")
	}
	if turned == 0 || !testing.Short() && (banded == 0 || chosen == 0) { // few draws need not meet everything
		t.Errorf("%d runs turned planes, %d of them in bands; %d times it was quicker", turned, banded, chosen)
	}
}

// finishesOnce runs a runner whose outputs for x are y with a finisher, which is to get each of them once, when it is final; false
// if it takes none.
func finishesOnce(t *rapid.T, r problem.Runner[float32], y, x []float32) bool {
	c := &counter{make([]float32, len(y)), make([]atomic.Int32, len(y))}
	if f, ok := r.(problem.Finishable); !ok || !f.FinishBy(c) {
		return false
	}
	if err := r.Run(context.Background(), c.out, [][]float32{x}); err != nil {
		t.Fatal(err)
	}
	for i, v := range y {
		nan := v != v && c.out[i] != c.out[i] // the average of padding alone
		if n := c.seen[i].Load(); c.out[i] != v+1000 && !nan || n != 1 {
			t.Fatalf("finished output %d is %v after %d calls, want %v", i, c.out[i], n, v+1000)
		}
	}
	return true
}

// TestNarrowPlanesTurn checks which planes are turned: long ones of a few columns, in one tile or in bands that fit.
func TestNarrowPlanesTurn(t *testing.T) {
	for _, c := range []struct {
		in    []int
		turns bool
	}{
		{[]int{1, 16, 1200, 7}, true},
		{[]int{1, 64, 40000, 7}, true},
		{[]int{3, 16, 7, 1200}, false},
		{[]int{1, 16, 7, 7}, false},
		{[]int{1, 16, 1200, 1}, false},
		{[]int{1, 16, 1200, 16}, false},
	} {
		t.Run(fmt.Sprint(c.in), func(t *testing.T) {
			p, err := Options{}.problem(drawnOf(layer.Conv{Window: square(3, 1), PadMode: layer.PadZeros, OutChannels: 16, Groups: 1}, c.in).stage, [][]int{c.in})
			if err != nil {
				t.Fatal(err)
			}
			turn := p.Turn()
			if (turn != nil) != c.turns {
				t.Errorf("turned: %v, not %v", turn != nil, c.turns)
			}
			if turn != nil && 4*(turn.Tile.InputSize()+turn.Tile.OutputSize()) > 2<<20 {
				t.Errorf("a tile of %v", turn.Tile.Inputs)
			}
		})
	}
}

// magnitude is the largest value of a tensor.
func magnitude(x *tensor.Tensor[float32]) (most float64) {
	for _, v := range x.Data {
		most = max(most, math.Abs(float64(v)))
	}
	return most
}
