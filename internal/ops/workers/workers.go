// Package pool runs one job on a few goroutines without allocating: items of
// work are handed out one by one, phase after phase.
//
// A phase is over when its items are done, not when every worker has come: a
// worker that the scheduler wakes late finds nothing left and delays nobody.
// Who does an item must not matter to its result, but it matters to caches:
// each worker begins with its own part of the items, the same in every phase
// and run, and then takes what others have left.
package workers

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"
)

// Job is work for a pool. Every worker that joins calls Work once, all at the
// same time; each must walk through the same phases in the same order.
type Job interface {
	Work(m *Worker)
}

// Pool is a fixed number of goroutines that work together. It is not safe for
// concurrent use.
type Pool struct {
	workers []Worker
	start   func() // joins the open run, if any: made once, so that go allocates nothing

	ctx   context.Context
	job   Job
	seats atomic.Int64 // how many workers may still join the open run
	woken atomic.Int64 // goroutines that are about to look for a seat, or looking
	left  atomic.Int64 // how many of those that joined have finished
	done  atomic.Int64 // items finished since the run began
	parts []part       // of the items, one for each worker that may join
	wide  int          // how many of parts the open run has
}

// part counts the items of one worker's part that were handed out, below the
// phase that they belong to.
type part struct {
	handed atomic.Int64
	_      [56]byte // parts are written to by different cores
}

const phaseShift = 32

// Worker is one goroutine's part in a run.
type Worker struct {
	ID      int // 0 is the caller of Run; below Pool.Size
	pool    *Pool
	base    int64 // items of the phases before this one
	phase   int64
	working bool
	_       [64]byte // workers are written to by different cores
}

// New returns a pool of n goroutines, counting the caller of Run.
func New(n int) *Pool {
	t := &Pool{workers: make([]Worker, max(1, n)), parts: make([]part, max(1, n))}
	for i := range t.workers {
		t.workers[i] = Worker{ID: i, pool: t}
	}
	t.start = t.join
	return t
}

// Size is the number of workers.
func (t *Pool) Size() int { return len(t.workers) }

// Run calls job.Work on at most Size goroutines at once, the caller's among
// them, and returns when all have returned. It allocates nothing. When ctx is
// done no item is handed out any more, and the error is ctx's.
func (t *Pool) Run(ctx context.Context, job Job) error { return t.RunOn(ctx, len(t.workers), job) }

// RunOn is Run on at most n workers: small work is not worth waking more.
func (t *Pool) RunOn(ctx context.Context, n int, job Job) error {
	n = max(1, min(n, len(t.workers)))
	t.ctx, t.job = ctx, job
	t.left.Store(0)
	t.done.Store(0)
	t.wide = n
	for i := range t.parts[:n] {
		t.parts[i].handed.Store(0)
	}
	t.seats.Store(int64(n - 1))
	// On a busy machine goroutines of earlier runs may still wait for a processor. They will do for this run: more would
	// only pile up, each with an allocation.
	for t.woken.Load() < int64(n-1) {
		t.woken.Add(1)
		go t.start()
	}
	t.workers[0].work(job)
	joined := int64(n-1) - t.seats.Swap(0)
	for spins := 0; t.left.Load() < joined; spins++ {
		pause(spins)
	}
	t.ctx, t.job = nil, nil
	return ctx.Err()
}

// linger is how long a goroutine waits for the next run before it ends: waking
// another thread takes as long, and a layer is often run again at once. It is
// also the longest that it may keep another pool's goroutine from a processor.
const linger = 100 * time.Microsecond

// join takes a seat whenever one is free, until none has been for a while: a
// goroutine of an earlier run serves the next.
func (t *Pool) join() {
	for spins, begin := 1, time.Now(); ; spins++ {
		seats := t.seats.Load()
		switch {
		case seats > 0 && t.seats.CompareAndSwap(seats, seats-1):
			t.woken.Add(-1)
			t.workers[seats].work(t.job)
			t.woken.Add(1)
			t.left.Add(1)
			spins, begin = 1, time.Now()
		case spins%64 == 0 && time.Since(begin) > linger:
			t.woken.Add(-1)
			return
		}
		pause(spins)
	}
}

func (m *Worker) work(job Job) {
	m.base, m.phase, m.working = 0, 0, false
	job.Work(m)
	if m.working {
		m.pool.done.Add(1)
	}
}

// Next returns the next of the phase's n items, or -1 when all of them are
// done by whomever, or the run's context is; the next call begins the next phase. The item handed
// out before counts as done.
func (m *Worker) Next(n int) int {
	t := m.pool
	if m.working {
		t.done.Add(1)
		m.working = false
	}
	for i := range t.wide {
		if item := m.take(n, (m.ID+i)%t.wide); item >= 0 {
			m.working = true
			return item
		}
	}
	end := m.base + int64(n)
	for spins := 0; t.done.Load() < end && t.ctx.Err() == nil; spins++ {
		pause(spins)
	}
	m.base, m.phase = end, m.phase+1
	return -1
}

// take returns the next of the phase's n items in one part, or -1 if there is
// none, the run's context is done, or others are in a later phase already.
func (m *Worker) take(n, part int) int {
	t := m.pool
	first, end := n*part/t.wide, n*(part+1)/t.wide
	for handed := &t.parts[part].handed; t.ctx.Err() == nil; {
		v := handed.Load()
		phase, at := v>>phaseShift, int(v&(1<<phaseShift-1))
		if phase < m.phase {
			at = 0
		}
		if phase > m.phase || first+at >= end {
			break
		}
		if handed.CompareAndSwap(v, m.phase<<phaseShift|int64(at+1)) {
			return first + at
		}
	}
	return -1
}

// Mirror is the item that stands as far before the end of its part of n items as
// item stands behind the beginning: who goes through a phase by mirrored items
// begins with what it did last in the one before.
func (m *Worker) Mirror(item, n int) int {
	wide := m.pool.wide
	for part := range wide {
		if first, end := n*part/wide, n*(part+1)/wide; item < end {
			return first + end - 1 - item
		}
	}
	return item
}

// pause waits a little: a few rounds on the processor, since the others are
// about to finish, then by letting other goroutines run, and at length other
// threads: the one that is waited for may have no processor.
func pause(spins int) {
	switch {
	case spins%1024 == 1023:
		yield()
	case spins%64 == 63:
		runtime.Gosched()
	}
}
