package terminal

import (
	"context"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// patience is how long nobody listens for an interrupt unless something waits for one. Listening costs a tenth of the time of a
	// short command; until then the system ends the process, which has begun no file.
	patience = 10 * time.Millisecond
	// farewell is how long an interrupted command may take to end by itself. One that waits for input (a pipe that nobody writes
	// to, a terminal) would never hear of it.
	farewell = 500 * time.Millisecond
)

// Interrupts is a context that ends when the process is told to end: by Ctrl-C, by SIGTERM, by its terminal's closing. It
// begins to listen when something asks for Done, and by itself after a while.
type Interrupts struct {
	deaf  func()
	soon  *time.Timer
	begin sync.Once
	inner atomic.Pointer[listening]
}

type listening struct {
	context.Context
	stop func()
}

// Interrupted makes the context of a command. deaf is called when the command goes on for long after an interrupt.
func Interrupted(deaf func()) *Interrupts {
	i := &Interrupts{deaf: deaf}
	i.soon = time.AfterFunc(patience, i.listen)
	return i
}

func (i *Interrupts) listen() {
	i.begin.Do(func() {
		ctx, stop := signal.NotifyContext(context.Background(), endings()...)
		late := time.AfterFunc(farewell, i.deaf)
		late.Stop()
		unwatch := context.AfterFunc(ctx, func() { late.Reset(farewell) })
		i.inner.Store(&listening{ctx, func() { unwatch(); late.Stop(); stop() }})
	})
}

// Stop ends the listening: an interrupt after it ends the process.
func (i *Interrupts) Stop() {
	i.soon.Stop()
	i.begin.Do(func() {}) // waits for one that has begun, and keeps others from it
	if l := i.inner.Load(); l != nil {
		l.stop()
	}
}

// Deadline is none.
func (i *Interrupts) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done is closed by an interrupt.
func (i *Interrupts) Done() <-chan struct{} {
	i.listen()
	if l := i.inner.Load(); l != nil {
		return l.Done()
	}
	return nil // it has been stopped
}

// Err is context.Canceled after an interrupt.
func (i *Interrupts) Err() error {
	if l := i.inner.Load(); l != nil {
		return l.Err()
	}
	return nil
}

// Value is what package context asks of the context within.
func (i *Interrupts) Value(key any) any {
	if l := i.inner.Load(); l != nil {
		return l.Value(key)
	}
	return nil
}
