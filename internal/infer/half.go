package infer

import (
	"sync"

	"convx/internal/tensor"
)

// halves is what a plan in float32 reads and writes in place of half floats: numbers are widened as they come and rounded as
// they go, which is what half floats mean for a sum of products.
type halves struct{ x, y []float32 }

// wideHalves are all half floats as float32.
var wideHalves = sync.OnceValue(func() *[1 << 16]float32 {
	var table [1 << 16]float32
	for i := range table {
		table[i] = tensor.F16(i).Float32()
	}
	return &table
})

// widen is half floats as float32.
func widen(to []float32, from []tensor.F16) {
	table := wideHalves()
	for i, v := range from {
		to[i] = table[v]
	}
}

// roundHalves is float32 as half floats.
func roundHalves(to []tensor.F16, from []float32) {
	for i, v := range from {
		to[i] = tensor.ToF16(v)
	}
}

// widened is an array of float32, or of half floats as float32; nil if it is of another type.
func widened(a *tensor.Array) *tensor.Tensor[float32] {
	switch a.Elem {
	case tensor.Float32:
		t, _ := tensor.ToTensor[float32](a)
		return t
	case tensor.Float16:
		t := tensor.New[float32](a.Shape...)
		widen(t.Data, tensor.Data[tensor.F16](a))
		return t
	}
	return nil
}
