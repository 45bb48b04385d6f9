package dense

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"convx/internal/layer"
	"convx/internal/ops/drawn"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// naive is the definition, in float64.
func naive(p *problem.Convolution, weights, bias, in []float32) []float64 {
	out := make([]float64, p.N*p.O*volume(p.Out))
	cin, cout := p.GroupIn(), p.GroupOut()
	at := 0
	for b := range p.N {
		for o := range p.O {
			for od := range p.Out[0] {
				for oh := range p.Out[1] {
					for ow := range p.Out[2] {
						sum := float64(bias[o])
						for c := range cin {
							plane := in[(b*p.C+o/cout*cin+c)*volume(p.In):]
							w := weights[(o*cin+c)*volume(p.Kernel):]
							for kd := range p.Kernel[0] {
								id := od*p.Stride[0] - p.Pads[0].Begin + kd*p.Dilation[0]
								if id < 0 || id >= p.In[0] {
									continue
								}
								for kh := range p.Kernel[1] {
									ih := oh*p.Stride[1] - p.Pads[1].Begin + kh*p.Dilation[1]
									if ih < 0 || ih >= p.In[1] {
										continue
									}
									for kw := range p.Kernel[2] {
										iw := ow*p.Stride[2] - p.Pads[2].Begin + kw*p.Dilation[2]
										if iw < 0 || iw >= p.In[2] {
											continue
										}
										sum += float64(w[(kd*p.Kernel[1]+kh)*p.Kernel[2]+kw]) * float64(plane[(id*p.In[1]+ih)*p.In[2]+iw])
									}
								}
							}
						}
						out[at] = min(max(sum, float64(p.Lo)), float64(p.Hi))
						at++
					}
				}
			}
		}
	}
	return out
}

// random draws a layer that fits in a test: odd extents, strides, dilations,
// paddings up to beyond the kernel, groups, tails of every kind.
func random(r *rand.Rand) problem.Convolution {
	p := problem.Convolution{Geometry: layer.Geometry{N: 1 + r.IntN(2), Groups: 1 + r.IntN(2)}, Threads: 1 + r.IntN(3)}
	p.C = p.Groups * (1 + r.IntN(20))
	p.O = p.Groups * (1 + r.IntN(40))
	p.Lo, p.Hi = problem.NoClamp()
	if r.IntN(3) == 0 {
		p.Lo, p.Hi = 0, 6
	}
	dims := 1 + r.IntN(3)
	for a := range 3 {
		p.In[a], p.Out[a], p.Kernel[a], p.Stride[a], p.Dilation[a] = 1, 1, 1, 1, 1
		if a < 3-dims {
			continue
		}
		for {
			p.In[a] = 1 + r.IntN([4]int{0, 70, 24, 8}[dims])
			p.Kernel[a], p.Stride[a], p.Dilation[a] = 1+r.IntN(4), 1+r.IntN(3), 1+r.IntN(3)
			p.Pads[a].Begin = r.IntN(5)
			end := r.IntN(5)
			full := p.In[a] + p.Pads[a].Begin + end - p.Dilation[a]*(p.Kernel[a]-1) - 1
			if full >= 0 {
				p.Out[a] = full/p.Stride[a] + 1
				break
			}
		}
	}
	return p
}

func TestGemmAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range drawn.Layers(150) {
		p := random(r)
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		exact(t, p, func(w, b []float32) problem.Conv { return NewGemm(p, w, b) })
	}
}

func TestRowsAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for i := range drawn.Layers(200) {
		p := random(r)
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		if i%3 == 0 { // nothing but whole taps: read in place
			p.Pads = [3]layer.Pad{}
			for a := range 3 {
				p.In[a] = (p.Out[a]-1)*p.Stride[a] + (p.Kernel[a]-1)*p.Dilation[a] + 1
			}
		}
		exact(t, p, func(w, b []float32) problem.Conv { return NewIndirectGemm(p, w, b) })
	}
}

