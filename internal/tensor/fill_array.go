package tensor

// FillUniform draws every element of an array of floating-point numbers from [-1, 1); arrays of other types keep theirs.
func (a *Array) FillUniform(s *Stream) {
	switch a.Elem {
	case Float32:
		draw(Data[float32](a), s, func(v float64) float32 { return float32(v) })
	case Float64:
		draw(Data[float64](a), s, func(v float64) float64 { return v })
	case Float16:
		draw(Data[F16](a), s, func(v float64) F16 { return ToF16(float32(v)) })
	case BFloat16:
		draw(Data[BF16](a), s, func(v float64) BF16 { return ToBF16(float32(v)) })
	}
}

func draw[T Item](data []T, s *Stream, from func(float64) T) {
	for i := range data {
		data[i] = from(s.Uniform())
	}
}
