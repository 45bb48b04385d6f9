package tensor

import "hash/fnv"

// Stream draws the same numbers from the same seed and name on every machine, in every version: SplitMix64
// (Steele, Lea & Flood 2014) and nothing but exact arithmetic.
type Stream struct{ state uint64 }

// NewStream starts the stream of one named operand, so that adding an operand never changes another's values.
func NewStream(seed uint64, name string) *Stream {
	h := fnv.New64a()
	h.Write([]byte(name))
	return &Stream{state: seed ^ h.Sum64()}
}

// Uint64 is the next 64 bits.
func (s *Stream) Uint64() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Uniform is the next multiple of 2^-23 in [-1, 1), exact in float32.
func (s *Stream) Uniform() float64 {
	return float64(int64(s.Uint64()>>40)-1<<23) / (1 << 23)
}

// Int is the next integer in [lo, hi].
func (s *Stream) Int(lo, hi int) int {
	return lo + int(s.Uint64()>>11%uint64(hi-lo+1))
}

// FillUniform draws every element from [-scale, scale).
func FillUniform[T Float](t *Tensor[T], s *Stream, scale float64) {
	for i := range t.Data {
		t.Data[i] = T(float64(scale * s.Uniform()))
	}
}

// FillInt draws every element from the integers lo..hi: sums of their products are exact, so results compare with ==.
func FillInt[T Float](t *Tensor[T], s *Stream, lo, hi int) {
	for i := range t.Data {
		t.Data[i] = T(s.Int(lo, hi))
	}
}
