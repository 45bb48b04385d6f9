package operands

import "convx/internal/tensor"

// Floats are an array's elements as float32, a copy unless they are; false for strings.
func Floats(a *tensor.Array) ([]float32, bool) {
	switch a.Elem {
	case tensor.Float32:
		return tensor.Data[float32](a), true
	case tensor.Float16:
		return mapped(a, tensor.F16.Float32), true
	case tensor.BFloat16:
		return mapped(a, tensor.BF16.Float32), true
	case tensor.Bool:
		return mapped(a, func(b bool) float32 {
			if b {
				return 1
			}
			return 0
		}), true
	case tensor.Float64:
		return mapped(a, float[float64]), true
	case tensor.Int8:
		return mapped(a, float[int8]), true
	case tensor.Int16:
		return mapped(a, float[int16]), true
	case tensor.Int32:
		return mapped(a, float[int32]), true
	case tensor.Int64:
		return mapped(a, float[int64]), true
	case tensor.Uint8:
		return mapped(a, float[uint8]), true
	case tensor.Uint16:
		return mapped(a, float[uint16]), true
	case tensor.Uint32:
		return mapped(a, float[uint32]), true
	case tensor.Uint64:
		return mapped(a, float[uint64]), true
	case tensor.Int4:
		return mapped(a, float[tensor.I4]), true
	case tensor.Uint4:
		return mapped(a, float[tensor.U4]), true
	}
	return nil, false
}

func float[T float64 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | tensor.I4 | tensor.U4](v T) float32 {
	return float32(v)
}

func mapped[T tensor.Item](a *tensor.Array, f func(T) float32) []float32 {
	out := make([]float32, a.Len())
	for i, v := range tensor.Data[T](a) {
		out[i] = f(v)
	}
	return out
}
