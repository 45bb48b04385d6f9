package ops

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// TestAlgorithmsEqualReference holds every algorithm of every primitive to the reference on random integer-valued
// stages, in both element types, and checks what all plans promise: the output is overwritten, nothing else is written,
// and the number of threads changes no bit.
func TestAlgorithmsEqualReference(t *testing.T) {
	for _, kind := range layer.Kinds() {
		for i := range algorithms[kind] {
			a := &algorithms[kind][i]
			t.Run(string(kind)+"/"+a.Name, func(t *testing.T) {
				if a.prepare32 != nil {
					t.Run("float32", func(t *testing.T) { equalsReference[float32](t, kind, a) })
				}
				if a.prepare64 != nil {
					t.Run("float64", func(t *testing.T) { equalsReference[float64](t, kind, a) })
				}
			})
		}
	}
}

func equalsReference[T tensor.Float](t *testing.T, kind layer.Kind, a *algorithm) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		d := drawAccepted[T](t, kind, a)
		opt := Options{Algorithm: a.Name, Threads: rapid.IntRange(1, 3).Draw(t, "threads")}
		accepted++
		in, weights := integers[T](d, rapid.Uint64().Draw(t, "seed"))
		clamped := rapid.Bool().Draw(t, "clamped")
		want := runOn(t, d, in, weights, Options{Algorithm: referenceName, Threads: 1}, clamped)
		inBefore, weightsBefore := clones(in), clonesOf(weights)
		got := runOn(t, d, in, weights, opt, clamped)
		if i := differsBy(got, want, allowed(t, a, d, in, weights)); i >= 0 {
			t.Fatalf("%s: output %d is %v, the reference says %v", d, i, got.Data[i], want.Data[i])
		}
		for i := range in {
			if differs(in[i], inBefore[i]) >= 0 {
				t.Fatalf("%s: input %d was written to", d, i)
			}
		}
		for name := range weights {
			if differs(weights[name], weightsBefore[name]) >= 0 {
				t.Fatalf("%s: %s was written to", d, name)
			}
		}
	})
	if accepted == 0 {
		t.Error("no drawn stage was accepted: draw some that are")
	}
}

// runOn prepares a stage, runs it twice, the second time over NaN, and checks that both agree.
func runOn[T tensor.Float](t *rapid.T, d drawn, in []*tensor.Tensor[T], weights map[string]*tensor.Tensor[T], opt Options, clamped bool) *tensor.Tensor[T] {
	weights = clonesOf(weights)
	plan, err := prepare(d.stage, d.in, weights, opt, clamped)
	if err != nil {
		t.Fatalf("%s: %v", d, err)
	}
	if plan.Copies {
		for _, w := range weights {
			spoil(w)
		}
	}
	first, out := tensor.New[T](plan.Output...), tensor.New[T](plan.Output...)
	spoil(out)
	for _, y := range []*tensor.Tensor[T]{first, out} {
		if err := plan.Run(context.Background(), y, in...); err != nil {
			t.Fatalf("%s: %v", d, err)
		}
	}
	if i := differs(first, out); i >= 0 {
		t.Fatalf("%s: output %d is %v, then %v over NaN", d, i, first.Data[i], out.Data[i])
	}
	return out
}

// spoil makes every element NaN.
func spoil[T tensor.Float](x *tensor.Tensor[T]) {
	for i := range x.Data {
		x.Data[i] = T(math.NaN())
	}
}

// prepare is Prepare with, perhaps, an activation fused into the store.
func prepare[T tensor.Float](st layer.Stage, in [][]int, weights map[string]*tensor.Tensor[T], opt Options, clamped bool) (*Plan[T], error) {
	p, err := opt.problem(st, in)
	if err != nil {
		return nil, err
	}
	p.Float64 = problem.IsFloat64[T]()
	if clamped && st.Op.Kind().Multiplies() {
		p.Lo, p.Hi = 0, 6
	}
	return prepareProblem(p, weights, opt)
}

// differs is the first index at which two tensors are not ==, NaN equal to NaN; -1 if there is none.
func differs[T tensor.Float](a, b *tensor.Tensor[T]) int { return differsBy(a, b, 0) }

// differsBy allows a difference.
func differsBy[T tensor.Float](a, b *tensor.Tensor[T], allowed float64) int {
	if !slices.Equal(a.Shape, b.Shape) {
		return 0
	}
	for i, v := range a.Data {
		if w := b.Data[i]; v != w && (v == v || w == w) && !(math.Abs(float64(v-w)) <= allowed) {
			return i
		}
	}
	return -1
}

