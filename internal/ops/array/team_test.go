package array

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

// atOnce is a Call's Each on as many goroutines as there are items.
func atOnce(n int, item func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { item(i) })
	}
	all.Wait()
}

// What ends an item ends the run, in the goroutine that knows what to do with it.
func TestTeamsEndWithTheirItems(t *testing.T) {
	for _, each := range []func(int, func(int)){nil, atOnce} {
		ctx, cancel := context.WithCancel(t.Context())
		c := &Call{Ctx: ctx, Each: each}
		var sum atomic.Int64
		c.each(100, func(i int) { sum.Add(int64(i)) })
		if sum.Load() != 4950 {
			t.Errorf("the items add up to %d", sum.Load())
		}
		cancel()
		for range 2 {
			if err := ended(func() { c.each(5, func(int) { c.check() }) }); !errors.Is(err, context.Canceled) {
				t.Errorf("ended with %v, want the context's error", err)
			}
		}
	}
}

func ended(f func()) (err error) {
	defer func() {
		if r, ok := recover().(refusal); ok {
			err = r.err
		}
	}()
	f()
	return nil
}
