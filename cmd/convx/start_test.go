package main

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// mostAtStart bounds what a room of ours makes before main runs, in bytes: errors and small lists. Tables are laid out by the
// compiler, or made when they are first asked for (package lazy), for most commands use few of them.
const mostAtStart = 4 << 10

// Nothing that a command may not use is built at start.
func TestLittleIsBuiltAtStart(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	seen := 0
	for line := range strings.Lines(string(out)) { // init convx/internal/layer @1.1 ms, 0.083 ms clock, 2200 bytes, 41 allocs
		words := strings.Fields(line)
		if len(words) < 9 || words[0] != "init" || !strings.HasPrefix(words[1], "convx/internal/") {
			continue
		}
		seen++
		if bytes, err := strconv.Atoi(words[7]); err != nil || bytes > mostAtStart {
			t.Errorf("%s: a room may make %d bytes before main: let package lazy make the table, or a function", strings.TrimSpace(line), mostAtStart)
		}
	}
	if seen == 0 {
		t.Errorf("no room was seen to begin in\n%s", out)
	}
}
