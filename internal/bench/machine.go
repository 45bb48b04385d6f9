package bench

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"

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
	// Peaks and Bandwidths are the medians of the same loops in each round of the run, in turn: how fast the machine was meanwhile.
	Peaks, Bandwidths Rates
	// Cores are the kinds of processors that it has, the fastest first; nil where there is one kind, or nothing is known.
	Cores []Cores
	// Untimed says that the costs which algorithms are chosen by were not measured on such a processor.
	Untimed bool
}

// MeasureMachine takes about a fifth of a second.
func MeasureMachine(threads int) Machine {
	p := newProbe(threads)
	p.round(Rounds * roundOf)
	return p.done()
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

// settle returns what earlier work has left over to the system now. Else the runtime does so in the background, while
// layers are timed: unmapping interrupts every processor, and a collection occupies them.
func settle() { debug.FreeOSMemory() }
