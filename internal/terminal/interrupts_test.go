package terminal

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"
)

// An interrupt ends the context, whoever was waiting for it, and a command that goes on for long after it is left.
func TestInterrupted(t *testing.T) {
	left := make(chan struct{})
	ctx := Interrupted(func() { close(left) })
	defer ctx.Stop()
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	if ctx.Err() != nil || within.Err() != nil {
		t.Fatal("it has ended before it began")
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGTERM); err != nil {
		t.Skip("a process cannot signal itself here:", err)
	}
	for name, done := range map[string]<-chan struct{}{"the context": ctx.Done(), "one within it": within.Done(), "a deaf command": left} {
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Errorf("%s does not end", name)
		}
	}
	if !errors.Is(ctx.Err(), context.Canceled) || !errors.Is(within.Err(), context.Canceled) {
		t.Errorf("%v and %v", ctx.Err(), within.Err())
	}
}

// Nobody listens before anything waits, or a while has passed; a command that has ended is not left.
func TestNobodyListensAtFirst(t *testing.T) {
	ctx := Interrupted(func() { t.Error("it is left") })
	ctx.soon.Stop() // a machine may be so busy that the while has passed
	if ctx.Err() != nil || ctx.inner.Load() != nil {
		t.Error("it listens")
	}
	ctx.Done()
	if ctx.inner.Load() == nil {
		t.Error("it does not listen to who waits")
	}
	ctx.Stop()
	if ctx.Err() == nil {
		t.Error("a context that is stopped has not ended")
	}
	other := Interrupted(nil)
	other.Stop()
	if other.Done() != nil || other.inner.Load() != nil {
		t.Error("it listens after its end")
	}
	soon := Interrupted(nil)
	defer soon.Stop()
	for end := time.Now().Add(10 * time.Second); soon.inner.Load() == nil; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never listens by itself")
		}
	}
}
