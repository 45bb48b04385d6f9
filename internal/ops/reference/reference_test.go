package reference

import (
	"math"
	"testing"

	"convx/internal/layer"
)

// line is the geometry of a 1-D window over n elements of one channel.
func line(n, kernel, stride, begin, end, out int) *layer.Geometry {
	g := &layer.Geometry{N: 1, C: 1, O: 1, Groups: 1, In: [3]int{1, 1, n}, Out: [3]int{1, 1, out}, Kernel: [3]int{1, 1, kernel}, Stride: [3]int{1, 1, stride}, Dilation: [3]int{1, 1, 1}}
	g.Pads[2] = layer.Pad{Begin: begin, End: end}
	return g
}

// TestByHand holds the functions that no golden case reaches to values worked out by hand from their definitions.
func TestByHand(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	rows := func(f func(y []float64), n int) []float64 {
		y := make([]float64, n)
		f(y)
		return y
	}
	pool := func(g *layer.Geometry, p Pooling, x ...float64) []float64 {
		return rows(func(y []float64) { Pool(g, p, y, x, 0, 1) }, g.Out[2])
	}
	resize := func(scale float64, nearest bool, out int, x ...float64) []float64 {
		return rows(func(y []float64) {
			Resize([3]int{1, 1, len(x)}, [3]int{1, 1, out}, [3]float64{1, 1, scale}, nearest, y, x, 0, 1)
		}, out)
	}
	for name, c := range map[string]struct{ got, want []float64 }{
		"max":                    {pool(line(4, 3, 2, 1, 1, 2), Pooling{Max: true}, -1, -3, -2, -5), []float64{-1, -2}},
		"max of padding alone":   {pool(line(1, 1, 1, 1, 0, 2), Pooling{Max: true}, 5), []float64{-inf, 5}},
		"max of NaN":             {pool(line(3, 2, 1, 0, 0, 2), Pooling{Max: true}, nan, 1, 2), []float64{nan, 2}},
		"average":                {pool(line(4, 3, 2, 1, 1, 2), Pooling{}, 1, 3, 2, 7), []float64{2, 4}},
		"average with padding":   {pool(line(4, 3, 2, 1, 1, 2), Pooling{CountPadding: true}, 1, 3, 2, 7), []float64{4.0 / 3, 4}},
		"average beyond the end": {pool(line(5, 2, 2, 0, 0, 3), Pooling{CountPadding: true}, 1, 3, 2, 6, 9), []float64{2, 4, 9}},
		"adaptive":               {pool(line(5, 1, 1, 0, 0, 3), Pooling{Adaptive: true}, 1, 3, 2, 7, 9), []float64{2, 4, 8}},
		"bilinear by 2":          {resize(2, false, 4, 0, 1), []float64{0, 0.25, 0.75, 1}},
		"bilinear by a half":     {resize(0.5, false, 2, 1, 3, 5, 9), []float64{2, 7}},
		"bilinear beside Inf":    {resize(1, false, 3, 1, inf, 2), []float64{1, inf, 2}},
		"nearest by 1.5":         {resize(1.5, true, 3, 4, 8), []float64{4, 8, 8}},
		"softmax":                {rows(func(y []float64) { Softmax(2, 1, y, []float64{1000, 1000 + math.Log(3)}, 0, 1) }, 2), []float64{0.25, 0.75}},
		"batch norm":             {rows(func(y []float64) { ScaleShift(2, 1, y, []float64{3, 4}, []float64{2, -1}, []float64{1, 0}, 0, 2) }, 2), []float64{7, -4}},
		"layer norm":             {rows(func(y []float64) { Standardize(2, 2, 1, y, []float64{1, 3}, nil, []float64{0, 1}, 0, 1) }, 2), []float64{-1 / math.Sqrt(1+1e-5), 1/math.Sqrt(1+1e-5) + 1}},
		"instance norm":          {rows(func(y []float64) { Standardize(2, 1, 2, y, []float64{5, 5, 1, 3}, nil, nil, 0, 2) }, 4), []float64{0, 0, -1 / math.Sqrt(1+1e-5), 1 / math.Sqrt(1+1e-5)}},
		"local response":         {rows(func(y []float64) { LocalResponse(4, 3, 1, y, []float64{10, 20, 30, 40}, 0, 4) }, 4), localResponse(10, 500, 20, 1400, 30, 2900, 40, 2500)},
		"depth to space": {rows(func(y []float64) {
			DepthToSpace(1, [3]int{1, 2, 2}, [3]int{1, 1, 2}, [3]int{1, 2, 4}, y, []float64{1, 2, 3, 4, 5, 6, 7, 8}, 0, 2)
		}, 8), []float64{1, 3, 2, 4, 5, 7, 6, 8}},
		"concat":                       {rows(func(y []float64) { Concat(1, []int{1, 2}, y, [][]float64{{1, 2}, {3, 4, 5, 6}}, 0, 2) }, 6), []float64{1, 3, 4, 2, 5, 6}},
		"reflect, replicate, circular": {sourcesAround(3), []float64{2, 1, 1, 0, 0, 0, 2, 2, 1, 2, 0, 1}},
	} {
		for i, want := range c.want {
			if got := c.got[i]; !(math.Abs(got-want) < 1e-12) && got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
				t.Errorf("%s: %v, not %v", name, c.got, c.want)
				break
			}
		}
	}
}

