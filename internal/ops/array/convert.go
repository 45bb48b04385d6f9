package array

import (
	"math"
	"strconv"

	"convx/internal/tensor"
)

// chunk is how many elements are converted through a buffer of one of the wide types at once.
const chunk = 128

type number interface {
	float32 | float64 | int64 | uint64
}

type integer interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64
}

// convert writes src's elements to dst in dst's type, as the specification of Cast says: integers keep their low bits,
// floats are truncated to integers and held within their range, and rounded to nearest even in shorter floats.
func convert(dst, src *tensor.Array) error {
	if dst.Elem == src.Elem {
		dst.CopyFrom(src)
		return nil
	}
	if src.Elem == tensor.String {
		return parse(dst, tensor.Data[string](src))
	}
	var f [chunk]float64
	var i [chunk]int64
	var u [chunk]uint64
	for at, n := 0, src.Len(); at < n; at += chunk {
		m := min(chunk, n-at)
		switch {
		case src.Elem == tensor.Float32 && dst.Elem == tensor.String:
			for k, v := range tensor.Data[float32](src)[at : at+m] {
				tensor.Data[string](dst)[at+k] = spell(float64(v), 32)
			}
		case src.Elem.IsFloat():
			loadFloats(f[:m], src, at)
			storeFloats(dst, at, f[:m])
		case src.Elem == tensor.Uint64:
			copy(u[:m], tensor.Data[uint64](src)[at:])
			storeUints(dst, at, u[:m])
		default:
			loadInts(i[:m], src, at)
			storeInts(dst, at, i[:m])
		}
	}
	return nil
}

// loadFloats reads elements of a float type, from at on.
func loadFloats(into []float64, a *tensor.Array, at int) {
	switch a.Elem {
	case tensor.Float64:
		copy(into, tensor.Data[float64](a)[at:])
	case tensor.Float32:
		for i, v := range tensor.Data[float32](a)[at:][:len(into)] {
			into[i] = float64(v)
		}
	case tensor.Float16:
		for i, v := range tensor.Data[tensor.F16](a)[at:][:len(into)] {
			into[i] = float64(v.Float32())
		}
	case tensor.BFloat16:
		for i, v := range tensor.Data[tensor.BF16](a)[at:][:len(into)] {
			into[i] = float64(v.Float32())
		}
	}
}

// loadInts reads elements of any integer type but uint64, or bools, from at on.
func loadInts(into []int64, a *tensor.Array, at int) {
	switch a.Elem {
	case tensor.Int64:
		copy(into, tensor.Data[int64](a)[at:])
	case tensor.Int32:
		widenInts(into, tensor.Data[int32](a)[at:])
	case tensor.Int16:
		widenInts(into, tensor.Data[int16](a)[at:])
	case tensor.Int8:
		widenInts(into, tensor.Data[int8](a)[at:])
	case tensor.Int4:
		widenInts(into, tensor.Data[tensor.I4](a)[at:])
	case tensor.Uint32:
		widenInts(into, tensor.Data[uint32](a)[at:])
	case tensor.Uint16:
		widenInts(into, tensor.Data[uint16](a)[at:])
	case tensor.Uint8:
		widenInts(into, tensor.Data[uint8](a)[at:])
	case tensor.Uint4:
		widenInts(into, tensor.Data[tensor.U4](a)[at:])
	case tensor.Bool:
		for i, v := range tensor.Data[bool](a)[at:][:len(into)] {
			into[i] = 0
			if v {
				into[i] = 1
			}
		}
	}
}

func widenInts[T integer | tensor.I4 | tensor.U4](into []int64, from []T) {
	for i, v := range from[:len(into)] {
		into[i] = int64(v)
	}
}

// storeFloats writes values from at on, in a's type.
func storeFloats(a *tensor.Array, at int, values []float64) {
	switch a.Elem {
	case tensor.Float64:
		copy(tensor.Data[float64](a)[at:], values)
	case tensor.Float32:
		store(tensor.Data[float32](a)[at:], values, func(v float64) float32 { return float32(v) })
	case tensor.Float16:
		store(tensor.Data[tensor.F16](a)[at:], values, tensor.ToF16From64)
	case tensor.BFloat16:
		store(tensor.Data[tensor.BF16](a)[at:], values, tensor.ToBF16From64)
	case tensor.Bool:
		store(tensor.Data[bool](a)[at:], values, func(v float64) bool { return v != 0 })
	case tensor.String:
		store(tensor.Data[string](a)[at:], values, func(v float64) string { return spell(v, 64) })
	case tensor.Uint64:
		store(tensor.Data[uint64](a)[at:], values, saturateUint)
	default:
		lo, hi := bounds(a.Elem)
		var ints [chunk]int64
		store(ints[:], values, func(v float64) int64 { return saturate(v, lo, hi) })
		storeInts(a, at, ints[:len(values)])
	}
}

