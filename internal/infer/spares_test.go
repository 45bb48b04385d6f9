package infer

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"unsafe"

	"convx/internal/tensor"
)

// Memory of weights is used again only where nobody looks at it any more: what a network computes is the same, to the bit, whether
// its weights have memory of their own or take what the packed ones leave.
func TestSparesAreNotLookedAt(t *testing.T) {
	image := []int{1, 64, 5, 5}
	weights := map[string]*tensor.Array{
		"a": seeded("a", 64, 64, 3, 3), "b": seeded("b", 64, 64, 3, 3), "point": seeded("point", 64, 64, 1, 1), "norm": seeded("norm", 64, 64, 3, 3),
		"deep": seeded("deep", 64, 1, 9, 9), "classes": seeded("classes", 90, 64), "more": seeded("more", 90, 70),
		"bias": seeded("bias", 64), "scale": positive("scale", 64), "variance": positive("variance", 64),
	}
	var reading sync.Mutex
	lends := map[*byte]int{} // how often a piece of memory was lent
	build := func(lend bool, threads int) *Network {
		b := &builder{}
		at := map[string]int{}
		for name, a := range weights {
			at[name] = b.weight(name, a)
			if w := b.p.Values[at[name]].Weight; lend {
				w.ReadInto = func(memory []byte) (*tensor.Array, error) {
					if memory == nil {
						return a.Clone(), nil
					}
					if cap(memory) > 2*len(memory) {
						t.Errorf("%d threads: %s is lent %d bytes for %d, and may hold on to them", threads, name, cap(memory), len(memory))
					}
					reading.Lock()
					lends[unsafe.SliceData(memory)]++
					reading.Unlock()
					copy(memory, a.Raw())
					return tensor.ArrayAt(a.Elem, memory, a.Shape...), nil
				}
			}
		}
		y := b.in("x", tensor.Float32, image...)
		for i, name := range []string{"a", "b", "point", "norm", "a", "deep", "b"} { // some are read twice
			attributes := map[string]any{}
			if k := weights[name].Shape[2]; k > 1 {
				attributes["pads"] = []int64{int64(k / 2), int64(k / 2), int64(k / 2), int64(k / 2)}
			}
			if name == "deep" {
				attributes["group"] = int64(64)
			}
			y = b.op("Conv", fmt.Sprint("conv", i), image, attributes, y, at[name])
			if name == "norm" {
				y = b.op("BatchNormalization", "normed", image, nil, y, at["scale"], at["bias"], at["bias"], at["variance"])
			}
			y = b.op("Softsign", fmt.Sprint("soft", i), image, nil, y)
		}
		y = b.op("Flatten", "flat", []int{1, 64}, nil, b.op("GlobalAveragePool", "mean", []int{1, 64, 1, 1}, nil, y))
		y = b.op("Gemm", "classified", []int{1, 90}, map[string]any{"transB": int64(1)}, y, at["classes"])
		b.out("y", b.op("MatMul", "more", []int{1, 70}, nil, y, at["more"]))
		return b.prepare(t, Options{Threads: threads})
	}
	x := map[string]*tensor.Array{"x": seeded("x", image...)}
	for _, threads := range []int{1, 2} {
		own, lent := build(false, threads), build(true, threads)
		run(t, own, x)
		run(t, lent, x)
		if got, want := lent.Result(lent.At[0]).Raw(), own.Result(own.At[0]).Raw(); !bytes.Equal(got, want) {
			t.Errorf("%d threads: another result", threads)
		}
		again := 0
		for _, times := range lends {
			again = max(again, times)
		}
		if again < 2 {
			t.Errorf("%d threads: no memory was lent again", threads)
		}
		clear(lends)
	}
}
