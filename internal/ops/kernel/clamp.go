package kernel

import "math"

// clamp is min(max(v, lo), hi), but NaN where v is. Bits are chosen, not branched to: nothing foretells whether a sum is
// below zero, and a core that guesses wrong half of the time loses more than the sum took.
func clamp(v, lo, hi float32) float32 {
	b, l, h := math.Float32bits(v), math.Float32bits(lo), math.Float32bits(hi)
	if v < lo {
		b = l
	}
	if v > hi {
		b = h
	}
	return math.Float32frombits(b)
}

// clampAll is clamp of every element.
func clampAll(row []float32, lo, hi float32) {
	if math.IsInf(float64(lo), -1) && math.IsInf(float64(hi), 1) {
		return
	}
	l, h := math.Float32bits(lo), math.Float32bits(hi)
	for j, v := range row {
		b := math.Float32bits(v)
		if v < lo {
			b = l
		}
		if v > hi {
			b = h
		}
		row[j] = math.Float32frombits(b)
	}
}
