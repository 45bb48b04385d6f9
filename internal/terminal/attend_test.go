package terminal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"
)

// lockedBuffer is a terminal that is written from several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Progress is shown on a terminal, for work of more than half a second, and nowhere else.
func TestProgressOnATerminal(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		takes    time.Duration
		want     bool
	}{{true, 900 * time.Millisecond, true}, {false, 900 * time.Millisecond, false}, {true, 0, false}} {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			var screen lockedBuffer
			bad := errors.New("bad")
			var shown io.Writer
			if c.terminal {
				shown = &screen
			}
			err := Attend(t.Context(), shown, func(stage func(string)) error {
				stage("deformable")
				time.Sleep(c.takes)
				return bad
			})
			if !errors.Is(err, bad) {
				t.Errorf("the error of the work became %v", err)
			}
			if shown := strings.Contains(screen.String(), "deformable"); shown != c.want {
				t.Errorf("%+v: showed %q", c, screen.String())
			}
		})
	}
}

// Work that does not listen is left behind when the user interrupts.
func TestAttendDoesNotWaitForDeafWork(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	time.AfterFunc(20*time.Millisecond, cancel)
	start := time.Now()
	err := Attend(ctx, &lockedBuffer{}, func(func(string)) error { <-release; return nil })
	if took := time.Since(start); !errors.Is(err, context.Canceled) || took > 2*time.Second {
		t.Errorf("%v after %v", err, took)
	}
}
