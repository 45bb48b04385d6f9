package array

import (
	"math"
	"slices"
	"testing"

	"convx/internal/tensor"
)

// shuffled is the numbers below n in some order.
func (d draws) shuffled(n int) []int64 {
	order := make([]int64, n)
	for i := range order {
		order[i] = int64(i)
	}
	for i := n - 1; i > 0; i-- {
		j := d.Int(0, i)
		order[i], order[j] = order[j], order[i]
	}
	return order
}

// same demands equal arrays of any type.
func same(t *testing.T, what string, got, want *tensor.Array) {
	t.Helper()
	if got.Elem != want.Elem || !slices.Equal(got.Shape, want.Shape) {
		t.Errorf("%s: %v, want %v", what, got, want)
		return
	}
	if got.Elem == tensor.String {
		if !slices.Equal(tensor.Data[string](got), tensor.Data[string](want)) {
			t.Errorf("%s: other strings", what)
		}
	} else if !slices.Equal(tensor.Raw(got), tensor.Raw(want)) {
		t.Errorf("%s of %v: other elements", what, got)
	}
}

func TestMovesBackAndForth(t *testing.T) {
	d := newDraws()
	for range 20 {
		for _, e := range tensor.Elems() {
			rank := d.Int(1, 5)
			x := d.array(e, d.shape(rank, 5)...)
			if d.Int(0, 9) == 0 {
				x = d.array(e, d.shape(rank, 40)[:1]...)
				rank = 1
			}
			order := d.shuffled(rank)
			back := make([]int64, rank)
			for i, k := range order {
				back[k] = int64(i)
			}
			turned := run(t, "Transpose", Attributes{"perm": order}, 1, x)[0]
			same(t, "Transpose twice", run(t, "Transpose", Attributes{"perm": back}, 1, turned)[0], x)

			axis := int64(d.Int(-rank, rank-1))
			n := x.Shape[(int(axis)+rank)%rank]
			first := int64(d.Int(0, n))
			parts := run(t, "Split", Attributes{"axis": axis}, 2, x, tensor.ArrayOf([]int64{first, int64(n) - first}, 2))
			same(t, "Split and Concat", run(t, "Concat", Attributes{"axis": axis}, 1, parts...)[0], x)

			flat := run(t, "Flatten", Attributes{"axis": axis}, 1, x)[0]
			shape := make([]int64, rank)
			for i, v := range x.Shape {
				shape[i] = int64(v)
			}
			same(t, "Flatten and Reshape", run(t, "Reshape", nil, 1, flat, tensor.ArrayOf(shape, rank))[0], x)
			wider := run(t, "Unsqueeze", nil, 1, x, tensor.ArrayOf([]int64{0, -1}, 2))[0]
			same(t, "Unsqueeze and Squeeze", run(t, "Squeeze", nil, 1, wider, tensor.ArrayOf([]int64{-1, 0}, 2))[0], x)
		}
	}
}

func TestTransposeOfLargeMatrices(t *testing.T) {
	d := newDraws()
	x := d.array(tensor.Float32, 3, 37, 70)
	out := tensor.Data[float32](run(t, "Transpose", Attributes{"perm": []int64{0, 2, 1}}, 1, x)[0])
	for i, v := range tensor.Data[float32](x) {
		b, r, c := i/(37*70), i/70%37, i%70
		if out[(b*70+c)*37+r] != v {
			t.Fatalf("element %d, %d, %d", b, r, c)
		}
	}
}

func TestBlocksBackAndForth(t *testing.T) {
	d := newDraws()
	for range 20 {
		b := d.Int(1, 3)
		x := d.array(tensor.Int16, d.Int(1, 2), d.Int(1, 3), b*d.Int(1, 3), b*d.Int(1, 4))
		size := Attributes{"blocksize": int64(b)}
		same(t, "SpaceToDepth and DepthToSpace", run(t, "DepthToSpace", size, 1, run(t, "SpaceToDepth", size, 1, x)[0])[0], x)
	}
}

// TestScatteredIsGathered writes slices at distinct places and reads them there.
func TestScatteredIsGathered(t *testing.T) {
	d := newDraws()
	for range 30 {
		shape := d.shape(d.Int(1, 4), 4)
		e := tensor.Elems()[d.Int(0, len(tensor.Elems())-1)]
		x := d.array(e, shape...)
		k := d.Int(1, len(shape))
		places := 1
		for _, n := range shape[:k] {
			places *= n
		}
		count := d.Int(1, places)
		indices := make([]int64, 0, count*k)
		for _, place := range d.shuffled(places)[:count] {
			tuple := make([]int64, k)
			for j := k - 1; j >= 0; j-- {
				tuple[j] = place % int64(shape[j])
				place /= int64(shape[j])
				if d.Int(0, 1) == 0 {
					tuple[j] -= int64(shape[j]) // counted from the end
				}
			}
			indices = append(indices, tuple...)
		}
		where := tensor.ArrayOf(indices, count, k)
		updates := d.array(e, append([]int{count}, shape[k:]...)...)
		out := run(t, "ScatterND", nil, 1, x, where, updates)[0]
		same(t, "ScatterND and GatherND", run(t, "GatherND", nil, 1, out, where)[0], updates)
	}
}

// TestSliceAgreesWithIndices takes every element of a slice by its index.
func TestSliceAgreesWithIndices(t *testing.T) {
	d := newDraws()
	for range 200 {
		n := d.Int(1, 7)
		start, end, step := d.Int(-9, 9), d.Int(-9, 9), d.Int(1, 3)*(2*d.Int(0, 1)-1)
		x := d.array(tensor.Int32, 2, n)
		var want []int32
		from, to := start, end
		if from < 0 {
			from += n
		}
		if to < 0 {
			to += n
		}
		if end == 9 { // no end, in whichever direction
			end = []int{math.MaxInt32, math.MaxInt}[d.Int(0, 1)]
			if to = n; step < 0 {
				to = -1
			}
		}
		if step > 0 {
			from = min(max(from, 0), n)
		} else {
			from = min(max(from, 0), n-1)
		}
		for row := range 2 {
			for i := from; i >= 0 && i < n && (step > 0 && i < to || step < 0 && i > to); i += step {
				want = append(want, tensor.Data[int32](x)[row*n+i])
			}
		}
		one := func(v int) *tensor.Array { return tensor.ArrayOf([]int64{int64(v)}, 1) }
		out := run(t, "Slice", nil, 1, x, one(start), one(end), one(1), one(step))[0]
		if !slices.Equal(tensor.Data[int32](out), want) {
			t.Errorf("[%d:%d:%d] of %d: %v, want %v", start, end, step, n, tensor.Data[int32](out), want)
		}
	}
}

func TestPadModes(t *testing.T) {
	x := tensor.ArrayOf([]int8{1, 2, 3}, 3)
	for mode, want := range map[string][]int8{
		"constant": {9, 9, 1, 2, 3, 9}, "edge": {1, 1, 1, 2, 3, 3}, "reflect": {3, 2, 1, 2, 3, 2}, "wrap": {2, 3, 1, 2, 3, 1},
	} {
		out := run(t, "Pad", Attributes{"mode": mode}, 1, x, tensor.ArrayOf([]int64{2, 1}, 2), tensor.ArrayOf([]int8{9}))[0]
		if got := tensor.Data[int8](out); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", mode, got, want)
		}
	}
}
