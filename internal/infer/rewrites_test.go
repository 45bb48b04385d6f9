package infer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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

// Chains of random elementwise operators on operands of random broadcast shapes give what the operators give one by one.
func TestRandomChains(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	unary := []string{"Relu", "Neg", "HardSigmoid", "HardSwish", "LeakyRelu", "Sigmoid", "Tanh", "Abs", "Clip"}
	binary := []string{"Add", "Sub", "Mul", "Div", "Pow"}
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
			if n := len(b.prepare(t, Options{}).nodes); (n == 1) != (op != "Sigmoid") {
				t.Errorf("%s of operator set %d: %d steps", op, version, n)
			}
		}
	}
}
