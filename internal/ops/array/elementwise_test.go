package array

import (
	"math"
	"slices"
	"testing"

	"convx/internal/tensor"
)

// run runs an operator at opset 21.
func run(t *testing.T, op string, attributes Attributes, outputs int, in ...*tensor.Array) []*tensor.Array {
	t.Helper()
	c := &Call{Op: op, Version: 21, Attributes: attributes, In: in, Out: make([]*tensor.Array, outputs)}
	if err := Run(c); err != nil {
		t.Fatalf("%s of %v: %v", op, in, err)
	}
	return c.Out
}

// at is where the element of a broadcast array lies that stands at index of shape.
func at(in, shape []int, index int) int {
	place, step := 0, 1
	for i := len(shape) - 1; i >= 0; i-- {
		k := i - (len(shape) - len(in))
		if k >= 0 {
			if in[k] > 1 {
				place += index % shape[i] * step
			}
			step *= in[k]
		}
		index /= shape[i]
	}
	return place
}

// thinned is a shape that broadcasts to the given one: some axes are 1, the first ones may be left out.
func (d draws) thinned(shape []int) []int {
	thin := slices.Clone(shape)
	for i := range thin {
		if d.Int(0, 2) == 0 {
			thin[i] = 1
		}
	}
	return thin[d.Int(0, len(thin)):]
}

func TestArithmeticAgreesWithDefinition(t *testing.T) {
	ops := map[string]func(a, b float64) float64{
		"Add": func(a, b float64) float64 { return a + b },
		"Sub": func(a, b float64) float64 { return a - b },
		"Mul": func(a, b float64) float64 { return a * b },
		"Max": math.Max, "Min": math.Min,
		"PRelu": func(a, b float64) float64 {
			if a < 0 {
				return a * b
			}
			return a
		},
	}
	verdicts := map[string]func(a, b float64) bool{
		"Less": func(a, b float64) bool { return a < b }, "LessOrEqual": func(a, b float64) bool { return a <= b },
		"Greater": func(a, b float64) bool { return a > b }, "GreaterOrEqual": func(a, b float64) bool { return a >= b },
		"Equal": func(a, b float64) bool { return a == b },
	}
	d := newDraws()
	for range 40 {
		for _, e := range numbers.List() {
			shape := d.shape(d.Int(0, 4), 4)
			a, b := d.array(e, d.thinned(shape)...), d.array(e, d.thinned(shape)...)
			x, y := numbersOf(a), numbersOf(b)
			for name, f := range ops {
				out := run(t, name, nil, 1, a, b)[0]
				want := tensor.ArrayOf(make([]float64, out.Len()), out.Shape...)
				for i := range tensor.Data[float64](want) {
					tensor.Data[float64](want)[i] = f(x[at(a.Shape, out.Shape, i)], y[at(b.Shape, out.Shape, i)])
				}
				rounded, _ := tensor.NewArray(e, out.Shape...)
				ints := tensor.ArrayOf(make([]int64, out.Len()), out.Shape...) // which keep their low bits, as the type does
				if e.IsInteger() {
					convert(ints, want)
					convert(rounded, ints)
				} else {
					convert(rounded, want)
				}
				if diff := differ(out, rounded, 1e-6); diff != "" {
					t.Errorf("%s of %v and %v: %s", name, a, b, diff)
				}
			}
			for name, f := range verdicts {
				out := run(t, name, nil, 1, a, b)[0]
				for i, v := range tensor.Data[bool](out) {
					if p, q := x[at(a.Shape, out.Shape, i)], y[at(b.Shape, out.Shape, i)]; v != f(p, q) {
						t.Errorf("%s of %v: %v and %v", name, e, p, q)
					}
				}
			}
		}
	}
}

