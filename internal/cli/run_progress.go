package cli

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
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

// spin shows a spinner with what the work is at and for how long, until the function that it returns is called.
func spin(s Streams, p *progress) (stop func()) {
	bars := mpb.New(mpb.WithOutput(s.Err), mpb.WithAutoRefresh()) // the caller knows that it is a terminal
	bar := bars.AddSpinner(0,
		mpb.BarRemoveOnComplete(),
		mpb.BarWidth(1),
		mpb.AppendDecorators(
			decor.Any(func(decor.Statistics) string { return " " + p.text() + " " }),
			decor.Elapsed(decor.ET_STYLE_GO),
		))
	return func() {
		bar.Abort(true) // Wait would hang on an unfinished bar
		bars.Wait()
	}
}
