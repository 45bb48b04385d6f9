package ops

import (
	"context"
	"unsafe"

	"convx/internal/ops/workers"
)

// team runs a plan's loops on its threads. It is made once, in prepare, and reused by every Run of the plan: a loop
// allocates nothing.
//
// A loop over n items is cut into chunks of grain items, whatever the number of threads, and each chunk writes outputs
// that no other chunk touches: so results do not depend on the thread count, bit for bit. grain must not depend on it either.
type team struct {
	threads int
	pool    *workers.Pool
	loop    loop
}

// newTeam makes a team of the problem's threads, the caller's among them; 1 starts no goroutine at all.
func newTeam(p *Problem) *team { return &team{threads: max(1, p.Threads), pool: p.workerPool()} }

// workerPool is the pool of the problem's threads. The stages of a layer share one: goroutines that wait for the next stage
// serve it at once, where those of another pool would only keep it from the processors.
func (p *Problem) workerPool() *workers.Pool {
	if p.workers == nil {
		p.workers = workers.New(p.Threads)
	}
	return p.workers
}

// each calls body(worker, from, to) for consecutive chunks of n items, the last one possibly shorter. Workers are
// numbered from 0 to threads-1 and each runs one chunk at a time, so scratch memory may be indexed by worker. body must
// have been built once, in prepare (a method value kept in the plan): building it here would allocate.
//
// No chunk starts after ctx is done, and the error is then ctx's: a chunk should take well under 100 ms, and at least
// some 20 µs to be worth a thread. Loops of one chunk run on the caller's goroutine.
func (t *team) each(ctx context.Context, n, grain int, body func(worker, from, to int)) error {
	grain = max(1, grain)
	t.loop = loop{n: n, grain: grain, chunks: (n + grain - 1) / grain, body: body}
	err := t.pool.RunOn(ctx, t.loop.chunks, &t.loop)
	t.loop.body = nil
	return err
}

// loop is a pool's job: the chunks of one loop.
type loop struct {
	n, grain, chunks int
	body             func(worker, from, to int)
}

// Work implements workers.Job.
func (l *loop) Work(m *workers.Worker) {
	for i := m.Next(l.chunks); i >= 0; i = m.Next(l.chunks) {
		l.body(m.ID, i*l.grain, min((i+1)*l.grain, l.n))
	}
}

// chunkWork is how many multiply-accumulates (or element visits) a chunk should hold: about 20 µs to 1 ms of work for
// loops between 0.1 and 4 operations a nanosecond, long enough to pay for waking a thread.
const chunkWork = 1 << 17

// grainFor is the number of items, each of this much work, that fill a chunk.
func grainFor(workPerItem float64) int {
	return max(1, int(chunkWork/max(1, workPerItem)))
}

// apart returns n elements that share no cache line with other memory: lines that several workers
// write to travel between their processors. The runtime lays out what is a multiple of a line long at a line's beginning.
func apart[E any](n int) []E {
	const line = 64
	var e E
	size := int(unsafe.Sizeof(e))
	bytes := (n*size + line - 1) / line * line
	for bytes%size != 0 {
		bytes += line
	}
	return make([]E, n, max(1, bytes/size))
}
