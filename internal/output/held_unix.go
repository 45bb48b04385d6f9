//go:build unix

package output

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// hold marks a temporary file as in the making for as long as it is open.
func hold(f *os.File) { _ = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) } // where there are no locks, held looks further

// held reports whether a process has the temporary file locked or, as far as can be seen, open.
func held(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return true // not ours to remove
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == unix.EWOULDBLOCK {
		return true
	}
	own, err := f.Stat()
	if err != nil {
		return true
	}
	open, _ := filepath.Glob("/proc/[0-9]*/fd/*") // Linux has it; other users' processes do not show theirs
	times := 0
	for _, link := range open {
		if other, err := os.Stat(link); err == nil && os.SameFile(own, other) {
			times++
		}
	}
	return times > 1 // once here
}
