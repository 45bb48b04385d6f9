package bench

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"convx/internal/memory"
	"convx/internal/ops/kernel"
)

// window is the time over which the work of all threads is added up: so threads that take turns on a processor do not look
// like more processors than there are. It is short, for one that nothing else interrupts to be among a hundred.
const window = time.Millisecond

// rate is the work that the threads do together, divided by the time from the start of the first to the end of the last.
func rate(threads int, window time.Duration, work func() float64) float64 {
	done := make([]float64, threads)
	start := time.Now()
	each(threads, func(i int) {
		for done[i] = work(); time.Since(start) < window; { // once at least, however late the thread gets its turn
			done[i] += work()
		}
	})
	elapsed := time.Since(start)
	sum := 0.0
	for _, d := range done {
		sum += d
	}
	return sum / elapsed.Seconds()
}

// mostCopied is how much each thread copies at a time: beyond the last level cache of what convx runs on.
const mostCopied = 64 << 20

// copiedBy is how many bytes each thread copies: less where many threads would need more than a quarter of the free memory.
func copiedBy(threads int) int {
	free, known := memory.Available()
	if !known {
		free = math.MaxInt
	}
	return max(1<<16, min(mostCopied, free/4/(2*threads)))
}

// probe measures the machine in rounds, between which something else is timed: multiply-adds in registers, and copies of buffers
// that it keeps.
type probe struct {
	Machine
	from, to [][]byte // a thread's each
}

// roundOf is how long either loop runs in a round.
const roundOf = 10 * time.Millisecond

func newProbe(threads int) *probe {
	p := &probe{Machine: Machine{CPU: CPU(), Threads: threads, Cores: coresHere(), Untimed: !kernel.CostsTimed()}, from: make([][]byte, threads), to: make([][]byte, threads)}
	copied := copiedBy(threads)
	each(threads, func(i int) {
		p.from[i], p.to[i] = make([]byte, copied), make([]byte, copied)
		// Pages that nobody has written to are all the same page of zeros, which never leaves the caches.
		for at := range p.from[i] {
			p.from[i][at] = byte(at)
		}
		copy(p.to[i], p.from[i])
	})
	return p
}

// round runs both loops for so long: the best windows of all rounds are the machine's, the median of each round a sample.
func (p *probe) round(atLeast time.Duration) {
	best, median := windows(atLeast, func() float64 { return rate(p.Threads, window, kernel.Best().Multiply) / 1e9 })
	// A quota that gives less than the threads take within a window is what counts in the long run.
	running := float64(min(p.Threads, runtime.GOMAXPROCS(0), runtime.NumCPU()))
	if quota, known := memory.Processors(); known && quota < running {
		best, median = best*quota/running, median*quota/running
	}
	p.PeakGFLOPS, p.Peaks = max(p.PeakGFLOPS, best), append(p.Peaks, median)
	best, median = windows(atLeast, func() float64 {
		start := time.Now()
		each(p.Threads, func(i int) { copy(p.to[i], p.from[i]) })
		return 2 * float64(len(p.from[0])) * float64(p.Threads) / float64(time.Since(start).Nanoseconds())
	})
	p.BandwidthGBS, p.Bandwidths = max(p.BandwidthGBS, best), append(p.Bandwidths, median)
}

// windows measures a rate again and again for so long.
func windows(atLeast time.Duration, rate func() float64) (best, median float64) {
	var all []float64
	for end := time.Now().Add(atLeast); len(all) == 0 || time.Now().Before(end); {
		all = append(all, rate())
	}
	slices.Sort(all)
	return all[len(all)-1], middle(all)
}

// done frees the buffers and is what was measured.
func (p *probe) done() Machine {
	p.from, p.to = nil, nil
	settle()
	return p.Machine
}

// each runs f on as many goroutines at once, the caller's among them.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := 1; i < n; i++ {
		wg.Go(func() { f(i) })
	}
	f(0)
	wg.Wait()
}
