package kernel

import (
	"runtime"
	"time"
)

// peakGeneric runs n rounds of 12 independent scalar multiply-adds, whose sums stay in registers where there are as many.
func peakGeneric(n int) {
	x, y := float32(0.5), float32(n)
	a, b, c, d, e, f := y, y+1, y+2, y+3, y+4, y+5
	g, h, i, j, k, l := y+6, y+7, y+8, y+9, y+10, y+11
	for range n {
		a, b, c, d, e, f = a*x+y, b*x+y, c*x+y, d*x+y, e*x+y, f*x+y
		g, h, i, j, k, l = g*x+y, h*x+y, i*x+y, j*x+y, k*x+y, l*x+y
	}
	runtime.KeepAlive(a + b + c + d + e + f + g + h + i + j + k + l)
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
