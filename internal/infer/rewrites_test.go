package infer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"convx/internal/tensor"
)

// seeded is an array of numbers in [-1, 1), or in [0.5, 1.5) where they are to be divided by.
func seeded(name string, shape ...int) *tensor.Array {
	t := tensor.New[float32](shape...)
	tensor.FillUniform(t, tensor.NewStream(1, name), 1)
	return tensor.FromTensor(t)
}

func positive(name string, shape ...int) *tensor.Array {
	a := seeded(name, shape...)
	for i, v := range tensor.Data[float32](a) {
		tensor.Data[float32](a)[i] = 1 + v/2
	}
	return a
}

// same runs a program as it is rewritten, without each rewrite, and with every value kept: outputs agree within rounding.
func same(t *testing.T, b *builder, feeds map[string]*tensor.Array) {
	t.Helper()
	plain := b.prepare(t, Options{Without: []string{"all"}, At: []string{"*"}})
	run(t, plain, feeds)
	want := map[int]*tensor.Array{}
	for _, p := range plain.At {
		want[p.Value] = plain.Result(p)
	}
	variants := []Options{{}, {At: []string{"*"}}, {Threads: 2}}
	for _, r := range Rewrites() {
		variants = append(variants, Options{Without: []string{r}})
	}
	for _, o := range variants {
		net := b.prepare(t, o)
		for range 2 { // what a run leaves behind does not matter to the next
			run(t, net, feeds)
			for _, p := range net.At {
				if err := near(net.Result(p), want[p.Value]); err != nil {
					t.Fatalf("%+v: %s: %v", o, p.Name, err)
				}
			}
		}
	}
}

func near(got, want *tensor.Array) error {
	if got == nil || got.Elem != want.Elem || !slices.Equal(got.Shape, want.Shape) {
		return fmt.Errorf("%v, want %v", got, want)
	}
	largest := 1.0
	x, y := tensor.Data[float32](got), tensor.Data[float32](want)
	for _, v := range y {
		largest = max(largest, math.Abs(float64(v)))
	}
	for i := range x {
		if d := math.Abs(float64(x[i]) - float64(y[i])); !(d <= 1e-5*largest) {
			return fmt.Errorf("element %d is %g, want %g", i, x[i], y[i])
		}
	}
	return nil
}

// The page about networks says what each rewrite does.
func TestRewritesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/networks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Rewrites() {
		if !strings.Contains(string(page), "| `"+name+"` | ") {
			t.Errorf("docs/networks.md does not say what %s does", name)
		}
	}
}

// Chains of random elementwise operators on operands of random broadcast shapes give what the operators give one by one.
func TestRandomChains(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	unary := []string{"Relu", "Neg", "HardSigmoid", "HardSwish", "LeakyRelu", "Sigmoid", "Tanh", "Abs", "Clip"}
	binary := []string{"Add", "Sub", "Mul", "Div", "Pow", "PRelu"}
	for round := range 60 {
		b := &builder{}
		rank := 1 + r.IntN(4)
		shape := make([]int, rank)
		for i := range shape {
			shape[i] = 1 + r.IntN(9)
		}
		if r.IntN(6) == 0 {
			shape[rank-1] = 5000
		}
		made := []int{b.in("x", tensor.Float32, shape...)}
		for i := range 3 + r.IntN(8) {
			name := fmt.Sprint("v", i)
			from := made[len(made)-1-min(r.IntN(3)/2, len(made)-1)]
			if op := unary[r.IntN(len(unary))]; r.IntN(2) == 0 {
				in := []int{from}
				if op == "Clip" {
					in = append(in, b.weight(name+"lo", tensor.ArrayOf([]float32{-0.3})), b.weight(name+"hi", tensor.ArrayOf([]float32{0.6})))
				}
				made = append(made, b.op(op, name, shape, nil, in...))
				continue
			}
			op := binary[r.IntN(len(binary))]
			other := slices.Clone(shape)
			for i := range other {
				if r.IntN(2) == 0 {
					other[i] = 1
				}
			}
			var operand int
			switch {
			case op == "Pow":
				operand = b.weight(name+"w", tensor.ArrayOf([]float32{2}))
			case r.IntN(3) == 0 && op != "Div":
				operand = made[r.IntN(len(made))]
			default:
				operand = b.weight(name+"w", positive(name, other[r.IntN(rank):]...))
			}
			if op == "Add" || op == "Mul" || op == "Sub" {
				if r.IntN(2) == 0 {
					from, operand = operand, from
				}
			}
			made = append(made, b.op(op, name, shape, nil, from, operand))
		}
		b.out("y", made[len(made)-1])
		t.Run(fmt.Sprint(round), func(t *testing.T) { same(t, b, map[string]*tensor.Array{"x": seeded("x", shape...)}) })
	}
}

