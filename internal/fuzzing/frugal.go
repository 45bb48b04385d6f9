// Package fuzzing is what fuzz targets hold readers to, and how they make their input.
package fuzzing

import (
	"runtime"
	"testing"
	"time"
)

// Bounds of what a reader may take for a small input.
const (
	MostTime   = time.Second
	MostMemory = 64 << 20 // bytes
)

// Frugal runs f, which does the same each time, and demands that it keep to the bounds: no hang, and no allocation ahead of the data.
// A busy machine gets a second and a third chance.
func Frugal(t *testing.T, f func()) {
	t.Helper()
	var took time.Duration
	var bytes uint64
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		f()
		took = time.Since(begin)
		runtime.ReadMemStats(&after)
		if bytes = after.TotalAlloc - before.TotalAlloc; took <= MostTime && bytes <= MostMemory {
			return
		}
	}
	t.Errorf("it took %s and allocated %d bytes", took, bytes)
}

// Draws reads choices off the bytes of a fuzz target, so that what it makes is of the right form and the fuzzer still decides
// all of it. After the last byte every choice is 0.
type Draws struct{ Data []byte }

// Below is a number from 0 to n-1.
func (d *Draws) Below(n int) int {
	if len(d.Data) == 0 || n < 2 {
		return 0
	}
	b := d.Data[0]
	d.Data = d.Data[1:]
	return int(b) % n
}

// Of is one of these.
func Of[T any](d *Draws, all ...T) T { return all[d.Below(len(all))] }

// More reports whether there are bytes left.
func (d *Draws) More() bool { return len(d.Data) > 0 }
