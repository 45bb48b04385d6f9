package terminal

import (
	"context"
	"fmt"
	"io"
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

// Attend runs work, shows on a terminal what it is at when it takes more than half a second, and returns soon after ctx
// ends even if the work does not. The work says each stage of its by name; a screen that is nil shows none.
func Attend(ctx context.Context, screen io.Writer, work func(stage func(string)) error) error {
	var p progress
	done := make(chan error, 1)
	go func() { done <- work(p.stage) }()
	slow := time.NewTimer(progressAfter)
	defer slow.Stop()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return abandon(ctx, done)
	case <-slow.C:
	}
	if screen != nil {
		defer spin(screen, &p)()
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
func spin(screen io.Writer, p *progress) (stop func()) {
	start, ended, gone := time.Now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for turn := 0; ; turn++ {
			fmt.Fprintf(screen, "\r%c %s %s\x1b[K", spinner[turn%len(spinner)], p.text(), time.Since(start).Truncate(time.Second))
			select {
			case <-tick.C:
			case <-ended:
				fmt.Fprint(screen, "\r\x1b[K")
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