// A convolution takes up the activations that its store has, and no other.
func TestClamps(t *testing.T) {
	for _, op := range []string{"Relu", "Clip", "Sigmoid"} {
		for _, version := range []int{6, 13} {
			b := &builder{}
			x := b.in("x", tensor.Float32, 1, 3, 9, 8)
			c := b.op("Conv", "c", []int{1, 4, 9, 8}, map[string]any{"pads": []int64{1, 1, 1, 1}}, x, b.weight("w", seeded("w", 4, 3, 3, 3)), b.weight("b", seeded("b", 4)))
			in := []int{c}
			attributes := map[string]any{}
			if op == "Clip" && version >= 11 {
				in = append(in, b.weight("lo", tensor.ArrayOf([]float32{0})), b.weight("hi", tensor.ArrayOf([]float32{6})))
			} else if op == "Clip" {
				attributes["min"], attributes["max"] = 0.0, 6.0
			}
			b.out("y", b.op(op, "y", []int{1, 4, 9, 8}, attributes, in...))
			b.p.Code[1].Version = version
			same(t, b, map[string]*tensor.Array{"x": seeded("x", 1, 3, 9, 8)})
			if net := b.prepare(t, Options{}); len(net.nodes) != 1 || (net.nodes[0].clamp != "") != (op != "Sigmoid") {
				t.Errorf("%s of operator set %d: %d steps", op, version, len(net.nodes))
			}
		}
	}
}

// What scales and shifts channels after a convolution goes into its weights, grouped and transposed ones too.
func TestAffineFolds(t *testing.T) {
	for _, c := range []struct {
		op     string
		weight []int
		groups int64
		out    []int
	}{
		{"Conv", []int{6, 2, 3, 3}, 2, []int{2, 6, 5, 6}},
		{"Conv", []int{4, 4, 3, 3}, 1, []int{2, 4, 5, 6}},
		{"ConvTranspose", []int{4, 3, 3, 3}, 2, []int{2, 6, 9, 10}},
	} {
		for _, bias := range []bool{false, true} {
			b := &builder{}
			channels := c.out[1]
			x := b.in("x", tensor.Float32, 2, 4, 7, 8)
			in := []int{x, b.weight("w", seeded("w", c.weight...))}
			if bias {
				in = append(in, b.weight("b", seeded("b", channels)))
			}
			v := b.op(c.op, "c", c.out, map[string]any{"group": c.groups}, in...)
			v = b.op("BatchNormalization", "n", c.out, nil, v, b.weight("s", seeded("s", channels)), b.weight("t", seeded("t", channels)),
				b.weight("m", seeded("m", channels)), b.weight("v", positive("v", channels)))
			v = b.op("Mul", "p", c.out, nil, b.weight("k", seeded("k", channels, 1, 1)), v)
			v = b.op("Add", "a", c.out, nil, v, b.weight("one", tensor.ArrayOf([]float32{0.25})))
			v = b.op("Relu", "y", c.out, nil, v)
			b.out("y", v)
			same(t, b, map[string]*tensor.Array{"x": seeded("x", 2, 4, 7, 8)})
			if n := len(b.prepare(t, Options{}).nodes); n != 1 {
				t.Errorf("%s, bias %t: %d steps", c.op, bias, n)
			}
		}
	}
	b := &builder{} // a normalisation without a convolution
	v := b.op("BatchNormalization", "n", []int{2, 3, 50}, nil, b.in("x", tensor.Float32, 2, 3, 50), b.weight("s", seeded("s", 3)), b.weight("t", seeded("t", 3)),
		b.weight("m", seeded("m", 3)), b.weight("v", positive("v", 3)))
	b.out("y", b.op("Relu", "y", []int{2, 3, 50}, nil, v))
	same(t, b, map[string]*tensor.Array{"x": seeded("x", 2, 3, 50)})
	if n := len(b.prepare(t, Options{}).nodes); n != 1 {
		t.Errorf("a normalisation and its activation: %d steps", n)
	}
}

// Products with known right operands, of all sizes around the tiles.
func TestProducts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		m, k, n := 1+r.IntN(70), 1+r.IntN(300), 1+r.IntN(60)
		b := &builder{}
		x := b.in("x", tensor.Float32, m, k)
		var y int
		switch r.IntN(3) {
		case 0:
			y = b.op("MatMul", "y", []int{m, n}, nil, x, b.weight("w", seeded("w", k, n)))
		case 1:
			y = b.op("Gemm", "y", []int{m, n}, nil, x, b.weight("w", seeded("w", k, n)), b.weight("b", seeded("b", n)))
		case 2:
			y = b.op("Gemm", "y", []int{m, n}, map[string]any{"transB": int64(1)}, x, b.weight("w", seeded("w", n, k)), b.weight("b", seeded("b", 1)))
		}
		b.out("y", y)
		feeds := map[string]*tensor.Array{"x": seeded("x", m, k)}
		net := b.prepare(t, Options{Threads: 1 + r.IntN(3)})
		run(t, net, feeds)
		_, tiles := net.nodes[0].step.(*matmul)
		if _, few := net.nodes[0].step.(*matvec); !few && !tiles {
			t.Fatalf("%dx%dx%d runs as %T", m, k, n, net.nodes[0].step)
		}
		got := net.Result(net.At[0])
		net.nodes[0].step = net.general(net.nodes[0])
		net.nodes[0].in = net.program.Code[0].In
		net.nodes[0].step = net.general(net.nodes[0])
		for _, v := range net.nodes[0].in {
			if _, err := net.constant(v); err != nil {
				t.Fatal(err)
			}
		}
		got = got.Clone()
		run(t, net, feeds)
		if err := near(got, net.Result(net.At[0])); err != nil {
			t.Errorf("%dx%dx%d: %v", m, k, n, err)
		}
	}
}
