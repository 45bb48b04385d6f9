package ops

import (
	"context"
	"sync"
	"sync/atomic"
)

// team runs a plan's loops on its threads. It is made once, in prepare, and reused by every Run of the plan: a loop
// allocates nothing, because the goroutines' functions are built here and the runtime reuses finished goroutines.
//
// A loop over n items is cut into chunks of grain items, whatever the number of threads, and each chunk writes outputs
// that no other chunk touches: so results do not depend on the thread count, bit for bit. grain must not depend on it either.
type team struct {
	threads int
	helpers []func()

	ctx      context.Context
	body     func(worker, from, to int)
	n, grain int
	next     atomic.Int64
	running  sync.WaitGroup
}

// newTeam makes a team of this many threads, the caller's among them; 1 starts no goroutine at all.
func newTeam(threads int) *team {
	t := &team{threads: max(1, threads)}
	for i := 1; i < t.threads; i++ {
		t.helpers = append(t.helpers, func() {
			t.work(i)
			t.running.Done()
		})
	}
	return t
}

// each calls body(worker, from, to) for consecutive chunks of n items, the last one possibly shorter. Workers are
// numbered from 0 and each runs one chunk at a time, so scratch memory may be indexed by worker. body must have been
// built once, in prepare (a method value kept in the plan): building it here would allocate.
//
// No chunk starts after ctx is done, and the error is then ctx's: a chunk should take well under 100 ms, and at least
// some 20 µs to be worth a thread. Loops of one chunk run on the caller's goroutine.
func (t *team) each(ctx context.Context, n, grain int, body func(worker, from, to int)) error {
	if n <= 0 {
		return ctx.Err()
	}
	t.ctx, t.body, t.n, t.grain = ctx, body, n, max(1, grain)
	t.next.Store(0)
	chunks := (n-1)/t.grain + 1
	helpers := min(len(t.helpers), chunks-1)
	t.running.Add(helpers)
	for _, f := range t.helpers[:helpers] {
		go f()
	}
	t.work(0)
	t.running.Wait()
	t.ctx, t.body = nil, nil
	return ctx.Err()
}

// work takes chunks until there are none.
func (t *team) work(worker int) {
	for t.ctx.Err() == nil {
		i := int(t.next.Add(1)) - 1
		if i > (t.n-1)/t.grain {
			return
		}
		from := i * t.grain
		t.body(worker, from, min(from+t.grain, t.n))
	}
}

// chunkWork is how many multiply-accumulates (or element visits) a chunk should hold: about 20 µs to 1 ms of work for
// loops between 0.1 and 4 operations a nanosecond, long enough to pay for waking a thread.
const chunkWork = 1 << 17

// grainFor is the number of items, each of this much work, that fill a chunk.
func grainFor(workPerItem float64) int {
	return max(1, int(chunkWork/max(1, workPerItem)))
}