// exact demands the definition's results, ==, on integers.
func exact(t *testing.T, p problem.Convolution, prepare func(weights, bias []float32) problem.Conv) {
	t.Helper()
	weights, bias, in := drawn.Operands(&p, true)
	want := naive(&p, weights, bias, in)
	out := make([]float32, len(want))
	for i := range out {
		out[i] = -12345
	}
	prepare(weights, bias).Run(t.Context(), out, in, workers.New(p.Threads))
	for i := range want {
		if float64(out[i]) != want[i] {
			t.Fatalf("%+v: element %d = %v, want %v", p, i, out[i], want[i])
		}
	}
}

// TestWorkspace holds every algorithm to 8 MiB a thread beside the weights, on
// the suite's layers and on large ones.
func TestWorkspace(t *testing.T) {
	const most = 8 << 20
	for i, l := range suite {
		if testing.Short() && i%5 > 0 {
			continue
		}
		for _, scale := range []int{1, 3} {
			for _, threads := range []int{1, 5} {
				p := suiteProblem(i, threads)
				p.In[1], p.In[2] = p.In[1]*scale, p.In[2]*scale
				for a := 1; a < 3; a++ {
					p.Out[a] = (p.In[a]+2*p.Pads[a].Begin-p.Dilation[a]*(p.Kernel[a]-1)-1)/p.Stride[a] + 1
				}
				weights := make([]float32, p.O*p.GroupIn()*volume(p.Kernel))
				for name, c := range everyAlgorithm(p, weights) {
					if n := c.Workspace(); n > threads*most {
						t.Errorf("%s x%d, %s on %d threads: %d bytes", l.name, scale, name, threads, n)
					}
				}
			}
		}
	}
}

// TestThreadsChangeNoBit runs every algorithm on data that rounds.
func TestThreadsChangeNoBit(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	seen := map[string]int{}
	for i := range 40 {
		p := random(r)
		switch i % 4 {
		case 0:
			p, _ = randomWinograd(r)
		case 1:
			p = randomDepthwise(r)
		case 2:
			p = randomPatches(r)
		}
		p.ISA = kernel.Best()
		for _, name := range threadsChangeNoBit(t, p) {
			seen[name]++
		}
	}
	for _, name := range []string{"gemm", "direct-nchwc", "indirect-gemm", "depthwise-nchwc", "patches", "winograd4", "winograd6", "winograd8"} {
		if seen[name] < 3 {
			t.Errorf("%s computed %d layers: draw more", name, seen[name])
		}
	}
}

// TestStridedBandEach runs a strided convolution of which each of two threads takes a band.
func TestStridedBandEach(t *testing.T) {
	p := problem.Convolution{Geometry: layer.Geometry{N: 1, C: 19, O: 40, Groups: 1}, ISA: kernel.Best(), Threads: 2}
	p.Lo, p.Hi = problem.NoClamp()
	p.In, p.Kernel, p.Stride, p.Dilation = [3]int{1, 24, 31}, [3]int{1, 3, 3}, [3]int{1, 2, 2}, [3]int{1, 1, 1}
	p.Pads, p.Out = [3]layer.Pad{{}, {Begin: 1}, {Begin: 1}}, [3]int{1, 12, 16}
	weights, _, _ := drawn.Operands(&p, false)
	if d := NewDirectNCHWc(p, weights, nil); d.shared || len(d.bands) != 2 {
		t.Fatalf("%d bands, shared: %v; want one for each of two threads", len(d.bands), d.shared)
	}
	threadsChangeNoBit(t, p)
}

// threadsChangeNoBit compares every algorithm with itself on other threads, and
// names those that accept p.
func threadsChangeNoBit(t *testing.T, p problem.Convolution) []string {
	weights, _, in := drawn.Operands(&p, false)
	want := map[string][]float32{}
	for _, threads := range []int{1, 2, 5} {
		p.Threads = threads
		for name, c := range everyAlgorithm(p, weights) {
			out := make([]float32, p.N*p.O*volume(p.Out))
			if err := c.Run(t.Context(), out, in, workers.New(threads)); err != nil {
				t.Fatal(err)
			}
			if want[name] == nil {
				want[name] = out
			}
			for i, v := range out {
				if math.Float32bits(v) != math.Float32bits(want[name][i]) {
					t.Fatalf("%+v, %s: element %d is %v on 1 thread and %v on %d", p, name, i, want[name][i], v, threads)
				}
			}
		}
	}
	return slices.Collect(maps.Keys(want))
}

