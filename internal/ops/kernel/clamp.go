package kernel

import (
	"math"
	"runtime"
)

// masks says that the compiler makes branches of choices there.
const masks = runtime.GOARCH == "386" || runtime.GOARCH == "arm"

// clamp is min(max(v, lo), hi), but NaN where v is. Bits are chosen, not branched to: nothing foretells whether a sum is
// below zero, and a core that guesses wrong half of the time loses more than the sum took.
func clamp(v, lo, hi float32) float32 {
	b, l, h := math.Float32bits(v), math.Float32bits(lo), math.Float32bits(hi)
	if masks {
		below, above := -bit(v < lo), -bit(v > hi)
		return math.Float32frombits(b&^(below|above) | l&below | h&above)
	}
	if v < lo {
		b = l
	}
	if v > hi {
		b = h
	}
	return math.Float32frombits(b)
}

// bit is 1 for true.
func bit(b bool) (v uint32) {
	if b {
		v = 1
	}
	return v
}

// clampAll is clamp of every element.
func clampAll(row []float32, lo, hi float32) {
	if !limits(lo, hi) {
		return
	}
	for ; len(row) >= 4; row = row[4:] {
		r := (*[4]float32)(row)
		r[0], r[1], r[2], r[3] = clamp(r[0], lo, hi), clamp(r[1], lo, hi), clamp(r[2], lo, hi), clamp(r[3], lo, hi)
	}
	for j, v := range row {
		row[j] = clamp(v, lo, hi)
	}
}

// limits reports whether lo and hi keep anything out.
func limits(lo, hi float32) bool { return lo >= -math.MaxFloat32 || hi <= math.MaxFloat32 }
