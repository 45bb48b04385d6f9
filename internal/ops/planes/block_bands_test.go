package planes

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"convx/internal/layer"
	"convx/internal/ops/dense"
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
	return w
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
	for i := range drawn(400) {
		p := randomBlock(r)
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		in, expand := p.C, (*dense.Pointwise)(nil)
		if r.IntN(2) == 0 {
			in = 1 + r.IntN(12)
			expand = pointwiseOf(r, in, p.C)
		}
		project := pointwiseOf(r, p.C, 1+r.IntN(12))
		residual := p.In == p.Out && r.IntN(2) == 0
		if residual {
			project = pointwiseOf(r, p.C, in)
		}
		weights, bias, _ := operands(&p, true)
		x := make([]float32, p.N*in*volume(p.In))
		for i := range x {
			x[i] = float32(r.IntN(5) - 2)
		}

		mid := x
		if expand != nil {
			q := as1x1(expand, &p, in, p.In)
			mid = definition(&q, expand.Weights, expand.Bias, x)
		}
		q := as1x1(project, &p, p.C, p.Out)
		want := definition(&q, project.Weights, project.Bias, definition(&p, weights, bias, mid))
		lo, hi := float32(-9), float32(50)
		if residual {
			for i := range want {
				want[i] = min(max(want[i]+x[i], lo), hi)
			}
		}
		if why := dense.BlockNCHWcDeclines(&p, in); why != "" {
			t.Fatalf("%+v: declined: %s", p, why)
		}
		for name, b := range map[string]problem.Conv{
			"bands":  NewBlockBands(p, weights, bias, expand, project, in, residual, lo, hi),
			"blocks": dense.NewBlockNCHWc(p, weights, bias, expand, project, in, residual, lo, hi),
		} {
			out := make([]float32, len(want))
			for run := range 2 {
				if err := b.Run(t.Context(), out, x, workers.New(p.Threads)); err != nil {
					t.Fatal(err)
				}
				for i := range want {
					if out[i] != want[i] {
						t.Fatalf("%s: %+v, residual %v, run %d: element %d = %v, want %v", name, p, residual, run, i, out[i], want[i])
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
				weights, bias, _ := operands(&p, false)
				var expand *dense.Pointwise
				if l.expand > 0 {
					expand = pointwiseOf(r, l.in, l.c)
				}
				block := NewBlockBands(p, weights, bias, expand, pointwiseOf(r, l.c, l.out), l.in, false, 0, 0)
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