// everyAlgorithm prepares p with all that accept it.
func everyAlgorithm(p problem.Convolution, weights []float32) map[string]problem.Conv {
	all := map[string]problem.Conv{"gemm": NewGemm(p, weights, nil)}
	if DirectNCHWcDeclines(&p) == "" {
		all["direct-nchwc"] = NewDirectNCHWc(p, weights, nil)
	}
	if IndirectGemmDeclines(&p) == "" {
		all["indirect-gemm"] = NewIndirectGemm(p, weights, nil)
	}
	if DepthwiseNCHWcDeclines(&p) == "" {
		all["depthwise-nchwc"] = NewDepthwiseNCHWc(p, weights, nil)
	}
	if PatchesDeclines(&p) == "" {
		all["patches"] = NewPatches(p, weights, nil)
	}
	for _, points := range winogradTiles {
		if m := winogradOutputs(&p, points); winogradDeclines(&p, m) == "" {
			all[fmt.Sprintf("winograd%d", points)] = NewBestWinograd(p, m, weights, nil)
		}
	}
	return all
}

// suite is one layer of each kind that real networks use.
var suite = []struct {
	name                               string
	c, o, g, d, h, w, k, s, p, dil, kd int
}{
	{"resnet50.stem", 3, 64, 1, 1, 224, 224, 7, 2, 3, 1, 1},
	{"vgg16.conv1_2", 64, 64, 1, 1, 224, 224, 3, 1, 1, 1, 1},
	{"resnet.res2.3x3", 64, 64, 1, 1, 56, 56, 3, 1, 1, 1, 1},
	{"resnet.res3.3x3", 128, 128, 1, 1, 28, 28, 3, 1, 1, 1, 1},
	{"resnet.res4.3x3", 256, 256, 1, 1, 14, 14, 3, 1, 1, 1, 1},
	{"resnet.res5.3x3", 512, 512, 1, 1, 7, 7, 3, 1, 1, 1, 1},
	{"resnet.res3.3x3s2", 128, 128, 1, 1, 56, 56, 3, 2, 1, 1, 1},
	{"resnet.res2.1x1", 64, 256, 1, 1, 56, 56, 1, 1, 0, 1, 1},
	{"resnet.res4.1x1", 1024, 256, 1, 1, 14, 14, 1, 1, 0, 1, 1},
	{"resnet.res4.1x1s2", 512, 1024, 1, 1, 28, 28, 1, 2, 0, 1, 1},
	{"wavenet.d512", 64, 128, 1, 1, 1, 16000, 2, 1, 0, 512, 1},
	{"c3d.conv2", 64, 64, 1, 8, 56, 56, 3, 1, 1, 1, 3},
	{"alexnet.conv2", 96, 256, 2, 1, 27, 27, 5, 1, 2, 1, 1},
	{"deeplab.d2", 512, 512, 1, 1, 28, 28, 3, 1, 2, 2, 1},
	{"deeplab.aspp12", 512, 256, 1, 1, 33, 33, 3, 1, 12, 12, 1},
}

