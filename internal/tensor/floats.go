package tensor

// Floats are an array's elements as float32, a copy unless they are; false for strings.
func Floats(a *Array) ([]float32, bool) {
	switch a.Elem {
	case Float32:
		return Data[float32](a), true
	case Float16:
		return mapped(a, F16.Float32), true
	case BFloat16:
		return mapped(a, BF16.Float32), true
	case Bool:
		return mapped(a, func(b bool) float32 {
			if b {
				return 1
			}
			return 0
		}), true
	case Float64:
		return mapped(a, float[float64]), true
	case Int8:
		return mapped(a, float[int8]), true
	case Int16:
		return mapped(a, float[int16]), true
	case Int32:
		return mapped(a, float[int32]), true
	case Int64:
		return mapped(a, float[int64]), true
	case Uint8:
		return mapped(a, float[uint8]), true
	case Uint16:
		return mapped(a, float[uint16]), true
	case Uint32:
		return mapped(a, float[uint32]), true
	case Uint64:
		return mapped(a, float[uint64]), true
	case Int4:
		return mapped(a, float[I4]), true
	case Uint4:
		return mapped(a, float[U4]), true
	}
	return nil, false
}

func float[T float64 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | I4 | U4](v T) float32 {
	return float32(v)
}

func mapped[T Item](a *Array, f func(T) float32) []float32 {
	out := make([]float32, a.Len())
	for i, v := range Data[T](a) {
		out[i] = f(v)
	}
	return out
}
