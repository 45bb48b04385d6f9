// Package workers runs one job on a few goroutines without allocating: items of
// work are handed out one by one, phase after phase.
//
// A phase is over when its items are done, not when every worker has come: a
// worker that the scheduler wakes late finds nothing left and delays nobody.
// Who does an item must not matter to its result, but it matters to caches:
// each worker has its own part of the items, the same in every phase and run.
// What others have left it takes after a little patience alone, since memory that
// one processor writes, another reads and the first writes again is slow wherever
// they are far apart.
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

	// What follows is by line of the cache: those that workers look at while they wait, and those that they write to.
	_       line
	ctx     context.Context
	job     Job
	wide    int   // how many workers the open run has
	base    int64 // items and phases of the runs before: counts go on from run to run
	phase   int64
	_       line
	seats   atomic.Int64 // how many workers may still join the open run
	_       line
	done    atomic.Int64 // items finished, as far as workers have told
	_       line
	left    atomic.Int64 // how many of those that joined have finished
	_       line
	waiting atomic.Int64 // goroutines that have been started and have not ended
	_       line
	parts   []part // of the items, one for each worker that may join
}

// line keeps what is before and behind it on lines of their own, and on pairs of them, which processors fetch together.
type line [128]byte

// part counts the items of one worker's part that were handed out, below the
// phase that they belong to.
type part struct {
	handed atomic.Int64
	_      line
}

// A phase's number is above the items of a part; before it has more bits than there are, counts begin again.
const (
	phaseShift = 32
	mostPhases = 1 << 30
)

// Worker is one goroutine's part in a run.
type Worker struct {
	ID       int // 0 is the caller of Run; below Pool.Size
	pool     *Pool
	base     int64 // items of the phases before this one
	phase    int64
	finished int64 // items that it has not told of
	working  bool
	helping  bool // it takes what others have left
	_        line
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
	t.ctx, t.job, t.wide = ctx, job, n
	if n > 1 {
		t.left.Store(0)
		t.seats.Store(int64(n - 1))
		// On a busy machine goroutines of earlier runs may still wait for a processor. They will do for this run: more would
		// only pile up, each with an allocation.
		for t.waiting.Load() < int64(n-1) {
			t.waiting.Add(1)
			go t.start()
		}
	}
	t.workers[0].work(job)
	if n > 1 {
		joined := int64(n-1) - t.seats.Swap(0)
		for spins := 0; t.left.Load() < joined; spins++ {
			pause(spins)
		}
	}
	t.ctx, t.job = nil, nil
	return t.end(ctx)
}

// end goes on with the counts where the run has ended, or begins again where it was stopped.
func (t *Pool) end(ctx context.Context) error {
	first := &t.workers[0]
	t.base, t.phase = first.base, first.phase
	if ctx.Err() != nil || t.done.Load() != t.base || t.phase > mostPhases {
		t.base, t.phase = 0, 0
		t.done.Store(0)
		for i := range t.parts {
			t.parts[i].handed.Store(0)
		}
	}
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
		switch seats := t.seats.Load(); {
		case seats > 0 && t.seats.CompareAndSwap(seats, seats-1):
			t.workers[seats].work(t.job)
			t.left.Add(1)
			spins, begin = 1, time.Now()
		case seats <= 0 && spins%64 == 0 && time.Since(begin) > linger:
			if t.waiting.Add(-1); t.seats.Load() <= 0 {
				return
			}
			t.waiting.Add(1) // the caller may have counted on it
		}
		pause(spins)
	}
}

func (m *Worker) work(job Job) {
	m.base, m.phase, m.helping = m.pool.base, m.pool.phase, false
	job.Work(m)
	m.rest()
	m.tell()
}

// rest notes that the item handed out before is done.
func (m *Worker) rest() {
	if m.working {
		m.finished++
		m.working = false
	}
}

// tell lets the others know what is done.
func (m *Worker) tell() {
	if m.finished > 0 {
		m.pool.done.Add(m.finished)
		m.finished = 0
	}
}

// patience is the looks that a worker takes at whether the others are done before it helps: some microseconds.
const patience = 512

// Next returns the next of the phase's n items, or -1 when all of them are
// done by whomever, or the run's context is; the next call begins the next phase. The item handed
// out before counts as done.
func (m *Worker) Next(n int) int {
	t := m.pool
	m.rest()
	if item := m.take(n, m.ID); item >= 0 {
		m.working = true
		return item
	}
	m.tell()
	end := m.base + int64(n)
	for spins := 0; t.done.Load() < end && t.ctx.Err() == nil; spins++ {
		if m.helping || spins == patience {
			m.helping = true
			if item := m.help(n); item >= 0 {
				m.working = true
				return item
			}
			m.helping = false // all are handed out
		}
		pause(spins)
	}
	m.base, m.phase, m.helping = end, m.phase+1, false
	return -1
}

// help returns an item of others' parts, or -1 if there is none.
func (m *Worker) help(n int) int {
	for i := 1; i < m.pool.wide; i++ {
		if item := m.take(n, (m.ID+i)%m.pool.wide); item >= 0 {
			return item
		}
	}
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
	switch spins % 1024 {
	case 511:
		runtime.Gosched()
	case 1023:
		yield()
	}
}