func suiteProblem(i, threads int) problem.Convolution {
	l := suite[i]
	p := problem.Convolution{Geometry: layer.Geometry{N: 1, C: l.c, O: l.o, Groups: l.g}, ISA: kernel.Best(), Threads: threads}
	p.Lo, p.Hi = problem.NoClamp()
	p.In = [3]int{l.d, l.h, l.w}
	p.Kernel = [3]int{l.kd, l.k, l.k}
	p.Stride = [3]int{1, l.s, l.s}
	p.Dilation = [3]int{1, l.dil, l.dil}
	p.Pads = [3]layer.Pad{{Begin: l.kd / 2}, {Begin: l.p}, {Begin: l.p}}
	if l.h == 1 {
		p.Kernel[1], p.Dilation[1], p.Stride[1] = 1, 1, 1
	}
	for a := range 3 {
		p.Out[a] = (p.In[a]+2*p.Pads[a].Begin-p.Dilation[a]*(p.Kernel[a]-1)-1)/p.Stride[a] + 1
	}
	return p
}

func benchmark(b *testing.B, prepare func(p problem.Convolution, weights, bias []float32) problem.Conv) {
	peak := kernel.Best().PeakFLOPs(50 * time.Millisecond)
	for _, threads := range []int{1, 2} {
		for i, l := range suite {
			p := suiteProblem(i, threads)
			b.Run(fmt.Sprintf("%s/threads%d", l.name, threads), func(b *testing.B) {
				weights, bias, in := drawn.Operands(&p, false)
				c := prepare(p, weights, bias)
				if c == nil {
					b.Skip()
				}
				out := make([]float32, p.O*volume(p.Out))
				tm := workers.New(threads)
				best := time.Hour
				for b.Loop() {
					start := time.Now()
					c.Run(b.Context(), out, in, tm)
					best = min(best, time.Since(start))
				}
				rate := 2 * p.MACs() / best.Seconds()
				b.ReportMetric(best.Seconds()*1e3, "ms-min")
				b.ReportMetric(rate/1e9, "GFLOP/s")
				b.ReportMetric(100*rate/peak/float64(threads), "%peak")
			})
		}
	}
}

func BenchmarkGemm(b *testing.B) {
	benchmark(b, func(p problem.Convolution, w, bias []float32) problem.Conv { return NewGemm(p, w, bias) })
}

func BenchmarkDirect(b *testing.B) {
	benchmark(b, func(p problem.Convolution, w, bias []float32) problem.Conv { return NewDirectNCHWc(p, w, bias) })
}

func BenchmarkRows(b *testing.B) {
	benchmark(b, func(p problem.Convolution, w, bias []float32) problem.Conv {
		if IndirectGemmDeclines(&p) != "" {
			return nil
		}
		return NewIndirectGemm(p, w, bias)
	})
}

// TestDirectCutsLongRows checks pointwise convolutions whose plane, one long row, does not fit a band.
func TestDirectCutsLongRows(t *testing.T) {
	for _, in := range [][3]int{{1, 96, 1024}, {2, 211, 16}, {1, 7, 5003}, {1, 1, 1 << 16}} {
		if testing.Short() && volume(in) > 40_000 {
			continue
		}
		p := problem.Convolution{Geometry: layer.Geometry{N: 2, C: 500, O: 3, Groups: 1, In: in, Out: in}, ISA: kernel.Best(), Threads: 2}
		for a := range 3 {
			p.Kernel[a], p.Stride[a], p.Dilation[a] = 1, 1, 1
		}
		p.Lo, p.Hi = problem.NoClamp()
		if why := DirectNCHWcDeclines(&p); why != "" {
			if in[2] < 5000 {
				t.Errorf("%v: declined: %s", in, why)
			}
			continue
		}
		weights, bias, x := drawn.Operands(&p, true)
		out, want := make([]float32, p.N*p.O*volume(p.Out)), make([]float32, p.N*p.O*volume(p.Out))
		d := NewDirectNCHWc(p, weights, bias)
		if n := d.Workspace(); n > 2*8<<20 {
			t.Errorf("%v: %d bytes", in, n)
		}
		if err := d.Run(t.Context(), out, x, workers.New(2)); err != nil {
			t.Fatal(err)
		}
		if err := NewGemm(p, weights, bias).Run(t.Context(), want, x, workers.New(2)); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if out[i] != want[i] {
				t.Fatalf("%v: element %d = %v, want %v", in, i, out[i], want[i])
			}
		}
	}
}
