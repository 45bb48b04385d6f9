package onnx

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"convx/internal/network"
)

// numbered is a float tensor with raw data.
func numbered(name string, dims []int, at func(i int) float64) tensorMsg {
	m, raw, n := msg{}, []byte{}, 1
	for _, d := range dims {
		m, n = m.int(1, int64(d)), n*d
	}
	for i := range n {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(at(i))))
	}
	return tensorMsg(m.int(2, int64(elemFloat)).str(8, name).bytes(9, raw))
}

// Constants that are combined with data are parameters where somebody trains them: by what they are made of, and by their
// numbers.
func TestConstantsThatNobodyTrains(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	random := func(int) float64 { return rnd.NormFloat64() }
	const window, heads = 5, 3
	const positions = window * window
	table := make([]float64, heads*(2*window-1)*(2*window-1))
	for i := range table {
		table[i] = rnd.NormFloat64()
	}
	unrolled := func(i int) float64 { // heads x positions x positions
		head, from, to := i/(positions*positions), i/positions%positions, i%positions
		y, x := from/window-to/window+window-1, from%window-to%window+window-1
		return table[(head*(2*window-1)+y)*(2*window-1)+x]
	}
	for _, c := range []struct {
		name              string
		x                 []any
		parts             []any
		params, constants int64
	}{
		{"a position embedding", []any{1, 50, 32}, of(numbered("p", []int{1, 50, 32}, random), nodeMsg("Add", "x p", "y")), 1600, 0},
		{"one that is not trained yet", []any{1, 50, 32}, of(numbered("p", []int{1, 50, 32}, func(int) float64 { return 0 }), nodeMsg("Add", "x p", "y")), 1600, 0},
		{"one whose numbers are elsewhere", []any{1, 50, 32}, of(weights("p", 1, 50, 32), nodeMsg("Add", "x p", "y")), 1600, 0},
		{"a class token", []any{1, 49, 32}, of(numbered("c", []int{1, 1, 32}, random), nodeMsg("Concat", "c x", "y", attr("axis", 1))), 32, 0},
		{"a class token, expanded", []any{2, 49, 32}, of(numbered("c", []int{1, 1, 32}, random), ints("s", 2, 1, 32), nodeMsg("Expand", "c s", "e"), nodeMsg("Concat", "e x", "y", attr("axis", 1))), 32, 0},
		{"a token along the last axis", []any{1, 4, 9}, of(numbered("c", []int{1, 4, 16}, random), nodeMsg("Concat", "c x", "y", attr("axis", 2))), 64, 0},
		{"a mask", []any{1, 3, 20, 20}, of(numbered("m", []int{20, 20}, func(i int) float64 { return []float64{0, -100}[min(i/20/(i%20+1), 1)] }), nodeMsg("Add", "x m", "y")), 0, 400},
		{"a mask of run time", []any{1, 3, 20, 20}, of(ints("s", 20, 20), nodeMsg("ConstantOfShape", "s", "m"), nodeMsg("Add", "x m", "y")), 0, 400},
		{"an unrolled table", []any{4, heads, positions, positions}, of(numbered("b", []int{1, heads, positions, positions}, unrolled), nodeMsg("Add", "x b", "y")), int64(len(table)), int64(heads*positions*positions - len(table))},
		{"a table, gathered", []any{4, heads, 10, 10}, of(numbered("t", []int{heads, 19}, random), ints("i", make([]int64, 100)...), ints("s", 1, heads, 10, 10), nodeMsg("Gather", "t i", "g", attr("axis", 1)), nodeMsg("Reshape", "g s", "b"), nodeMsg("Add", "x b", "y")), heads * 19, 0},
		{"prior boxes", []any{1, 1600, 4}, of(numbered("b", []int{1, 1600, 4}, func(i int) float64 { return []float64{float64(i/4%40) / 40, float64(i/160) / 40, 0.1, 0.2}[i%4] }), nodeMsg("Mul", "x b", "y")), 0, 6400},
		{"cells and strides", []any{1, 2, 2100}, of(numbered("g", []int{1, 2, 2100}, func(i int) float64 { return float64(i%2100%40) + 0.5 }), numbered("s", []int{1, 2100}, func(i int) float64 { return []float64{8, 16, 32}[i/700] }), nodeMsg("Add", "x g", "a"), nodeMsg("Mul", "a s", "y")), 0, 6300},
		{"a normalised weight", []any{1, 3, 4, 4}, of(numbered("v", []int{8, 3, 1, 1}, random), numbered("g", []int{8, 1, 1, 1}, random), nodeMsg("Mul", "v g", "w"), nodeMsg("Conv", "x w", "y")), 32, 0},
		{"two parts of one array", []any{1, 3, 4, 4}, of(numbered("v", []int{6, 3, 1, 1}, random), nodeMsg("Split", "v", "u w", attr("axis", 0)), nodeMsg("Conv", "x u", "a"), nodeMsg("Conv", "a w", "y")), 18, 0},
	} {
		g, err := decode(t, operatorCase{x: c.x, parts: c.parts}.model()).Network(Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		r, err := network.Evaluate(g, network.Options{})
		if err != nil || r.Total.Params != c.params || r.Constants != c.constants {
			t.Errorf("%s: %d params, %d constants (%v), want %d and %d", c.name, r.Total.Params, r.Constants, err, c.params, c.constants)
		}
	}
}
