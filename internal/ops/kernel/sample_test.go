package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestSampleEveryLength(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		b := l.Block()
		for n := 1; n <= 40; n++ {
			rng := rand.New(rand.NewPCG(uint64(n), 2))
			next := integers(uint64(n))
			pixels := 1 + rng.IntN(30)
			src := newOperand(pixels*b, next)
			w := newOperand(4*n, func(int) float32 { return float32(rng.IntN(5)) / 4 })
			at := make([]int32, 4*n)
			for i := range at {
				at[i] = int32(rng.IntN(pixels) * b)
			}
			dst := newOperand(n*b, func(int) float32 { return canary })
			want := make([]float32, n*b)
			sampleGeneric(b, want, src.data, at, w.data, n)
			l.Sample(dst.data, src.data, at, w.data, n)
			equal(t, fmt.Sprintf("%d pixels", n), dst.data, want)
			dst.unchanged(t, "dst", func(int) bool { return true })
			src.unchanged(t, "src", nil)
			w.unchanged(t, "w", nil)
		}
	})
}

func BenchmarkSample(b *testing.B) {
	const n, pixels = 48, 784
	for _, l := range ISAs() {
		w := l.Block()
		dst, src := make([]float32, n*w), make([]float32, pixels*w)
		at, weights := make([]int32, 4*n), make([]float32, 4*n)
		for i := range at {
			at[i] = int32(rand.IntN(pixels) * w)
		}
		b.Run(l.String(), func(b *testing.B) {
			for b.Loop() {
				l.Sample(dst, src, at, weights, n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n*w), "ns/value")
		})
	}
}