// localResponse gives x / (2 + 1e-4*sum)^0.75 for pairs of x and the sum of squares around it.
func localResponse(pairs ...float64) (out []float64) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, pairs[i]/math.Pow(2+1e-4*pairs[i+1], 0.75))
	}
	return out
}

// sourcesAround reads positions -2, -1, n and n+1 of n elements in each mode.
func sourcesAround(n int) (out []float64) {
	for _, mode := range []layer.PadMode{layer.PadReflect, layer.PadReplicate, layer.PadCircular} {
		for _, i := range []int{-2, -1, n, n + 1} {
			out = append(out, float64(source(i, n, mode)))
		}
	}
	return out
}

func TestActivations(t *testing.T) {
	for name, want := range map[string][3]float64{ // of -1, 1 and 7
		"identity": {-1, 1, 7}, "relu": {0, 1, 7}, "relu6": {0, 1, 6}, "leaky-relu": {-0.01, 1, 7},
		"sigmoid": {0.2689414213699951, 0.7310585786300049, 0.9990889488055994}, "tanh": {-0.7615941559557649, 0.7615941559557649, 0.9999983369439447},
		"hard-sigmoid": {1.0 / 3, 2.0 / 3, 1}, "hard-swish": {-1.0 / 3, 2.0 / 3, 7},
		"swish": {-0.2689414213699951, 0.7310585786300049, 6.993622641639196}, "silu": {-0.2689414213699951, 0.7310585786300049, 6.993622641639196},
		"gelu": {-0.15865525393145707, 0.8413447460685429, 6.999999999991041},
	} {
		f := Activations[name]
		for i, x := range []float64{-1, 1, 7} {
			if got := f(x); math.Abs(got-want[i]) > 1e-12 {
				t.Errorf("%s(%v) is %v, not %v", name, x, got, want[i])
			}
		}
		if !math.IsNaN(f(math.NaN())) {
			t.Errorf("%s loses a NaN", name)
		}
	}
	if len(Activations) != 11 {
		t.Errorf("%d activations, 11 of them tested", len(Activations))
	}
}

func TestSampling(t *testing.T) {
	plane := []float64{1, 2, 3, 4}
	for _, c := range []struct{ row, col, bilinear, aligned float64 }{
		{0.5, 0.5, 2.5, 2.5},
		{-0.5, 0, 0.5, 1}, // half of the pixel is outside; RoIAlign clamps
		{1.5, 1, 2, 4},
		{-1, 0, 0, 1}, // RoIAlign's border is closed
		{2, 0, 0, 3},
		{-1.25, 0, 0, 0}, {0, 2.25, 0, 0},
		{math.Inf(1), 0, 0, 0}, {math.NaN(), 0, math.NaN(), math.NaN()},
	} {
		for name, got := range map[string][2]float64{"bilinear": {Bilinear(plane, 2, 2, c.row, c.col), c.bilinear}, "aligned": {aligned(plane, 2, 2, c.row, c.col), c.aligned}} {
			if got[0] != got[1] && !(math.IsNaN(got[0]) && math.IsNaN(got[1])) {
				t.Errorf("%s at %v, %v is %v, not %v", name, c.row, c.col, got[0], got[1])
			}
		}
	}
}
