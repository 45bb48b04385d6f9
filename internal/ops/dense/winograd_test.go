package dense

import (
	"math"
	"math/rand/v2"
	"testing"

	"convx/internal/layer"
	"convx/internal/ops/drawn"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// randomWinograd draws a layer that some F(m x m, r x r) accepts, one in four
// of them with a stride.
func randomWinograd(r *rand.Rand) (problem.Convolution, int) {
	if r.IntN(4) == 0 {
		return randomStrided(r, 2+r.IntN(stridedMost-1))
	}
	for {
		p := random(r)
		points := 4 + 2*r.IntN(3)
		k := 2 + r.IntN(6)
		m := points + 1 - k
		p.Stride = [3]int{1, 1, 1}
		p.Kernel[1], p.Kernel[2] = k, k
		if r.IntN(3) == 0 {
			p.Kernel[1] = 1 // along the width alone
			p.Dilation[2] = 1 + r.IntN(6)
		}
		ok := m >= 2
		for a := range 3 {
			p.Out[a] = p.In[a] + 2*p.Pads[a].Begin - p.Dilation[a]*(p.Kernel[a]-1)
			ok = ok && p.Out[a] > 0
		}
		if ok && unstridedDeclines(&p, m) == "" {
			return p, m
		}
	}
}

// randomStrided draws one of stride s.
func randomStrided(r *rand.Rand, s int) (problem.Convolution, int) {
	for {
		p := random(r)
		if s > 4 { // the definition visits up to 48x48 taps
			p.C, p.O = p.Groups*(1+r.IntN(4)), p.Groups*(1+r.IntN(8))
		}
		k := s + 1 + r.IntN(5*s)
		kh := [...]int{k, k - k%s, (k + s - 1) / s * s, s, 1}[r.IntN(5)]
		p.Kernel, p.Stride, p.Dilation = [3]int{1, max(1, kh), k}, [3]int{1, s, s}, [3]int{1, 1, 1}
		p.In[0], p.Out[0], p.Pads[0].Begin = 1, 1, 0
		for a := 1; a < 3; a++ {
			p.In[a] += 6 * s
			p.Out[a] = max(0, p.In[a]+p.Pads[a].Begin+r.IntN(4)-p.Kernel[a])/s + 1
		}
		if m := 4 + 2*r.IntN(3) + 1 - ceilDiv(k, s); stridedDeclines(&p, m) == "" {
			return p, m
		}
	}
}

func TestWinogradAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	worst, strides := map[int]float64{}, map[int]int{}
	for i := range drawn.Layers(240) {
		p, m := randomWinograd(r)
		if i%4 == 0 { // every stride in turn
			p, m = randomStrided(r, 2+i/4%(stridedMost-1))
		}
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		p.Lo, p.Hi = problem.NoClamp()
		strides[p.Stride[1]]++
		points := m + ceilDiv(p.Kernel[2], p.Stride[2]) - 1
		worst[points] = max(worst[points], winogradError(t, p, m))
	}
	t.Log(worst, strides)
	for s := range stridedMost {
		if strides[s+1] == 0 {
			t.Errorf("no layer had a stride of %d", s+1)
		}
	}
	for _, points := range winogradTiles {
		if e, drawn := worst[points]; !drawn || !(e <= WinogradTolerance) {
			t.Errorf("%d points: error %v, drawn %t", points, e, drawn)
		}
	}
}

// TestWinogradOfLines keeps weights as lines that are too small to be.
func TestWinogradOfLines(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	worst := map[int]float64{}
	for i := 0; i < drawn.Layers(40); {
		p, m := random(r), 2+2*r.IntN(3)
		p.N, p.Groups = 1, 1+r.IntN(2)
		p.C, p.O = p.Groups*(linesChannels+r.IntN(12)), p.Groups*(1+r.IntN(40))
		p.Kernel[1], p.Kernel[2], p.Stride = 3, 3, [3]int{1, 1, 1}
		for a := range 3 {
			p.Out[a] = p.In[a] + 2*p.Pads[a].Begin - p.Dilation[a]*(p.Kernel[a]-1)
		}
		if min(p.Out[0], p.Out[1], p.Out[2]) <= 0 || unstridedDeclines(&p, m) != "" {
			continue
		}
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		p.Lo, p.Hi = problem.NoClamp()
		worst[m] = max(worst[m], winogradError(t, p, m))
		i++
	}
	t.Log(worst)
	if len(worst) < 3 {
		t.Errorf("F(m, 3) only of %v", worst)
	}
}

// TestDeepWinograd sums over hundreds to thousands of channels, as phases make of few.
func TestDeepWinograd(t *testing.T) {
	for i, c := range []struct{ stride, kernel, size int }{{4, 5, 70}, {4, 8, 72}, {4, 11, 75}, {8, 9, 73}, {8, 16, 80}, {8, 24, 72}} {
		if testing.Short() && i%3 > 0 {
			continue
		}
		p := problem.Convolution{Geometry: layer.Geometry{N: 1, C: 64, O: 9, Groups: 1}, ISA: kernel.Best(), Threads: 2}
		p.In, p.Kernel, p.Stride, p.Dilation = [3]int{1, c.size, c.size}, [3]int{1, c.kernel, c.kernel}, [3]int{1, c.stride, c.stride}, [3]int{1, 1, 1}
		p.Out = [3]int{1, (c.size-c.kernel)/c.stride + 1, (c.size-c.kernel)/c.stride + 1}
		p.Lo, p.Hi = problem.NoClamp()
		for _, points := range winogradTiles {
			m := winogradOutputs(&p, points)
			if m < 2 || points == 8 && m == 7 { // F(7,2) is left out
				continue
			}
			if why := winogradDeclines(&p, m); why != "" {
				t.Errorf("%+v m %d: declined: %s", c, m, why)
				continue
			}
			t.Logf("%+v, %d points: error %.2g", c, points, winogradError(t, p, m))
		}
	}
}

// winogradError returns the largest error of an output, relative to the largest
// sum of magnitudes.
func winogradError(t *testing.T, p problem.Convolution, m int) float64 {
	weights, bias, in := drawn.Operands(&p, false)
	want := naive(&p, weights, bias, in)
	convs := []problem.Conv{NewBestWinograd(p, m, weights, bias)}
	if p.Stride[1] == 1 {
		if w := layWinograd(p, m); w.takesLines() {
			w.prepare(true, weights, bias)
			convs = append(convs, w)
		}
	}
	most, biggest := 0.0, 0.0
	for _, s := range naive(&p, drawn.Magnitudes(weights), drawn.Magnitudes(bias), drawn.Magnitudes(in)) {
		biggest = max(biggest, s)
	}
	for _, c := range convs {
		out := make([]float32, len(want))
		if err := c.Run(t.Context(), out, in, workers.New(p.Threads)); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			// The error first: max returns a NaN.
			most = max(math.Abs(float64(out[i])-want[i])/biggest, most)
		}
	}
	if !(most <= WinogradTolerance) {
		t.Errorf("%+v m %d: error %v", p, m, most)
	}
	return most
}

func BenchmarkWinograd(b *testing.B) {
	benchmark(b, func(p problem.Convolution, w, bias []float32) problem.Conv {
		if m, _ := BestWinograd(&p); m > 0 {
			return NewBestWinograd(p, m, w, bias)
		}
		return nil
	})
}

func BenchmarkWinograd2(b *testing.B) {
	benchmark(b, func(p problem.Convolution, w, bias []float32) problem.Conv {
		if p.Kernel[1] == 3 && unstridedDeclines(&p, 2) == "" {
			return newWinograd(p, 2, w, bias)
		}
		return nil
	})
}
