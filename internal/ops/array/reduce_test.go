package array

import (
	"math"
	"slices"
	"testing"

	"convx/internal/tensor"
)

// TestReductionsAgreeWithDefinition folds over random axes of every type, empty ones among them.
func TestReductionsAgreeWithDefinition(t *testing.T) {
	definitions := map[string]func(v []float64) float64{
		"ReduceSum": func(v []float64) float64 { return sumWith(v, func(x float64) float64 { return x }) },
		"ReduceMean": func(v []float64) float64 {
			return sumWith(v, func(x float64) float64 { return x }) / float64(len(v))
		},
		"ReduceProd": func(v []float64) float64 {
			p := 1.0
			for _, x := range v {
				p *= x
			}
			return p
		},
		"ReduceMax":       slices.Max[[]float64],
		"ReduceMin":       slices.Min[[]float64],
		"ReduceL1":        func(v []float64) float64 { return sumWith(v, math.Abs) },
		"ReduceL2":        func(v []float64) float64 { return math.Sqrt(sumWith(v, func(x float64) float64 { return x * x })) },
		"ReduceSumSquare": func(v []float64) float64 { return sumWith(v, func(x float64) float64 { return x * x }) },
		"ReduceLogSum":    func(v []float64) float64 { return math.Log(sumWith(v, func(x float64) float64 { return x })) },
		"ReduceLogSumExp": func(v []float64) float64 { return math.Log(sumWith(v, math.Exp)) },
	}
	d := newDraws()
	for range 30 {
		for name, f := range definitions {
			e := []tensor.Elem{tensor.Float32, tensor.Float64, tensor.Float16, tensor.Int32, tensor.Uint8, tensor.Uint64}[d.Int(0, 5)]
			if name == "ReduceLogSum" {
				e = tensor.Float64
			}
			rank := d.Int(1, 5)
			shape := d.shape(rank, 3)
			for range 2 { // some axes are long enough for kernels
				shape[d.Int(0, rank-1)] *= []int{1, 1, 9, 23}[d.Int(0, 3)]
			}
			x := d.array(e, shape...)
			axes := d.shuffled(rank)[:d.Int(1, rank)]
			keep := d.Int(0, 1)
			out := run(t, name, Attributes{"keepdims": int64(keep)}, 1, x, tensor.ArrayOf(axes, len(axes)))[0]
			want := reduced(x, axes, keep == 1, f)
			if e.IsInteger() {
				for i, v := range tensor.Data[float64](want) {
					tensor.Data[float64](want)[i] = math.Trunc(v)
				}
			}
			typed, _ := tensor.NewArray(e, want.Shape...)
			low := tensor.ArrayOf(make([]int64, want.Len()), want.Shape...)
			if e.IsInteger() {
				convert(low, want)
				want = low
			}
			convert(typed, want)
			if diff := differ(out, typed, 2e-3); diff != "" {
				t.Errorf("%s of %v along %v: %s", name, x, axes, diff)
			}
		}
	}
}

func sumWith(v []float64, f func(float64) float64) float64 {
	var sum float64
	for _, x := range v {
		sum += f(x)
	}
	return sum
}

// reduced collects the elements of each result and folds them.
func reduced(x *tensor.Array, axes []int64, keep bool, f func([]float64) float64) *tensor.Array {
	var shape, kept []int
	for i, n := range x.Shape {
		if slices.Contains(axes, int64(i)) {
			kept = append(kept, 1)
			if keep {
				shape = append(shape, 1)
			}
			continue
		}
		kept, shape = append(kept, n), append(shape, n)
	}
	groups := make([][]float64, sizeOf(kept))
	for i, v := range numbersOf(x) {
		place := at(kept, x.Shape, i)
		groups[place] = append(groups[place], v)
	}
	out := tensor.ArrayOf(make([]float64, len(groups)), shape...)
	for i, g := range groups {
		tensor.Data[float64](out)[i] = f(g)
	}
	return out
}

// Sums in float32 that leave its range on the way are those of float64, along every axis and however long.
func TestReductionsBeyondFloat32(t *testing.T) {
	for _, inner := range []int{1, 2, 9} {
		for _, n := range []int{3, 40, 200} {
			for _, c := range []struct {
				op      string
				v, want float64
			}{
				{"ReduceMean", 3e38, 3e38}, {"ReduceL2", 1e30, 1e30 * math.Sqrt(float64(n))}, {"ReduceL2", 1e-25, 1e-25 * math.Sqrt(float64(n))}, {"ReduceL2", 0, 0},
				{"ReduceSum", math.Inf(-1), math.Inf(-1)}, {"ReduceSumSquare", 1e30, math.Inf(1)},
			} {
				x := tensor.ArrayOf(slices.Repeat([]float32{float32(c.v)}, 70*n*inner), 70, n, inner)
				for _, got := range tensor.Data[float32](run(t, c.op, nil, 1, x, tensor.ArrayOf([]int64{1}, 1))[0]) {
					if float64(got) != c.want && !(math.Abs(float64(got)/c.want-1) < 1e-6) {
						t.Fatalf("%s of %d of %g, %d beside each other: %g, want %g", c.op, n, c.v, inner, got, c.want)
					}
				}
			}
		}
	}
}

func TestReductionsOfNothing(t *testing.T) {
	for name, want := range map[string]float64{
		"ReduceSum": 0, "ReduceProd": 1, "ReduceMax": math.Inf(-1), "ReduceMin": math.Inf(1), "ReduceL2": 0, "ReduceLogSumExp": math.Inf(-1), "ReduceMean": math.NaN(),
	} {
		x, _ := tensor.NewArray(tensor.Float32, 2, 0, 3)
		out := run(t, name, Attributes{"keepdims": int64(0)}, 1, x, tensor.ArrayOf([]int64{1}, 1))[0]
		for _, v := range numbersOf(out) {
			if v != want && !(math.IsNaN(v) && math.IsNaN(want)) {
				t.Errorf("%s of nothing is %v, want %v", name, v, want)
			}
		}
		if !slices.Equal(out.Shape, []int{2, 3}) {
			t.Errorf("%s: shape %v", name, out.Shape)
		}
	}
	none, _ := tensor.NewArray(tensor.Int8, 0)
	if v := tensor.Data[int8](run(t, "ReduceMax", nil, 1, none)[0]); v[0] != -128 {
		t.Errorf("the largest of no int8 is %d", v[0])
	}
}

func TestRanksHoldTheirOrder(t *testing.T) {
	d := newDraws()
	for range 20 {
		shape := d.shape(3, 6)
		axis := d.Int(0, 2)
		x := d.array(tensor.Int32, shape...)
		n := shape[axis]
		out := run(t, "TopK", Attributes{"axis": int64(axis)}, 2, x, tensor.ArrayOf([]int64{int64(n)}, 1))
		same(t, "GatherElements of TopK", run(t, "GatherElements", Attributes{"axis": int64(axis)}, 1, x, out[1])[0], out[0])
		best := run(t, "ArgMax", Attributes{"axis": int64(axis)}, 1, x)[0]
		first := run(t, "Slice", nil, 1, out[1], tensor.ArrayOf([]int64{0}, 1), tensor.ArrayOf([]int64{1}, 1), tensor.ArrayOf([]int64{int64(axis)}, 1))[0]
		same(t, "ArgMax", best, first)
	}
}
