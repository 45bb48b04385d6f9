package ops

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"convx/internal/tensor"
)

// threadedLayers has, for each algorithm and fusion that shares its work among threads in a way of its own, layers large
// enough for several: a name, what runs them, then variant, input and keys.
var threadedLayers = []struct{ name, algorithm, layer string }{
	{"gan.first", "gemv", "transposed 1024x1x1 out-channels=512 kernel=4"},
	{"mobilenet.dw14s2", "depthwise-nchwc", "depthwise 512x14x14 kernel=3 stride=2 padding=1"},
	{"mobilenet.dw112", "direct-nchw", "depthwise 32x112x112 kernel=3 padding=1"},
	{"replknet.dw31", "fft", "depthwise 64x56x56 kernel=31 padding=15"},
	{"vit.patches16", "patches", "standard 3x224x224 out-channels=64 kernel=16 stride=16"},
	{"resnet.stem", "winograd", "standard 3x224x224 out-channels=32 kernel=7 stride=2 padding=3"},
	{"alexnet.stem", "winograd", "standard 3x227x227 out-channels=32 kernel=11 stride=4"},
	{"c3d.lines", "winograd", "standard 96x4x24x24 dims=3 kernel=3 padding=1"},
	{"deformable28", "sampled", "deformable 64x28x28 kernel=3 padding=1"},
	{"gan.up", "phases", "transposed 64x28x28 out-channels=32 kernel=4 stride=2 padding=1"},
	{"gan.up.winograd", "phases-winograd", "transposed 64x28x28 out-channels=32 kernel=4 stride=2 padding=1"},
	{"se56", "squeeze", "se 256x56x56"},
	{"mobilenet.block14", "block-nchwc", "inverted-residual 64x14x14"},
	{"mobilenet.block56", "block-bands", "inverted-residual 24x56x56"},
	{"resize.1x1", "resize-last", "resize-conv 64x64x64 out-channels=32 kernel=1 scale=2"},
	{"stem.pool", "separable", "max-pool 128x57x57 kernel=3 stride=2"},
	{"inception.pool", "separable", "average-pool 128x55x55 kernel=3 padding=1"},
}

// crowd is a context that workers of a pool wait in, a little before every item: so others come and take items too,
// even on a machine of one processor. It counts those that wait at once.
type crowd struct {
	context.Context
	waiting, most atomic.Int32
}

func (c *crowd) Err() error {
	n := c.waiting.Add(1)
	for most := c.most.Load(); n > most && !c.most.CompareAndSwap(most, n); most = c.most.Load() {
	}
	time.Sleep(20 * time.Microsecond)
	c.waiting.Add(-1)
	return c.Context.Err()
}

// TestThreadsOnLayers runs each of threadedLayers on fractions, whose sums depend on their order: several workers take
// part, their number changes no bit, and a run allocates nothing.
func TestThreadsOnLayers(t *testing.T) {
	for _, c := range threadedLayers {
		t.Run(c.name, func(t *testing.T) {
			l := layerOf(t, c.layer)
			operands := map[string]*tensor.Tensor[float32]{}
			if _, err := FillOperands(shaped(t, l), operands, 1); err != nil {
				t.Fatal(err)
			}
			var want *tensor.Tensor[float32]
			for _, threads := range []int{1, 2, 3} {
				p, err := PrepareLayer(shaped(t, l), operands, Options{Algorithm: c.algorithm, Threads: threads})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(p.Steps(), func(s Step) bool { return s.Algorithm == c.algorithm }) {
					t.Fatalf("computed by %v", p.Steps())
				}
				out := runCrowded(t, p, threads)
				if want == nil {
					want = out
				}
				if i := differsInBits(out, want); i >= 0 {
					t.Errorf("on %d threads output %d is %v, on one %v", threads, i, out.Data[i], want.Data[i])
				}
				if slices.ContainsFunc(out.Data, func(v float32) bool { return v != v }) {
					t.Errorf("on %d threads some output is NaN", threads)
				}
			}
		})
	}
}

// runCrowded demands that a run of p allocates nothing, and that more than one of several workers take part in one over NaN.
func runCrowded(t *testing.T, p *Pipeline[float32], threads int) *tensor.Tensor[float32] {
	x, out := tensor.New[float32](p.Input...), tensor.New[float32](p.Output...)
	tensor.FillUniform(x, tensor.NewStream(1, "input"), 1)
	if n := testing.AllocsPerRun(1, func() {
		if err := p.Run(t.Context(), out, x); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a run on %d threads allocates %v times", threads, n)
	}
	for i := range out.Data {
		out.Data[i] = float32(math.NaN())
	}
	c := &crowd{Context: t.Context()}
	if err := p.Run(c, out, x); err != nil {
		t.Fatal(err)
	}
	if took := int(c.most.Load()); min(threads, 2) > took || took > threads {
		t.Errorf("%d of %d workers took part", took, threads)
	}
	return out
}

// BenchmarkLayers times the same layers.
func BenchmarkLayers(b *testing.B) {
	for _, c := range threadedLayers {
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/threads=%d", c.name, threads), func(b *testing.B) {
				l := layerOf(b, c.layer)
				operands := map[string]*tensor.Tensor[float32]{}
				if _, err := FillOperands(shaped(b, l), operands, 1); err != nil {
					b.Fatal(err)
				}
				p, err := PrepareLayer(shaped(b, l), operands, Options{Algorithm: c.algorithm, Threads: threads})
				if err != nil {
					b.Fatal(err)
				}
				x, out := tensor.New[float32](p.Input...), tensor.New[float32](p.Output...)
				tensor.FillUniform(x, tensor.NewStream(1, "input"), 1)
				for b.Loop() {
					if err := p.Run(b.Context(), out, x); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
