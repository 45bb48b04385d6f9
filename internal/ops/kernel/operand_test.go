package kernel

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// canary stands on both sides of every operand of a test, NaN and odd of bit
// pattern: reading it poisons the result, writing it is noticed.
var canary = math.Float32frombits(0x7fc0dead)

const canaries = 64

// guard puts each operand next to a page that cannot be touched, so that a load
// beyond it, which canaries do not notice if its value is not used, is a crash.
var guard = flag.String("guard", "", "put a forbidden page `before` or after each operand")

// operand is a slice between canaries that remembers what it held.
type operand struct {
	data   []float32 // what the kernel sees
	backed []float32
	before []float32
	lead   int // where data begins in backed
}

// newOperand returns n elements between canaries, filled by f.
func newOperand(n int, f func(i int) float32) *operand {
	lead, trail := canaries, canaries
	switch *guard {
	case "before":
		lead = 0
	case "after":
		trail = 0
	}
	o := &operand{backed: backing(lead+n+trail, *guard), lead: lead}
	for i := range o.backed {
		o.backed[i] = canary
	}
	o.data = o.backed[lead : lead+n : lead+n]
	for i := range o.data {
		o.data[i] = f(i)
	}
	o.before = append([]float32(nil), o.backed...)
	return o
}

// integers returns a source of small whole numbers, whose sums of products are
// exact in any order.
func integers(seed uint64) func(int) float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	return func(int) float32 { return float32(r.IntN(9) - 4) }
}

// unchanged fails the test if any element but those that written names, by
// index into data, is not bit for bit what it was.
func (o *operand) unchanged(t *testing.T, name string, written func(i int) bool) {
	t.Helper()
	for i, v := range o.backed {
		if at := i - o.lead; at >= 0 && at < len(o.data) && written != nil && written(at) {
			continue
		}
		if math.Float32bits(v) != math.Float32bits(o.before[i]) {
			t.Fatalf("%s[%d] was overwritten: %v, had %v", name, i-o.lead, v, o.before[i])
		}
	}
}

// alignedFloats returns n elements that begin on a cache line.
func alignedFloats(n int) []float32 {
	s := make([]float32, n+15)
	return s[int(-uintptr(unsafe.Pointer(&s[0]))>>2)&15:][:n]
}