func store[D, S any](into []D, values []S, f func(S) D) {
	into = into[:len(values)]
	for i, v := range values {
		into[i] = f(v)
	}
}

// bounds is the range of an integer type other than uint64.
func bounds(e tensor.Elem) (lo, hi int64) {
	bits := 8 * e.Size()
	if e == tensor.Int4 || e == tensor.Uint4 {
		bits = 4
	}
	if e.IsUnsigned() {
		return 0, int64(1)<<bits - 1
	}
	return -1 << (bits - 1), 1<<(bits-1) - 1
}

// saturate truncates v toward zero and holds it within lo and hi; NaN becomes zero.
func saturate(v float64, lo, hi int64) int64 {
	switch {
	case v != v:
		return 0
	case v <= float64(lo):
		return lo
	case v >= float64(hi):
		return hi
	}
	return int64(v)
}

func saturateUint(v float64) uint64 {
	switch {
	case !(v > 0):
		return 0
	case v >= 1<<64:
		return math.MaxUint64
	}
	return uint64(v)
}

// storeInts writes values from at on, in a's type: of a shorter one, the low bits.
func storeInts(a *tensor.Array, at int, values []int64) {
	switch a.Elem {
	case tensor.Float64:
		store(tensor.Data[float64](a)[at:], values, func(v int64) float64 { return float64(v) })
	case tensor.Float32:
		store(tensor.Data[float32](a)[at:], values, func(v int64) float32 { return float32(v) })
	case tensor.Float16:
		store(tensor.Data[tensor.F16](a)[at:], values, func(v int64) tensor.F16 { return tensor.ToF16From64(float64(v)) })
	case tensor.BFloat16:
		store(tensor.Data[tensor.BF16](a)[at:], values, func(v int64) tensor.BF16 { return tensor.ToBF16From64(float64(v)) })
	case tensor.Int64:
		copy(tensor.Data[int64](a)[at:], values)
	case tensor.Int32:
		store(tensor.Data[int32](a)[at:], values, func(v int64) int32 { return int32(v) })
	case tensor.Int16:
		store(tensor.Data[int16](a)[at:], values, func(v int64) int16 { return int16(v) })
	case tensor.Int8:
		store(tensor.Data[int8](a)[at:], values, func(v int64) int8 { return int8(v) })
	case tensor.Int4:
		store(tensor.Data[tensor.I4](a)[at:], values, func(v int64) tensor.I4 { return tensor.I4(v << 60 >> 60) })
	case tensor.Uint64:
		store(tensor.Data[uint64](a)[at:], values, func(v int64) uint64 { return uint64(v) })
	case tensor.Uint32:
		store(tensor.Data[uint32](a)[at:], values, func(v int64) uint32 { return uint32(v) })
	case tensor.Uint16:
		store(tensor.Data[uint16](a)[at:], values, func(v int64) uint16 { return uint16(v) })
	case tensor.Uint8:
		store(tensor.Data[uint8](a)[at:], values, func(v int64) uint8 { return uint8(v) })
	case tensor.Uint4:
		store(tensor.Data[tensor.U4](a)[at:], values, func(v int64) tensor.U4 { return tensor.U4(v & 15) })
	case tensor.Bool:
		store(tensor.Data[bool](a)[at:], values, func(v int64) bool { return v != 0 })
	case tensor.String:
		store(tensor.Data[string](a)[at:], values, func(v int64) string { return strconv.FormatInt(v, 10) })
	}
}

// storeUints is storeInts for uint64: only floats and text see more than the bits.
func storeUints(a *tensor.Array, at int, values []uint64) {
	switch a.Elem {
	case tensor.Float64:
		store(tensor.Data[float64](a)[at:], values, func(v uint64) float64 { return float64(v) })
	case tensor.Float32:
		store(tensor.Data[float32](a)[at:], values, func(v uint64) float32 { return float32(v) })
	case tensor.Float16:
		store(tensor.Data[tensor.F16](a)[at:], values, func(v uint64) tensor.F16 { return tensor.ToF16From64(float64(v)) })
	case tensor.BFloat16:
		store(tensor.Data[tensor.BF16](a)[at:], values, func(v uint64) tensor.BF16 { return tensor.ToBF16From64(float64(v)) })
	case tensor.String:
		store(tensor.Data[string](a)[at:], values, func(v uint64) string { return strconv.FormatUint(v, 10) })
	default:
		var ints [chunk]int64
		store(ints[:], values, func(v uint64) int64 { return int64(v) })
		storeInts(a, at, ints[:len(values)])
	}
}
