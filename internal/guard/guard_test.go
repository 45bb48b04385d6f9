package guard

import (
	"bytes"
	"strings"
	"testing"
)

func TestPassStopsWhereMemoryRanOut(t *testing.T) {
	for _, c := range []struct {
		said, want string
		starved    bool
	}{
		{"", "", false},
		{"convx: reading\nconvx: no newline", "convx: reading\nconvx: no newline", false},
		{"panic: a mistake\n\ngoroutine 1", "panic: a mistake\n\ngoroutine 1", false},
		{"convx: reading\nruntime: out of memory: cannot allocate 4 bytes\nfatal error: out of memory\n\nstack", "convx: reading\n", true},
		{"runtime/cgo: pthread_create failed: Resource temporarily unavailable\nSIGABRT: abort\n", "", true},
		{"fatal error: all goroutines are asleep - deadlock!\n", "fatal error: all goroutines are asleep - deadlock!\n", false},
	} {
		var out bytes.Buffer
		if starved := pass(&out, strings.NewReader(c.said)); starved != c.starved || out.String() != c.want {
			t.Errorf("%q: %q, %t", c.said, out.String(), starved)
		}
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		status, want int
		starved      bool
		lines        int
	}{{0, 0, false, 0}, {3, 3, false, 0}, {2, 1, true, 1}} {
		var out bytes.Buffer
		if got := verdict(&out, c.status, c.starved); got != c.want || strings.Count(out.String(), "\n") != c.lines {
			t.Errorf("%+v: %d, %q", c, got, out.String())
		}
	}
}
