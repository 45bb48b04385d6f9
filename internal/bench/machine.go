package bench

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"convx/internal/memory"
	"convx/internal/ops/kernel"
)

// Machine is what bounds a layer on this machine, measured with a number of threads: the roofline of Williams,
// Waterman & Patterson 2009.
type Machine struct {
	CPU     string
	Threads int
	// PeakGFLOPS is 10^9 FLOP/s of independent multiply-adds in registers, in float32, of all threads together over one
	// window of time.
	PeakGFLOPS float64
	// BandwidthGBS is 10^9 bytes/s, read and written, of copies far larger than the caches.
	BandwidthGBS float64
}

// MeasureMachine takes about a fifth of a second.
func MeasureMachine(threads int) Machine {
	defer settle()
	return Machine{CPU: CPU(), Threads: threads, PeakGFLOPS: peak(threads), BandwidthGBS: bandwidth(threads)}
}

// CPU names the processor, where the kernel tells its name, or else the architecture. (Asking the processor itself at
// start-up costs every command milliseconds on a virtual machine, where each CPUID instruction is emulated.)
func CPU() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if key, name, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(name)
		}
	}
	if name := kernel.Processor(); name != "" {
		return name
	}
	return runtime.GOOS + "/" + runtime.GOARCH
}

// Attainable is the rate in GFLOP/s that the roofline allows at an arithmetic intensity in FLOPs a byte, and whether
// memory is what bounds it.
func (m Machine) Attainable(intensity float64) (gflops float64, memoryBound bool) {
	if fed := m.BandwidthGBS * intensity; fed < m.PeakGFLOPS {
		return fed, true
	}
	return m.PeakGFLOPS, false
}

// window is the time over which the work of all threads is added up: so threads that take turns on a processor do not look
// like more processors than there are. It is short, for one that nothing else interrupts to be among a hundred.
const window = time.Millisecond

// peak is the best of many windows. A quota that gives less than the threads take within one is what counts in the long run.
func peak(threads int) float64 {
	best := 0.0
	for end := time.Now().Add(100 * time.Millisecond); time.Now().Before(end); {
		best = max(best, rate(threads, window, kernel.Best().Multiply))
	}
	running := float64(min(threads, runtime.GOMAXPROCS(0), runtime.NumCPU()))
	if quota, known := memory.Processors(); known && quota < running {
		best *= quota / running
	}
	return best / 1e9
}

// rate is the work that the threads do together, divided by the time from the start of the first to the end of the last.
func rate(threads int, window time.Duration, work func() float64) float64 {
	done := make([]float64, threads)
	start := time.Now()
	each(threads, func(i int) {
		for time.Since(start) < window {
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

func bandwidth(threads int) float64 {
	copied := copiedBy(threads)
	from, to := make([][]byte, threads), make([][]byte, threads)
	each(threads, func(i int) {
		from[i], to[i] = make([]byte, copied), make([]byte, copied)
		// Pages that nobody has written to are all the same page of zeros, which never leaves the caches.
		for at := range from[i] {
			from[i][at] = byte(at)
		}
		copy(to[i], from[i])
	})
	best := time.Duration(1 << 62)
	for end := time.Now().Add(100 * time.Millisecond); time.Now().Before(end); {
		start := time.Now()
		each(threads, func(i int) { copy(to[i], from[i]) })
		best = min(best, time.Since(start))
	}
	return 2 * float64(copied) * float64(threads) / best.Seconds() / 1e9
}

// settle returns what earlier work has left over to the system now. Else the runtime does so in the background, while
// layers are timed: unmapping interrupts every processor, and a collection occupies them.
func settle() { debug.FreeOSMemory() }

// each runs f on as many goroutines at once, the caller's among them.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := 1; i < n; i++ {
		wg.Go(func() { f(i) })
	}
	f(0)
	wg.Wait()
}
