package infer

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"convx/internal/tensor"
)

// Random graphs of concatenations, parts, views and elementwise operators, over values that live long and short, give what
// plain slices give: whatever is written into place, is in place.
func TestRandomPlaces(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for round := range 300 {
		b := &builder{}
		g := &literalGraph{b: b, r: r, width: 16}
		if r.IntN(2) == 0 {
			g.width = 1 + r.IntN(20) // parts that begin anywhere
		}
		g.input("x", 1+r.IntN(4))
		for i := range 3 + r.IntN(14) {
			g.step(fmt.Sprint("v", i))
		}
		outputs := []int{len(g.made) - 1}
		for i := range g.made {
			if r.IntN(8) == 0 && i != 0 {
				outputs = append(outputs, i)
			}
		}
		for i, o := range outputs {
			b.out(fmt.Sprint("y", i), g.made[o].value)
		}
		for _, o := range []Options{{}, {Threads: 2}, {Without: []string{"all"}}, {At: []string{"v*"}}} {
			net := b.prepare(t, o)
			for range 2 {
				run(t, net, map[string]*tensor.Array{"x": tensor.ArrayOf(g.made[0].data, 1, g.made[0].channels, g.width)})
				for _, p := range net.At {
					i := slices.IndexFunc(g.made, func(v literalValue) bool { return v.value == p.Value })
					if i < 0 { // one in between
						continue
					}
					if got := tensor.Data[float32](net.Result(p)); !slices.Equal(got, g.made[i].data) {
						t.Fatalf("round %d, %+v: %s is %v, want %v", round, o, p.Name, got, g.made[i].data)
					}
				}
			}
		}
	}
}

// literalGraph makes a program and what it computes, on arrays of 1 x channels x width.
type literalGraph struct {
	b     *builder
	r     *rand.Rand
	width int
	made  []literalValue
}

type literalValue struct {
	value, channels int
	data            []float32
}

func (g *literalGraph) input(name string, channels int) {
	data := make([]float32, channels*g.width)
	for i := range data {
		data[i] = float32(g.r.IntN(17) - 8)
	}
	g.made = append(g.made, literalValue{g.b.in(name, tensor.Float32, 1, channels, g.width), channels, data})
}

func (g *literalGraph) pick() literalValue {
	return g.made[max(0, len(g.made)-1-g.r.IntN(6))]
}

func (g *literalGraph) add(value, channels int, data []float32) {
	g.made = append(g.made, literalValue{value, channels, data})
}

func (g *literalGraph) step(name string) {
	x := g.pick()
	shape := []int{1, x.channels, g.width}
	switch op := g.r.IntN(9); {
	case op < 3: // a concatenation of some, perhaps of the same twice
		in, data, channels := []int{x.value}, slices.Clone(x.data), x.channels
		for range g.r.IntN(4) {
			v := g.pick()
			in, data, channels = append(in, v.value), append(data, v.data...), channels+v.channels
		}
		if channels < 200 {
			g.add(g.b.op("Concat", name, []int{1, channels, g.width}, map[string]any{"axis": int64(1)}, in...), channels, data)
		}
	case op == 3 && x.channels > 1:
		at := 1 + g.r.IntN(x.channels-1)
		lengths := g.b.weight(name+"n", tensor.ArrayOf([]int64{int64(at), int64(x.channels - at)}, 2))
		first, second := g.b.value(name, []int{1, at, g.width}), g.b.value(name+"b", []int{1, x.channels - at, g.width})
		g.b.p.Code = append(g.b.p.Code, instruction("Split", name, map[string]any{"axis": int64(1)}, []int{first, second}, []int{x.value, lengths}))
		g.add(first, at, x.data[:at*g.width])
		g.add(second, x.channels-at, x.data[at*g.width:])
	case op == 8: // a range of channels, counted from either end and beyond
		from := g.r.IntN(x.channels)
		to := from + 1 + g.r.IntN(x.channels-from)
		bounds := [2]int64{int64(from), int64(to)}
		if g.r.IntN(2) == 0 {
			bounds[0] -= int64(x.channels)
		}
		if to == x.channels && g.r.IntN(2) == 0 {
			bounds[1] += 5
		}
		in := []int{x.value}
		for i, v := range [...]int64{bounds[0], bounds[1], 1, 1} {
			in = append(in, g.b.weight(fmt.Sprint(name, "i", i), tensor.ArrayOf([]int64{v}, 1)))
		}
		g.add(g.b.op("Slice", name, []int{1, to - from, g.width}, nil, in...), to-from, x.data[from*g.width:to*g.width])
	case op == 4:
		to := g.b.weight(name+"to", tensor.ArrayOf([]int64{1, int64(x.channels), int64(g.width)}, 3))
		g.add(g.b.op("Reshape", name, shape, nil, x.value, to), x.channels, x.data)
	case op == 5:
		data := make([]float32, len(x.data))
		for i, v := range x.data {
			data[i] = -v
		}
		g.add(g.b.op("Neg", name, shape, nil, x.value), x.channels, data)
	case op == 6:
		v := g.pick()
		if v.channels != x.channels {
			return
		}
		data := make([]float32, len(x.data))
		for i := range data {
			data[i] = x.data[i]/2 + v.data[i]
		}
		half := g.b.op("Mul", name+"h", shape, nil, x.value, g.b.weight(name+"w", tensor.ArrayOf([]float32{0.5})))
		g.add(g.b.op("Add", name, shape, nil, half, v.value), x.channels, data)
	default:
		data := make([]float32, len(x.data))
		for i, v := range x.data {
			data[i] = max(0, v)
		}
		g.add(g.b.op("Relu", name, shape, nil, x.value), x.channels, data)
	}
}

// A block of layers that each read all before them holds every layer's channels once.
func TestDenseBlockIsJoinedInPlace(t *testing.T) {
	const width, layers = 64, 6
	b := &builder{}
	x := b.in("x", tensor.Float32, 1, 1, width)
	made := []int{b.op("Sigmoid", "s", []int{1, 1, width}, nil, x)}
	for i := range layers {
		whole := b.op("Concat", fmt.Sprint("c", i), []int{1, i + 1, width}, map[string]any{"axis": int64(1)}, made...)
		made = append(made, b.op("ReduceMax", fmt.Sprint("m", i), []int{1, 1, width}, map[string]any{"axes": []int64{1}}, whole))
		b.p.Code[len(b.p.Code)-1].Version = 13
	}
	b.out("y", b.op("Concat", "y", []int{1, layers + 1, width}, map[string]any{"axis": int64(1)}, made...))
	net := b.prepare(t, Options{})
	run(t, net, map[string]*tensor.Array{"x": seeded("x", 1, 1, width)})
	if want := 4 * width * (layers + 1); net.ActivationBytes() != want {
		t.Errorf("%d bytes of activations, want %d", net.ActivationBytes(), want)
	}
	for _, n := range net.nodes {
		if j, ok := n.step.(*joined); ok && j.pieces > 0 {
			t.Errorf("%s copies %d pieces", n.name, j.pieces)
		}
	}
}
