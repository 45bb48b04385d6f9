package kernel

import (
	"runtime"
	"time"
)

// peakGeneric runs n rounds of 12 independent scalar multiply-adds, whose sums stay in registers where there are as many.
func peakGeneric(n int) {
	if runtime.GOARCH == "386" {
		peakOfFew(n)
		return
	}
	x, y := float32(0.5), float32(n)
	a, b, c, d, e, f := y, y+1, y+2, y+3, y+4, y+5
	g, h, i, j, k, l := y+6, y+7, y+8, y+9, y+10, y+11
	for range n {
		a, b, c, d, e, f = a*x+y, b*x+y, c*x+y, d*x+y, e*x+y, f*x+y
		g, h, i, j, k, l = g*x+y, h*x+y, i*x+y, j*x+y, k*x+y, l*x+y
	}
	runtime.KeepAlive(a + b + c + d + e + f + g + h + i + j + k + l)
}

// peakOfFew is peakGeneric for eight registers, of which three sums are what the compiler keeps there: products wait for none
// of them.
func peakOfFew(n int) {
	w := &peakWeights
	var a, b, c float32
	x := 1 / float32(n)
	for range n {
		a += x * w[0]
		b += x * w[1]
		c += x * w[2]
		a += x * w[3]
		b += x * w[4]
		c += x * w[5]
		a += x * w[6]
		b += x * w[7]
		c += x * w[8]
		a += x * w[9]
		b += x * w[10]
		c += x * w[11]
	}
	runtime.KeepAlive(a + b + c)
}

var peakWeights = [peakChains]float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}

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
