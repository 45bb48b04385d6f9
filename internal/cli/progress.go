package cli

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// progress is what a long piece of work says of itself while it runs.
type progress struct{ at atomic.Pointer[string] }

// stage says what the work is at now.
func (p *progress) stage(name string) { p.at.Store(&name) }

func (p *progress) text() string {
	if s := p.at.Load(); s != nil {
		return *s
	}
	return ""
}

const (
	progressAfter = 500 * time.Millisecond
	// grace is how long interrupted work may take to stop by itself. After it the command ends without it: what it was
	// writing is discarded by its owner.
	grace = 25 * time.Millisecond
)

// attend runs work, shows on a terminal what it is at when it takes more than half a second, and returns soon after ctx
// ends even if the work does not.
func attend(ctx context.Context, s Streams, work func(*progress) error) error {
	var p progress
	done := make(chan error, 1)
	go func() { done <- work(&p) }()
	slow := time.NewTimer(progressAfter)
	defer slow.Stop()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return abandon(ctx, done)
	case <-slow.C:
	}
	if s.ErrTerminal {
		defer spin(s, &p)()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return abandon(ctx, done)
	}
}

func abandon(ctx context.Context, done <-chan error) error {
	select {
	case <-done:
	case <-time.After(grace):
	}
	return ctx.Err()
}

// spin shows in one line what the work is at and for how long, until the function that it returns is called and takes the line
// away.
func spin(s Streams, p *progress) (stop func()) {
	start, ended, gone := time.Now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for turn := 0; ; turn++ {
			fmt.Fprintf(s.Err, "\r%c %s %s\x1b[K", spinner[turn%len(spinner)], p.text(), time.Since(start).Truncate(time.Second))
			select {
			case <-tick.C:
			case <-ended:
				fmt.Fprint(s.Err, "\r\x1b[K")
				return
			}
		}
	}()
	return func() {
		close(ended)
		<-gone
	}
}

// spinner turns, one of these after the other.
var spinner = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
