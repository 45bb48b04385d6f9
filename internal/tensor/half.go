package tensor

import "math"

// F16 is an IEEE 754 binary16 number: 1 sign, 5 exponent, 10 fraction bits.
type F16 uint16

// BF16 is a bfloat16 number: the upper half of a float32.
type BF16 uint16

// Float32 is the exact value of h.
func (h F16) Float32() float32 {
	sign := uint32(h&0x8000) << 16
	exponent, fraction := uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch {
	case exponent == 0x1f:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	case exponent == 0:
		v := float32(fraction) * (1.0 / (1 << 24)) // subnormal, or zero
		return math.Float32frombits(sign | math.Float32bits(v))
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// ToF16 rounds v to the nearest binary16 number, ties to even; what is 65520 or larger becomes infinite.
func ToF16(v float32) F16 {
	bits := math.Float32bits(v)
	sign := F16(bits >> 16 & 0x8000)
	bits &= 0x7fffffff
	switch {
	case bits > 0x7f800000: // NaN stays one, quiet
		return sign | 0x7e00 | F16(bits>>13&0x3ff)
	case bits >= 0x47800000: // 65536 and larger
		return sign | 0x7c00
	case bits < 0x38800000: // below 2^-14: the sum with 0.5 leaves the rounded multiple of 2^-24 in the last bits
		return sign | F16(math.Float32bits(math.Float32frombits(bits)+0.5)-0x3f000000)
	}
	bits += 0xfff + bits>>13&1 // half of the last place less one, and one more where it is odd
	return sign | F16((bits-112<<23)>>13)
}

// ToF16From64 rounds v once: through float32 a tie could be made where there was none.
func ToF16From64(v float64) F16 { return ToF16(oddFloat32(v)) }

// Float32 is the exact value of b.
func (b BF16) Float32() float32 { return math.Float32frombits(uint32(b) << 16) }

// ToBF16 rounds v to the nearest bfloat16 number, ties to even.
func ToBF16(v float32) BF16 {
	bits := math.Float32bits(v)
	if bits&0x7fffffff > 0x7f800000 {
		return BF16(bits>>16 | 0x40)
	}
	return BF16((bits + 0x7fff + bits>>16&1) >> 16)
}

// ToBF16From64 rounds v once.
func ToBF16From64(v float64) BF16 { return ToBF16(oddFloat32(v)) }

// oddFloat32 is v as float32, rounded to odd where it is inexact: a second rounding to a shorter format is then as good as
// a single one (Boldo & Melquiond 2008).
func oddFloat32(v float64) float32 {
	f := float32(v)
	if float64(f) == v || v != v || math.IsInf(v, 0) {
		return f
	}
	bits := math.Float32bits(f)
	if math.Abs(float64(f)) > math.Abs(v) { // toward zero first
		bits--
	}
	return math.Float32frombits(bits | 1)
}
