package array

import "sync/atomic"

// team is how items of an operator are worked on at the same time.
type team struct {
	item  func(i int)
	guard func(i int)
	cause atomic.Pointer[any] // why an item ended the run
}

// each calls item for 0 to n-1: several at the same time where the call has threads: they use nothing of the call
// that others change. It ends the run where one of them does.
func (c *Call) each(n int, item func(i int)) {
	if c.Each == nil || n < 2 {
		for i := range n {
			item(i)
		}
		return
	}
	if c.team == nil {
		c.team = &team{}
		c.team.guard = c.team.guarded
	}
	t := c.team
	t.item = item
	c.Each(n, t.guard)
	t.item = nil
	if cause := t.cause.Swap(nil); cause != nil {
		panic(*cause)
	}
	c.check()
}

// guarded runs an item; what it panics with is kept for the goroutine that waits, which knows what to do with it.
func (t *team) guarded(i int) {
	defer func() {
		if cause := recover(); cause != nil {
			t.cause.CompareAndSwap(nil, &cause)
		}
	}()
	t.item(i)
}