// allowed is how far an algorithm may be from the reference: its tolerance, or what a definition that rounds leaves open,
// times the largest output that the absolute values of the operands would give.
func allowed[T tensor.Float](t *rapid.T, a *algorithm, d drawn, in []*tensor.Tensor[T], weights map[string]*tensor.Tensor[T]) float64 {
	tolerance := a.tolerance
	if d.rounds {
		tolerance = max(tolerance, float64(4*epsilon[T]()))
	}
	if tolerance == 0 {
		return 0
	}
	in, weights = clones(in), clonesOf(weights)
	for _, x := range append(in[:1:1], slices.Collect(maps.Values(weights))...) {
		for i, v := range x.Data {
			x.Data[i] = T(math.Abs(float64(v)))
		}
	}
	most := 0.0
	for _, v := range runOn(t, d, in, weights, Options{Algorithm: referenceName}, false).Data {
		most = max(most, math.Abs(float64(v)))
	}
	return tolerance * most
}

// epsilon is the distance from 1 to the next number.
func epsilon[T tensor.Float]() T {
	if problem.IsFloat64[T]() {
		return T(math.Nextafter(1, 2) - 1)
	}
	return T(math.Nextafter32(1, 2) - 1)
}

func clonesOf[T tensor.Float](m map[string]*tensor.Tensor[T]) map[string]*tensor.Tensor[T] {
	m = maps.Clone(m)
	for name, t := range m {
		m[name] = t.Clone()
	}
	return m
}

// TestRunAllocatesNothing runs each algorithm on a layer large enough for several chunks, on one and on two threads.
func TestRunAllocatesNothing(t *testing.T) {
	eachExample(t, func(t *testing.T, a *algorithm, d drawn) {
		for _, threads := range []int{1, 2} {
			in, weights := integers[float32](d, 1)
			plan, err := Prepare(d.stage, d.in, weights, Options{Algorithm: a.Name, Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			out := tensor.New[float32](plan.Output...)
			run := func() {
				if err := plan.Run(t.Context(), out, in...); err != nil {
					t.Fatal(err)
				}
			}
			if n := testing.AllocsPerRun(5, run); n != 0 {
				t.Errorf("%s on %d threads allocates %v times a run", d, threads, n)
			}
		}
	})
}

// TestRunStops checks that a run whose context is done fails with the context's error.
func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	eachExample(t, func(t *testing.T, a *algorithm, d drawn) {
		in, weights := integers[float32](d, 1)
		plan, err := Prepare(d.stage, d.in, weights, Options{Algorithm: a.Name})
		if err != nil {
			t.Fatal(err)
		}
		if err := plan.Run(ctx, tensor.New[float32](plan.Output...), in...); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, not the context's error", d, err)
		}
	})
}

// eachExample calls test with every algorithm of every primitive and a layer that it accepts.
func eachExample(t *testing.T, test func(t *testing.T, a *algorithm, d drawn)) {
	examples := examples()
	for _, kind := range layer.Kinds() {
		for i := range algorithms[kind] {
			a := &algorithms[kind][i]
			t.Run(string(kind)+"/"+a.Name, func(t *testing.T) { test(t, a, exampleFor(t, a, examples[kind])) })
		}
	}
}

func TestSelection(t *testing.T) {
	d := examples()[layer.KindConv][0]
	_, weights := integers[float32](d, 1)
	for _, c := range []struct{ algorithm, chosen, err string }{
		{"reference", "reference", ""},
		{"im2col", "im2col", ""},
		{"fast", "", `unknown algorithm "fast"`},
		{"auto,-fast", "", `unknown algorithm "fast"`},
		{"im2col,reference", "", "mixes"},
		{"-reference", "", "cannot be left out"},
	} {
		plan, err := Prepare(d.stage, d.in, weights, Options{Algorithm: c.algorithm})
		switch {
		case err != nil && (c.err == "" || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: %v", c.algorithm, err)
		case err == nil && plan.Algorithm != c.chosen:
			t.Errorf("%s chose %s", c.algorithm, plan.Algorithm)
		}
	}
	for _, name := range Algorithms() {
		if name == referenceName {
			continue
		}
		plan, err := Prepare(d.stage, d.in, weights, Options{Algorithm: "auto,-" + name})
		if err != nil || plan.Algorithm == name {
			t.Errorf("auto,-%s chose it (%v)", name, err)
		}
	}
}
