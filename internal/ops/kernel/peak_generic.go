package kernel

import "time"

// peakGeneric runs n rounds of 12 independent scalar multiply-adds.
func peakGeneric(n int) float32 {
	var a [12]float32
	one := float32(n)
	for range n {
		for i := range a {
			a[i] += one * one
		}
	}
	return a[0]
}

// PeakFLOPs measures the rate of one thread's multiply-add units in FLOP/s:
// the best of short runs of independent FMAs without memory operands that
// last d in all.
func (l ISA) PeakFLOPs(d time.Duration) float64 {
	const rounds, chains = 50_000, 12
	best := time.Duration(1 << 62)
	for end := time.Now().Add(d); ; {
		start := time.Now()
		l.peak(rounds)
		now := time.Now()
		best = max(1, min(best, now.Sub(start)))
		if now.After(end) {
			break
		}
	}
	return 2 * rounds * chains * float64(l.Lanes()) / best.Seconds()
}

// Lanes returns how many float32 values a vector of the instruction set holds.
func (l ISA) Lanes() int { return [...]int{Generic: 1, AVX2: 8, AVX512: 16}[l] }
