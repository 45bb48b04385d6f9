package fourier

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"convx/internal/ops/drawn"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// both prepares p in both ways that fit the workspace.
func both(p problem.Convolution, weights, bias []float32) []problem.Conv {
	var all []problem.Conv
	tiles, _ := best(&p)
	for _, tiles.matrix = range []bool{false, true} {
		if !math.IsInf(tiles.cost(&p), 1) {
			all = append(all, newConv(newLayout(&p, tiles), weights, bias))
		}
	}
	return all
}

func TestThreadsChangeNoBit(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range drawn.Layers(20) {
		p := random(r)
		p.ISA = kernel.Best()
		weights, bias, in := drawn.Operands(&p, false)
		var want [][]float32
		for _, threads := range []int{1, 2, 5} {
			p.Threads = threads
			for i, c := range both(p, weights, bias) {
				out := make([]float32, p.N*p.O*volume(p.Out))
				if err := c.Run(t.Context(), out, in, workers.New(threads)); err != nil {
					t.Fatal(err)
				}
				if len(want) <= i {
					want = append(want, out)
				}
				for j, v := range out {
					if math.Float32bits(v) != math.Float32bits(want[i][j]) {
						t.Fatalf("%+v: element %d is %v on 1 thread and %v on %d", p, j, want[i][j], v, threads)
					}
				}
			}
		}
	}
}

// TestNaN puts one NaN into the input: every output that meets it is NaN, and
// none of another image or group is.
func TestNaN(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range drawn.Layers(30) {
		p := random(r)
		p.ISA = kernel.Best()
		weights, bias, in := drawn.Operands(&p, false)
		at := r.IntN(len(in))
		in[at] = float32(math.NaN())
		want := naive(&p, weights, bias, in)
		group := at / (volume(p.In) * p.C / p.Groups) // of all images
		perGroup := len(want) / p.N / p.Groups
		for _, c := range both(p, weights, bias) {
			out := make([]float32, len(want))
			if err := c.Run(t.Context(), out, in, workers.New(p.Threads)); err != nil {
				t.Fatal(err)
			}
			for i, v := range out {
				if want[i] != want[i] && v == v {
					t.Fatalf("%+v: output %d is %v, not NaN", p, i, v)
				}
				if v != v && i/perGroup != group {
					t.Fatalf("%+v: output %d, of another group, is NaN", p, i)
				}
			}
		}
	}
}

// TestWorkspace holds convolutions to 8 MiB a thread beside the weights, on
// layers of networks and on planes that no tile holds, and weights to their bound.
func TestWorkspace(t *testing.T) {
	for i, l := range suite {
		for _, scale := range []int{1, 4} {
			for _, threads := range []int{1, 3} {
				p := suiteProblem(i, kernel.Best(), threads)
				for a := 1; a < 3; a++ {
					if p.Kernel[a] > 1 {
						p.In[a] *= scale
						p.Out[a] = p.In[a]
					}
				}
				weights := make([]float32, p.O*p.C/p.Groups*volume(p.Kernel))
				c := New(p, weights, nil)
				if n := c.Workspace(); n > threads*maxWorkspace {
					t.Errorf("%s x%d on %d threads: %d bytes", l.name, scale, threads, n)
				}
				if n := c.Packed(); n > maxPacked+4*(p.O+64) {
					t.Errorf("%s x%d: %d bytes of weights", l.name, scale, n)
				}
			}
		}
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	p := suiteProblem(len(suite)-1, kernel.Best(), 2)
	p.Groups = 4
	weights, bias, in := drawn.Operands(&p, false)
	out := make([]float32, p.O*volume(p.Out))
	convs := both(p, weights, bias)
	if len(convs) != 2 {
		t.Fatalf("%d ways, want 2", len(convs))
	}
	for i, c := range convs {
		team := workers.New(2)
		if n := testing.AllocsPerRun(5, func() { c.Run(t.Context(), out, in, team) }); n != 0 {
			t.Errorf("way %d allocates %v times a run", i, n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Run(ctx, out, in, team); !errors.Is(err, context.Canceled) {
			t.Errorf("way %d of a cancelled run: %v", i, err)
		}
	}
}
