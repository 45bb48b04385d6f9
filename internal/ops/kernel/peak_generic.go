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

// peakRounds and peakChains make a run of some hundred microseconds: short enough to be free of interrupts now and then.
const peakRounds, peakChains = 50_000, 12

// Multiply runs independent FMAs without memory operands once, for some hundred microseconds, and returns how many FLOPs
// they were.
func (l ISA) Multiply() float64 {
	l.peak(peakRounds)
	return 2 * peakRounds * peakChains * float64(l.Lanes())
}

// PeakFLOPs measures the rate of one thread's multiply-add units in FLOP/s:
// the best of runs of Multiply that last d in all.
func (l ISA) PeakFLOPs(d time.Duration) float64 {
	best := 0.0
	for end := time.Now().Add(d); ; {
		start := time.Now()
		work := l.Multiply()
		now := time.Now()
		best = max(best, work/max(1, now.Sub(start)).Seconds())
		if now.After(end) {
			return best
		}
	}
}