func TestQuotientsAndRemaindersOfIntegers(t *testing.T) {
	a, b := tensor.ArrayOf([]int8{-128, -7, 7, 7}, 4), tensor.ArrayOf([]int8{-1, 2, -2, 2}, 4)
	for _, c := range []struct {
		op   string
		fmod int64
		want []int8
	}{{"Div", 0, []int8{-128, -3, -3, 3}}, {"Mod", 0, []int8{0, 1, -1, 1}}, {"Mod", 1, []int8{0, -1, 1, 1}}} {
		attributes := Attributes{}
		if c.op == "Mod" {
			attributes["fmod"] = c.fmod
		}
		if got := tensor.Data[int8](run(t, c.op, attributes, 1, a, b)[0]); !slices.Equal(got, c.want) {
			t.Errorf("%s %d: %v, want %v", c.op, c.fmod, got, c.want)
		}
	}
	zero := &Call{Op: "Div", In: []*tensor.Array{a, tensor.ArrayOf([]int8{0})}, Out: make([]*tensor.Array, 1)}
	if err := Run(zero); err == nil || err.Error() != "Div: integer division by zero" {
		t.Errorf("division by zero: %v", err)
	}
	big := tensor.ArrayOf([]uint64{math.MaxUint64, 1 << 63}, 2)
	if got := tensor.Data[uint64](run(t, "Div", nil, 1, big, tensor.ArrayOf([]uint64{2}))[0]); got[0] != math.MaxUint64/2 || got[1] != 1<<62 {
		t.Errorf("uint64 quotients %v", got)
	}
}

// TestFunctionsAgreeWithDefinition compares float32 loops with the function in float64, and half floats with it rounded.
func TestFunctionsAgreeWithDefinition(t *testing.T) {
	var x []float32
	for v := float32(-12); v <= 12; v += 0.037 {
		x = append(x, v)
	}
	x = append(x, 0, 1e-6, -1e-6, 88, -88, 1e4, -1e4, inf, -inf, float32(math.NaN()))
	for _, f := range functions.Get() {
		var p [2]float64
		for i, parameter := range f.parameters {
			p[i] = parameter.otherwise
		}
		out := tensor.Data[float32](run(t, f.name, nil, 1, tensor.ArrayOf(x, len(x)))[0])
		for i, v := range x {
			want := f.f(float64(v), p[0], p[1])
			if got := float64(out[i]); math.Abs(got-want) > 4e-6*math.Max(math.Abs(want), 0.01) || math.IsNaN(got) != math.IsNaN(want) {
				if float32(want) != out[i] {
					t.Errorf("%s of %v is %v, want %v", f.name, v, got, want)
					break
				}
			}
		}
	}
}

func TestHalvesAreRoundedOnce(t *testing.T) {
	a := tensor.ArrayOf([]tensor.F16{tensor.ToF16(1), tensor.ToF16(2048)}, 2)
	b := tensor.ArrayOf([]tensor.F16{tensor.ToF16(0.0004883), tensor.ToF16(3)}, 2)
	got := run(t, "Add", nil, 1, a, b)[0]
	if v := numbersOf(got); got.Elem != tensor.Float16 || v[0] != 1 || v[1] != 2052 {
		t.Errorf("%v: %v, want 1 and 2052", got, v)
	}
}

// Powers of whole quarters go by roots and products: as math.Pow has them, of negative numbers and of none too.
func TestPowersOfQuarters(t *testing.T) {
	base := []float32{0, 1, 0.3, 7, 1e-9, 3e8, -2, -0.5, inf, -inf, float32(math.NaN())}
	for quarters := -2; quarters < 20; quarters++ {
		e := float32(quarters) / 4
		got := tensor.Data[float32](run(t, "Pow", nil, 1, tensor.ArrayOf(slices.Clone(base), len(base)), tensor.ArrayOf([]float32{e}))[0])
		for i, x := range base {
			want := float32(math.Pow(float64(x), float64(e)))
			if d := math.Abs(float64(got[i] - want)); got[i] != want && !(d <= 3e-7*math.Abs(float64(want))) && (got[i] == got[i] || want == want) {
				t.Errorf("%v to the %v is %v, want %v", x, e, got[i], want)
			}
		}
	}
}
