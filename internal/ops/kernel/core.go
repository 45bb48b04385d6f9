package kernel

import "runtime"

// CostsTimed reports whether the costs that algorithms are chosen by were measured on processors like this one: on amd64
// alone. Those of NEON are derived, and pure Go's are amd64's.
func CostsTimed() bool { return runtime.GOARCH == "amd64" }

// Core is what an instruction set runs on, as far as costs differ by it: the index of tables of costs.
type Core uint8

const (
	CoreGeneric Core = iota // any processor, in pure Go
	CoreAVX2
	CoreAVX512
	CoreNEON1 // one vector multiply-add a cycle: Cortex-A53 to A75
	CoreNEON2 // two: Cortex-A76 to A78, Neoverse N1 and N2, and whatever is not known
	CoreNEON4 // four: Apple's, Cortex-X, Neoverse V
	Cores     // how many there are
)

// Caches are the bytes that packed operands may count on.
type Caches struct {
	Second int // of the second-level cache, what one thread has of it
	Last   int // of the last-level cache
}

// tunedCaches are those that blocking was tuned with, and what is assumed where the machine does not say.
var tunedCaches = Caches{Second: 1 << 20, Last: 24 << 20}

// Within returns as many bytes as were found best with a second-level cache of 1 MiB, or fewer in proportion where the
// machine's is smaller.
func (c Caches) Within(tuned int) int {
	return int(int64(tuned) * int64(min(c.Second, tunedCaches.Second)) / int64(tunedCaches.Second))
}
