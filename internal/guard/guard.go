// Package guard turns an allocation that fails into one line of error.
//
// Go's runtime ends a process that the system gives no more memory with exit status 2 and the stacks of all threads, and
// nothing in the process can prevent it. So where a limit of the process (ulimit -v, ulimit -d) can make an allocation
// fail, the command runs in a child process, and the parent says what became of it. Elsewhere nothing is different.
package guard

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"convx/internal/lang"
)

// signs are how lines begin with which the runtime and the C library report that they were refused memory or a thread.
var signs = []string{
	"runtime: out of memory", "fatal error: out of memory", "fatal error: runtime: out of memory",
	"runtime: cannot allocate memory", "fatal error: runtime: cannot allocate", "fatal error: cannot allocate",
	"fatal error: failed to reserve", "fatal error: failed to allocate", "fatal error: runtime: failed to",
	"runtime: failed to create new OS thread", "fatal error: runtime.newosproc", "fatal error: newosproc",
	"runtime/cgo: pthread_create failed", "runtime/cgo: out of memory", "fatal error: sysMap", "fatal error: sysReserve",
	"runtime: mmap", "fatal error: runtime: cannot map pages",
}

func isSign(line string) bool {
	for _, s := range signs {
		if strings.HasPrefix(line, s) {
			return true
		}
	}
	return false
}

// pass copies the lines of a command's standard error until one says that memory ran out; what follows is the stacks. It
// reports whether there was such a line.
func pass(to io.Writer, from io.Reader) bool {
	r := bufio.NewReader(from)
	for {
		line, err := r.ReadString('\n')
		if isSign(line) {
			_, _ = io.Copy(io.Discard, r)
			return true
		}
		_, _ = io.WriteString(to, line) // nowhere else is left to say that this failed
		if err != nil {
			return false
		}
	}
}

const exitFailed = 1

// verdict is the exit status of a command that ended with this one, and the line for one that ran out of memory.
func verdict(stderr io.Writer, status int, starved bool) int {
	if !starved {
		return status
	}
	fmt.Fprintln(stderr, "convx:", lang.Text("memory ran out: raise the limit of the process (ulimit -v, ulimit -d), or take a smaller input"))
	return exitFailed
}
