package fourier

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

// naive is the definition, in float64.
func naive(p *problem.Convolution, weights, bias, in []float32) []float64 {
	out := make([]float64, 0, p.N*p.O*volume(p.Out))
	cin, cout := p.C/p.Groups, p.O/p.Groups
	for b := range p.N {
		for o := range p.O {
			for d := range p.Out[0] {
				for y := range p.Out[1] {
					for x := range p.Out[2] {
						sum := float64(bias[o])
						for c := range cin {
							plane := in[((b*p.C+o/cout*cin+c)*p.In[0]+d)*p.In[1]*p.In[2]:]
							taps := weights[(o*cin+c)*volume(p.Kernel):]
							sum += window2(p, plane, taps, y-p.Pads[1].Begin, x-p.Pads[2].Begin)
						}
						out = append(out, min(max(sum, float64(p.Lo)), float64(p.Hi)))
					}
				}
			}
		}
	}
	return out
}

// window2 is the sum of the taps of one channel whose first is at (y, x).
func window2(p *problem.Convolution, plane, taps []float32, y, x int) float64 {
	sum := 0.0
	for i := range p.Kernel[1] {
		for j := range p.Kernel[2] {
			if h, w := y+i, x+j; h >= 0 && w >= 0 && h < p.In[1] && w < p.In[2] {
				sum += float64(plane[h*p.In[2]+w]) * float64(taps[i*p.Kernel[2]+j])
			}
		}
	}
	return sum
}

// random draws a layer: odd extents, paddings beyond the kernel, kernels
// larger than the input, one axis, depths, groups.
func random(r *rand.Rand) problem.Convolution {
	p := problem.Convolution{Geometry: layer.Geometry{N: 1 + r.IntN(2), Groups: 1 + r.IntN(20)}, Threads: 1 + r.IntN(3)}
	p.C, p.O = p.Groups*(1+r.IntN(3)), p.Groups*(1+r.IntN(3))
	p.Lo, p.Hi = problem.NoClamp()
	if r.IntN(3) == 0 {
		p.Lo, p.Hi = 0, 6
	}
	depth := 1 + r.IntN(8)/7
	p.In, p.Out, p.Kernel = [3]int{depth, 1, 1}, [3]int{depth, 1, 1}, [3]int{1, 1, 1}
	p.Stride, p.Dilation = [3]int{1, 1, 1}, [3]int{1, 1, 1}
	for a := 1; a < 3; a++ {
		if a == 1 && r.IntN(6) == 0 {
			continue
		}
		for p.Out[a] = 0; p.Out[a] <= 0; {
			p.In[a], p.Kernel[a], p.Pads[a].Begin = 1+r.IntN(30), 1+r.IntN(18), r.IntN(20)
			p.Out[a] = p.In[a] + p.Pads[a].Begin + r.IntN(20) - p.Kernel[a] + 1
		}
	}
	return p
}

func TestAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	worst := 0.0
	for i := range drawn.Layers(100) {
		p := random(r)
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		worst = max(worst, errorOf(t, &p))
	}
	// Tiles as large as they come, of all radices.
	for _, size := range [][2]int{{250, 5}, {90, 31}, {33, 33}, {120, 1}} {
		p := problem.Convolution{Geometry: layer.Geometry{N: 1, C: 3, O: 3, Groups: 3}, Threads: 1, ISA: kernel.Best()}
		p.In, p.Kernel, p.Pads = [3]int{1, size[0], size[0]}, [3]int{1, size[1], size[1]}, [3]layer.Pad{{}, {Begin: size[1] / 2}, {Begin: size[1] / 2}}
		p.Out, p.Stride, p.Dilation = p.In, [3]int{1, 1, 1}, [3]int{1, 1, 1}
		p.Lo, p.Hi = problem.NoClamp()
		worst = max(worst, errorOf(t, &p))
	}
	t.Logf("worst error %.2g", worst)
}

// errorOf is the largest error of a convolution in both ways, relative to the
// largest sum of magnitudes of its outputs; more than Tolerance fails the test.
func errorOf(t *testing.T, p *problem.Convolution) float64 {
	t.Helper()
	if why := Declines(p); why != "" {
		t.Fatalf("%+v: %s", *p, why)
	}
	weights, bias, in := drawn.Operands(p, false)
	want := naive(p, weights, bias, in)
	free := *p
	free.Lo, free.Hi = problem.NoClamp()
	biggest, worst := 0.0, 0.0
	for _, s := range naive(&free, drawn.Magnitudes(weights), drawn.Magnitudes(bias), drawn.Magnitudes(in)) {
		biggest = max(biggest, s)
	}
	for _, c := range both(*p, weights, bias) {
		out := make([]float32, len(want))
		for i := range out {
			out[i] = float32(math.NaN())
		}
		if err := c.Run(t.Context(), out, in, workers.New(p.Threads)); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			e := math.Abs(float64(out[i])-want[i]) / biggest
			if worst = max(worst, e); !(e <= Tolerance) {
				t.Fatalf("%+v: element %d = %v, want %v", *p, i, out[i], want[i])
			}
		}
	}
	return worst
}
