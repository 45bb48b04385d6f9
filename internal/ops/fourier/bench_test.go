package fourier

import (
	"testing"
	"time"

	"convx/internal/layer"
	"convx/internal/ops/drawn"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// suite is layers of large kernels: RepLKNet, ConvNeXt, Inception, SRCNN and such.
var suite = []struct {
	name             string
	c, o, g, h, w, k int
}{
	{"replknet.31", 256, 256, 256, 56, 56, 31},
	{"replknet.29", 384, 384, 384, 28, 28, 29},
	{"replknet.27", 512, 512, 512, 14, 14, 27},
	{"replknet.13", 512, 512, 512, 14, 14, 13},
	{"depthwise.112", 64, 64, 64, 112, 112, 13},
	{"convnext.7", 96, 96, 96, 56, 56, 7},
	{"multiplier.9", 32, 64, 32, 56, 56, 9},
	{"conformer.31", 256, 256, 256, 1, 1000, 31},
	{"srcnn.9", 3, 64, 1, 256, 256, 9},
	{"dense.9", 32, 32, 1, 128, 128, 9},
	{"dense.7", 64, 64, 1, 56, 56, 7},
	{"alexnet.5", 64, 192, 1, 27, 27, 5},
	{"inception.5", 32, 96, 1, 28, 28, 5},
}

func suiteProblem(i int, isa kernel.ISA, threads int) problem.Convolution {
	l := suite[i]
	p := problem.Convolution{Geometry: layer.Geometry{N: 1, C: l.c, O: l.o, Groups: l.g}, ISA: isa, Threads: threads}
	p.Lo, p.Hi = problem.NoClamp()
	p.In, p.Kernel, p.Pads = [3]int{1, l.h, l.w}, [3]int{1, l.k, l.k}, [3]layer.Pad{{}, {Begin: l.k / 2}, {Begin: l.k / 2}}
	if l.h == 1 {
		p.Kernel[1], p.Pads[1].Begin = 1, 0
	}
	p.Out, p.Stride, p.Dilation = p.In, [3]int{1, 1, 1}, [3]int{1, 1, 1}
	return p
}

func BenchmarkFourier(b *testing.B) {
	for i, l := range suite {
		p := suiteProblem(i, kernel.Best(), 1)
		b.Run(l.name, func(b *testing.B) {
			weights, bias, in := drawn.Operands(&p, false)
			c, out := New(p, weights, bias), make([]float32, p.O*volume(p.Out))
			team := workers.New(1)
			least := time.Hour
			for b.Loop() {
				start := time.Now()
				c.Run(b.Context(), out, in, team)
				least = min(least, time.Since(start))
			}
			b.ReportMetric(least.Seconds()*1e3, "ms-min")
			b.ReportMetric(2*p.MACs()/least.Seconds()/1e9, "GFLOP/s")
		})
	}
}
