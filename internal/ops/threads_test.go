package ops

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// TestThreadsChangeNoBit runs every algorithm on fractions, whose sums depend on their order, with 1 to 3 threads.
func TestThreadsChangeNoBit(t *testing.T) {
	for _, kind := range layer.Kinds() {
		for i := range algorithms[kind] {
			a := &algorithms[kind][i]
			if a.prepare32 != nil {
				t.Run(string(kind)+"/"+a.Name+"/float32", func(t *testing.T) { threadsChangeNoBit[float32](t, kind, a) })
			}
			if a.prepare64 != nil {
				t.Run(string(kind)+"/"+a.Name+"/float64", func(t *testing.T) { threadsChangeNoBit[float64](t, kind, a) })
			}
		}
	}
}

func threadsChangeNoBit[T tensor.Float](t *testing.T, kind layer.Kind, a *algorithm) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		d := drawAccepted[T](t, kind, a)
		accepted++
		in, weights := integers[T](d, rapid.Uint64().Draw(t, "seed"))
		for i := range in[0].Data {
			in[0].Data[i] /= 3
		}
		for _, w := range weights {
			for i := range w.Data {
				w.Data[i] /= 7
			}
		}
		one := runOn(t, d, in, weights, Options{Algorithm: a.Name, Threads: 1}, false)
		for _, threads := range []int{2, 3} {
			many := runOn(t, d, in, weights, Options{Algorithm: a.Name, Threads: threads}, false)
			if i := differsInBits(many, one); i >= 0 {
				t.Fatalf("%s: output %d is %v on 1 thread, %v on %d", d, i, one.Data[i], many.Data[i], threads)
			}
		}
	})
	if accepted == 0 {
		t.Error("no drawn stage was accepted: draw some that are")
	}
}

// differsInBits is the first index at which two tensors of one shape differ, -0 from 0 too; -1 if there is none.
func differsInBits[T tensor.Float](a, b *tensor.Tensor[T]) int {
	for i, v := range a.Data {
		if math.Float64bits(float64(v)) != math.Float64bits(float64(b.Data[i])) {
			return i
		}
	}
	return -1
}
