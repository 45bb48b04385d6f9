//go:build unix

package kernel

import (
	"runtime/debug"
	"sync"
	"syscall"
	"testing"
	"unsafe"
)

// guarded keeps the mappings of the latest operands; one is unmapped when its turn comes again. No test holds nearly as
// many operands at once, and a process may have only some 65,000 mappings.
var guarded struct {
	sync.Mutex
	ring [4096][]byte
	next int
}

// backing returns n elements; under a guard they begin, or end, at a page that cannot be touched.
func backing(n int, guard string) []float32 {
	if guard == "" || n == 0 {
		return make([]float32, n)
	}
	page := syscall.Getpagesize()
	size := (4*n + page - 1) / page * page
	all, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic("mapping a guarded operand: " + err.Error())
	}
	inner := all[page : page+size]
	if err := syscall.Mprotect(inner, syscall.PROT_READ|syscall.PROT_WRITE); err != nil {
		panic("opening a guarded operand: " + err.Error())
	}
	guarded.Lock()
	defer guarded.Unlock()
	if old := guarded.ring[guarded.next]; old != nil {
		if err := syscall.Munmap(old); err != nil {
			panic("unmapping a guarded operand: " + err.Error())
		}
	}
	guarded.ring[guarded.next] = all
	guarded.next = (guarded.next + 1) % len(guarded.ring)
	at := 0
	if guard == "after" {
		at = size - 4*n
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&inner[at])), n)
}

// A guard that lets a load pass would make every guarded run worthless.
func TestGuardsForbid(t *testing.T) {
	for guard, at := range map[string]int{"after": 3, "before": -1} {
		s := backing(3, guard)
		touch := func() (caught bool) {
			defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
			defer func() { caught = recover() != nil }()
			sink = *(*float32)(unsafe.Add(unsafe.Pointer(&s[0]), 4*at))
			return
		}
		if !touch() {
			t.Errorf("the element %s an operand can be read", guard)
		}
	}
}

var sink float32
