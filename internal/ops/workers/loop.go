package workers

import (
	"context"
	"unsafe"
)

// Loop runs a plan's loops on the workers of a pool. It is made once, in prepare, and reused by every Run of the plan:
// a loop allocates nothing.
//
// A loop over n items is cut into chunks, and each chunk writes outputs that no other chunk touches and that do not depend on where
// it begins: so results do not depend on the thread count, bit for bit.
type Loop struct {
	// Threads is the workers of the pool: bodies are told a number below it.
	Threads int
	pool    *Pool
	chunks
}

// NewLoop makes a loop on a pool.
func NewLoop(pool *Pool) *Loop { return &Loop{Threads: pool.Size(), pool: pool} }

// Each calls body(worker, from, to) for consecutive chunks of n items, of at most grain each, and if there are several as many for
// every worker: they then work on the same parts of the data in one loop after the other. Workers are numbered from 0 to Threads-1
// and each runs one chunk at a time, so workspace may be indexed by worker. body must have been built once, in prepare (a method
// value kept in the plan): building it here would allocate.
//
// No chunk starts after ctx is done, and the error is then ctx's: a chunk should take well under 100 ms, and at least
// some 20 µs to be worth a thread. Loops of one chunk run on the caller's goroutine.
func (l *Loop) Each(ctx context.Context, n, grain int, body func(worker, from, to int)) error {
	count := (n + max(1, grain) - 1) / max(1, grain)
	if count > 1 {
		count = min(n, (count+l.Threads-1)/l.Threads*l.Threads)
	}
	l.chunks = chunks{n: n, count: count, body: body}
	err := l.pool.RunOn(ctx, l.count, &l.chunks)
	l.body = nil
	return err
}

// chunks is a pool's job: the chunks of one loop.
type chunks struct {
	n, count int
	body     func(worker, from, to int)
}

// Work implements Job.
func (c *chunks) Work(m *Worker) {
	for i := m.Next(c.count); i >= 0; i = m.Next(c.count) {
		c.body(m.ID, c.begin(i), c.begin(i+1))
	}
}

// begin is the first item of a chunk. Where items are many, they are elements or rows of few: chunks then begin at whole lines of the
// cache.
func (c *chunks) begin(i int) int {
	at := c.n * i / c.count
	if i < c.count && c.n/c.count >= manyItems {
		at &^= wholeLines - 1
	}
	return at
}

const manyItems, wholeLines = 1024, 64

// chunkWork is how many multiply-accumulates (or element visits) a chunk should hold: about 4 to 160 µs of work for
// loops between 0.1 and 4 operations a nanosecond, long enough to pay for waking a thread.
const chunkWork = 1 << 14

// Grain is the number of items, each of this much work, that fill a chunk.
func Grain(workPerItem float64) int {
	return max(1, int(chunkWork/max(1, workPerItem)))
}

// largePlane is the pixels of planes that threads part by rows, the same in every step: half a plane is then many lines of the
// cache, of which few are shared.
const largePlane = 50 * 50

// ByRows reports whether threads had better part the rows of planes than the planes: a step then reads what its own processor
// wrote. Convolutions of all channels have to go by rows where these are many.
func ByRows(threads, images, plane int) bool {
	return threads > 1 && images == 1 && plane >= largePlane
}

// Apart returns n elements that share no cache line with other memory: lines that several workers
// write to travel between their processors. The runtime lays out what is a multiple of a line long at a line's beginning.
func Apart[E any](n int) []E {
	const line = 64
	var e E
	size := int(unsafe.Sizeof(e))
	bytes := (n*size + line - 1) / line * line
	for bytes%size != 0 {
		bytes += line
	}
	return make([]E, n, max(1, bytes/size))
}
