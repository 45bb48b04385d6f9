package planes

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"convx/internal/layer"
	"convx/internal/ops/dense"
	"convx/internal/ops/drawn"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// pointwiseOf is a random 1x1 convolution of integers.
func pointwiseOf(r *rand.Rand, in, out int) *dense.Pointwise {
	w := &dense.Pointwise{Weights: make([]float32, in*out), Bias: make([]float32, out), Out: out}
	w.Lo, w.Hi = problem.NoClamp()
	if r.IntN(2) == 0 {
		w.Lo, w.Hi = 0, 6
	}
	for i := range w.Weights {
		w.Weights[i] = float32(r.IntN(5) - 2)
	}
	for i := range w.Bias {
		w.Bias[i] = float32(r.IntN(5) - 2)
	}
	w.Activate = activation(r)
	return w
}

// activation is none, or one that leaves integers integers and makes something else of zeros.
func activation(r *rand.Rand) func(y []float32) {
	if r.IntN(2) == 0 {
		return nil
	}
	return func(y []float32) {
		for i, v := range y {
			y[i] = 1 - 2*v
		}
	}
}

// activated is y after f.
func activated(y []float32, f func(y []float32)) []float32 {
	if f != nil {
		f(y)
	}
	return y
}

// as1x1 is the 1x1 convolution w of p's plane of that extent.
func as1x1(w *dense.Pointwise, p *problem.Convolution, in int, extent [3]int) problem.Convolution {
	one := [3]int{1, 1, 1}
	return problem.Convolution{Geometry: layer.Geometry{N: p.N, C: in, O: w.Out, Groups: 1, In: extent, Out: extent, Kernel: one, Stride: one, Dilation: one}, Lo: w.Lo, Hi: w.Hi}
}

// randomBlock draws a depthwise convolution of two axes.
func randomBlock(r *rand.Rand) problem.Convolution {
	for {
		p := random(r)
		p.O, p.Groups = p.C, p.C
		if BlockBandsDeclines(&p) == "" {
			return p
		}
	}
}

func TestBlockAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for i := range drawn.Layers(400) {
		p := randomBlock(r)
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		weights, bias, _ := drawn.Operands(&p, true)
		b := dense.Block{Depthwise: p, Weights: weights, Bias: bias, Activate: activation(r), Channels: p.C, Lo: -9, Hi: 50}
		missing := r.IntN(3) // the first product, the last, or none
		if missing != 0 {
			b.Channels = 1 + r.IntN(12)
			b.Expand = pointwiseOf(r, b.Channels, p.C)
		}
		if missing != 1 {
			outs := 1 + r.IntN(12)
			if b.Residual = p.In == p.Out && r.IntN(2) == 0; b.Residual {
				outs = b.Channels
			}
			b.Project = pointwiseOf(r, p.C, outs)
			b.Project.Activate = nil
		}
		x := make([]float32, p.N*b.Channels*volume(p.In))
		for i := range x {
			x[i] = float32(r.IntN(5) - 2)
		}

		mid := x
		if b.Expand != nil {
			q := as1x1(b.Expand, &p, b.Channels, p.In)
			mid = activated(definition(&q, b.Expand.Weights, b.Expand.Bias, x), b.Expand.Activate)
		}
		want := activated(definition(&p, weights, bias, mid), b.Activate)
		if b.Project != nil {
			q := as1x1(b.Project, &p, p.C, p.Out)
			want = definition(&q, b.Project.Weights, b.Project.Bias, want)
		}
		if b.Residual {
			for i := range want {
				want[i] = min(max(want[i]+x[i], b.Lo), b.Hi)
			}
		}
		if why := dense.BlockNCHWcDeclines(&p, b.Channels); why != "" {
			t.Fatalf("%+v: declined: %s", p, why)
		}
		for name, c := range map[string]problem.Conv{"bands": NewBlockBands(b), "blocks": dense.NewBlockNCHWc(b)} {
			out := make([]float32, len(want))
			for run := range 2 {
				if err := c.Run(t.Context(), out, x, workers.New(p.Threads)); err != nil {
					t.Fatal(err)
				}
				for i := range want {
					if out[i] != want[i] {
						t.Fatalf("%s: %+v, run %d: element %d = %v, want %v", name, b, run, i, out[i], want[i])
					}
				}
			}
		}
	}
}

var blocks = []struct {
	name                        string
	in, c, out, h, k, s, expand int
}{
	{"sep28", 256, 256, 256, 28, 3, 1, 0},
	{"ir14", 64, 384, 64, 14, 3, 1, 1},
	{"ir56", 24, 144, 24, 56, 3, 1, 1},
	{"ir56s2", 24, 144, 32, 56, 3, 2, 1},
	{"sep112", 32, 32, 64, 112, 3, 1, 0},
}

func BenchmarkBlock(b *testing.B) {
	for _, threads := range []int{1, 2} {
		for _, l := range blocks {
			p := problem.Convolution{Geometry: layer.Geometry{N: 1, C: l.c, O: l.c, Groups: l.c}, ISA: kernel.Best(), Threads: threads}
			p.Lo, p.Hi = problem.NoClamp()
			p.In, p.Kernel, p.Stride, p.Dilation, p.Pads = [3]int{1, l.h, l.h}, [3]int{1, l.k, l.k}, [3]int{1, l.s, l.s}, [3]int{1, 1, 1}, [3]layer.Pad{{}, {Begin: l.k / 2}, {Begin: l.k / 2}}
			p.Out = [3]int{1, (l.h-1)/l.s + 1, (l.h-1)/l.s + 1}
			b.Run(fmt.Sprintf("%s/threads%d", l.name, threads), func(b *testing.B) {
				r := rand.New(rand.NewPCG(1, 1))
				weights, bias, _ := drawn.Operands(&p, false)
				var expand *dense.Pointwise
				if l.expand > 0 {
					expand = pointwiseOf(r, l.in, l.c)
				}
				block := NewBlockBands(dense.Block{Depthwise: p, Weights: weights, Bias: bias, Expand: expand, Project: pointwiseOf(r, l.c, l.out), Channels: l.in})
				x, out, t := make([]float32, l.in*volume(p.In)), make([]float32, l.out*volume(p.Out)), workers.New(threads)
				for i := range x {
					x[i] = float32(r.NormFloat64())
				}
				best := time.Hour
				for b.Loop() {
					start := time.Now()
					block.Run(b.Context(), out, x, t)
					best = min(best, time.Since(start))
				}
				b.ReportMetric(best.Seconds()*1e3, "ms-min")
				b.ReportMetric(float64(block.conv.bands[0].tile.Rows), "rows")
			})
		}
	}
}
