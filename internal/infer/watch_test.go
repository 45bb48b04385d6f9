package infer

import (
	"fmt"
	"math"
	"testing"

	"convx/internal/ops"
	"convx/internal/tensor"
)

// What feeds a convolution inside of a network is looked at as it passes: NaN, Inf, what nears the largest float and what is far
// larger than the rest shows in the outputs that meet it and in no others, as the definition has it. Ordinary data changes nothing.
func TestWatchedConvolutionsKeepToTheDefinition(t *testing.T) {
	const channels, side = 32, 24
	build := func() *builder {
		b := &builder{}
		shape := []int{1, channels, side, side}
		x := b.op("Mul", "m", shape, nil, b.in("x", tensor.Float32, shape...), b.weight("k", tensor.ArrayOf([]float32{1})))
		v := b.op("Conv", "c", shape, map[string]any{"pads": []int64{1, 1, 1, 1}}, x, b.weight("w", seeded("w", channels, channels, 3, 3)))
		b.out("y", b.op("Relu", "r", shape, nil, v))
		return b
	}
	input := func(change func(x []float32)) map[string]*tensor.Array {
		a := positive("x", 1, channels, side, side)
		change(tensor.Data[float32](a))
		return map[string]*tensor.Array{"x": a}
	}
	middle := 7*side*side + 9*side + 11
	for name, change := range map[string]func(x []float32){
		"ordinary": func([]float32) {}, "NaN": func(x []float32) { x[middle] = float32(math.NaN()) }, "Inf": func(x []float32) { x[middle] = float32(math.Inf(-1)) },
		"large": func(x []float32) { x[middle] = 1e7 },
		"near the limit": func(x []float32) {
			for i := range x {
				x[i] *= 1e36
			}
		},
	} {
		want := build().prepare(t, Options{Algorithm: "reference", Without: []string{"all"}})
		net := build().prepare(t, Options{Watch: true})
		if p, ok := net.nodes[len(net.nodes)-1].step.(*planned); !ok || p.watch == nil {
			t.Fatal("the convolution is not watched: the test needs a layer that transforms take")
		}
		feeds := input(change)
		run(t, want, feeds)
		for range 2 {
			run(t, net, feeds)
			if d := net.Departures(); (len(d) > 0) != (name != "ordinary") || len(d) > 0 && (!d[0].Keeps || d[0].Layer != "c") {
				t.Errorf("%s: departures %+v", name, d)
			}
			x, y := tensor.Data[float32](net.Result(net.At[0])), tensor.Data[float32](want.Result(want.At[0]))
			for i := range x {
				a, b := float64(x[i]), float64(y[i])
				if a != a != (b != b) || math.IsInf(a, 0) != math.IsInf(b, 0) || b == b && !math.IsInf(b, 0) && math.Abs(a-b) > 1e-4*math.Max(math.Abs(b), 1) {
					t.Fatalf("%s: output %d is %g, want %g", name, i, a, b)
				}
			}
		}
		if n := testing.AllocsPerRun(5, func() { run(t, net, feeds) }); n > 0 {
			t.Errorf("%s: %v allocations a run", name, n)
		}
		run(t, net, input(func([]float32) {}))
		if d := net.Departures(); len(d) > 0 {
			t.Errorf("after %s, ordinary data departs: %+v", name, d)
		}
	}
	// One asked for by its name stays, and is said.
	net := build().prepare(t, Options{Watch: true, Algorithm: "winograd"})
	run(t, net, input(func(x []float32) { x[middle] = float32(math.NaN()) }))
	if d := net.Departures(); len(d) != 1 || d[0].Keeps || d[0].Algorithm != "winograd" || d[0].Why == "" {
		t.Errorf("departures %+v", d)
	}
	if !ops.IsAlgorithm("winograd") {
		t.Error("winograd has another name now")
	}
}

// An infinite weight shows in the outputs where its tap meets input, and in no other, whatever would have computed the layer.
func TestInfiniteWeightsMeetNoPadding(t *testing.T) {
	for _, c := range []struct{ channels, filter, groups, pointwise int }{{32, 3, 1, 0}, {8, 1, 1, 0}, {16, 3, 16, 0}, {32, 3, 32, 1}, {12, 5, 3, 0}, {3, 7, 1, 0}} {
		build := func() *builder {
			b := &builder{}
			shape := []int{1, c.channels, 12, 12}
			w := seeded("w", c.channels, c.channels/c.groups, c.filter, c.filter)
			tensor.Data[float32](w)[0] = float32(math.Inf(1)) // of the first corner
			attrs := map[string]any{"pads": []int64{1, 1, 1, 1}, "group": int64(c.groups)}
			out := []int{1, c.channels, 15 - c.filter, 15 - c.filter}
			v := b.op("Conv", "c", out, attrs, b.in("x", tensor.Float32, shape...), b.weight("w", w))
			for i := range c.pointwise { // a block, which is fused where that pays
				v = b.op("Conv", fmt.Sprint("p", i), out, nil, v, b.weight(fmt.Sprint("p", i, "w"), positive("p", c.channels, c.channels, 1, 1)))
			}
			b.out("y", v)
			return b
		}
		feeds := map[string]*tensor.Array{"x": positive("x", 1, c.channels, 12, 12)}
		want, net := build().prepare(t, Options{Algorithm: "reference", Without: []string{"all"}}), build().prepare(t, Options{Watch: true})
		run(t, want, feeds)
		run(t, net, feeds)
		for i, v := range tensor.Data[float32](want.Result(want.At[0])) {
			got := tensor.Data[float32](net.Result(net.At[0]))[i]
			if got != got != (v != v) || got == got && math.IsInf(float64(got), 0) != math.IsInf(float64(v), 0) {
				t.Fatalf("%+v: output %d is %g, want %g", c, i, got, v)
			}
		}
		if d := net.Departures(); len(d) != 1 || !d[0].Keeps {
			t.Errorf("%+v: departures %+v", c, d)
		}
	}
}

func TestSurvey(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	long := make([]float32, 1000)
	for i := range long {
		long[i] = -2
	}
	for _, c := range []struct {
		data       []float32
		most, mean float64
		odd        bool
	}{
		{nil, 0, 0, false}, {[]float32{-3}, 3, 3, false}, {[]float32{-3, nan, 1}, math.Inf(1), 0, true}, {[]float32{2, -inf}, math.Inf(1), 0, true},
		{[]float32{1, 1, 1, 1, 1, -3e38}, float64(float32(3e38)), 1, false}, {long, 2, 2, false}, {append(long, nan), math.Inf(1), 0, true},
		{append(long[:999:999], 7, 9), 9, 2, false},
	} {
		s := survey(c.data)
		if s.most != c.most || s.odd != c.odd || !c.odd && math.Abs(s.mean-c.mean) > 1e-6*c.mean {
			t.Errorf("%d numbers: %+v, want %g, %g, %t", len(c.data), s, c.most, c.mean, c.odd)
		}
	}
}
