package planes

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"convx/internal/layer"
	"convx/internal/ops/drawn"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/ops/workers"
)

// random draws a layer that fits in a test: groups of few channels, and odd
// extents, strides, dilations and paddings, up to beyond the kernel.
func random(r *rand.Rand) problem.Convolution {
	p := problem.Convolution{Geometry: layer.Geometry{N: 1 + r.IntN(2), Groups: 1 + r.IntN(5)}, Threads: 1 + r.IntN(3)}
	p.C = p.Groups * (1 + r.IntN(3)*r.IntN(3))
	p.O = p.Groups * (1 + r.IntN(3)*r.IntN(5))
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
			p.In[a] = 1 + r.IntN([4]int{0, 90, 40, 8}[dims])
			p.Kernel[a], p.Stride[a], p.Dilation[a] = 1+r.IntN(8), 1+r.IntN(5)/2, 1+r.IntN(5)/2
			p.Pads[a].Begin = r.IntN(5) * r.IntN(3)
			full := p.In[a] + p.Pads[a].Begin + r.IntN(9) - p.Dilation[a]*(p.Kernel[a]-1) - 1
			if full >= 0 {
				p.Out[a] = full/p.Stride[a] + 1
				break
			}
		}
	}
	return p
}

// definition computes p literally.
func definition(p *problem.Convolution, weights, bias, in []float32) []float32 {
	g := layer.Geometry{N: p.N, C: p.C, O: p.O, Groups: p.Groups,
		In: p.In, Out: p.Out, Kernel: p.Kernel, Stride: p.Stride, Dilation: p.Dilation}
	for a := range 3 {
		g.Pads[a] = layer.Pad{Begin: p.Pads[a].Begin}
	}
	out := make([]float32, p.N*p.O*volume(p.Out))
	reference.Conv(&g, out, in, weights, bias, 0, len(out)/p.Out[2])
	for i, v := range out {
		out[i] = min(max(v, p.Lo), p.Hi)
	}
	return out
}

func TestAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	layers, declined := drawn.Layers(900), 0
	for i := range layers {
		p := random(r)
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		if Declines(&p) != "" {
			declined++
			continue
		}
		weights, bias, in := drawn.Operands(&p, true)
		want := definition(&p, weights, bias, in)
		c, out := New(p, weights, bias), make([]float32, len(want))
		for run := range 2 {
			for i := range out {
				out[i] = -12345
			}
			if err := c.Run(t.Context(), out, in, workers.New(p.Threads)); err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if out[i] != want[i] {
					t.Fatalf("%+v, run %d: element %d = %v, want %v", p, run, i, out[i], want[i])
				}
			}
		}
	}
	if declined > layers/9 {
		t.Errorf("declined %d of %d layers", declined, layers)
	}
}

func TestDeclines(t *testing.T) {
	one := [3]int{1, 1, 1}
	p := problem.Convolution{Geometry: layer.Geometry{N: 1, C: 512, O: 64, Groups: 1, In: one, Out: one, Kernel: one, Stride: one, Dilation: one}}
	if Declines(&p) == "" {
		t.Error("512 channels a group were accepted")
	}
	p.Groups = 64
	if why := Declines(&p); why != "" {
		t.Errorf("8 channels a group were declined: %s", why)
	}
	p.In[2], p.Out[2], p.In[1], p.Kernel[1], p.Stride[2] = 1<<20, 1<<19, 20, 20, 2
	p.Pads[2].Begin = 1
	if Declines(&p) == "" {
		t.Error("a scratch of 640 MB was accepted")
	}
}

var layers = []struct {
	name                       string
	c, o, g, h, w, k, s, p, dl int
}{
	{"mobilenet.dw112", 32, 32, 32, 112, 112, 3, 1, 1, 1},
	{"mobilenet.dw56s2", 144, 144, 144, 56, 56, 3, 2, 1, 1},
	{"mobilenet.dw14", 512, 512, 512, 14, 14, 3, 1, 1, 1},
	{"efficientnet.dw5", 672, 672, 672, 14, 14, 5, 1, 2, 1},
	{"image.dw3.4k", 3, 3, 3, 2160, 3840, 3, 1, 1, 1},
	{"resnext.res2.g32", 128, 128, 32, 56, 56, 3, 1, 1, 1},
	{"resnext.res4.g32", 512, 512, 32, 14, 14, 3, 1, 1, 1},
	{"dw7", 960, 960, 960, 7, 7, 3, 1, 1, 1},
	{"convnext.dw7", 96, 96, 96, 56, 56, 7, 1, 3, 1},
	{"replk.dw31", 128, 128, 128, 56, 56, 31, 1, 15, 1},
	{"dw28.5s2", 240, 240, 240, 28, 28, 5, 2, 2, 1},
	{"multiplier2", 64, 128, 64, 56, 56, 3, 1, 1, 1},
	{"dilated2", 256, 256, 256, 28, 28, 3, 1, 2, 2},
	{"resnext.g8x32", 256, 256, 32, 28, 28, 3, 1, 1, 1},
	{"resnext.g4s2", 256, 256, 64, 56, 56, 3, 2, 1, 1},
	{"stem", 3, 64, 1, 224, 224, 7, 2, 3, 1},
	{"vgg.first", 3, 64, 1, 224, 224, 3, 1, 1, 1},
}

func BenchmarkPlanes(b *testing.B) {
	for _, threads := range []int{1, 2} {
		for _, l := range layers {
			p := problem.Convolution{Geometry: layer.Geometry{N: 1, C: l.c, O: l.o, Groups: l.g}, ISA: kernel.Best(), Threads: threads}
			p.Lo, p.Hi = problem.NoClamp()
			p.In, p.Kernel, p.Stride, p.Dilation, p.Pads = [3]int{1, l.h, l.w}, [3]int{1, l.k, l.k}, [3]int{1, l.s, l.s}, [3]int{1, l.dl, l.dl}, [3]layer.Pad{{}, {Begin: l.p}, {Begin: l.p}}
			for a := range 3 {
				p.Out[a] = (p.In[a]+2*p.Pads[a].Begin-p.Dilation[a]*(p.Kernel[a]-1)-1)/p.Stride[a] + 1
			}
			b.Run(fmt.Sprintf("%s/threads%d", l.name, threads), func(b *testing.B) {
				weights, bias, in := drawn.Operands(&p, false)
				c, out, t := New(p, weights, bias), make([]float32, p.O*volume(p.Out)), workers.New(threads)
				best := time.Hour
				for b.Loop() {
					start := time.Now()
					c.Run(b.Context(), out, in, t)
					best = min(best, time.Since(start))
				}
				b.ReportMetric(best.Seconds()*1e3, "ms-min")
				b.ReportMetric(Cost(&p)/1e6, "ms-model")
				b.ReportMetric(2*p.MACs()/best.Seconds()/1e9, "GFLOP/s")
				b.ReportMetric(4*float64(len(in)+len(out))/best.Seconds()/1e9, "GB/s")
			})
		}
	}
}
