//go:build !linux

package workers

import "runtime"

// yield lets other goroutines run: this system has no cheaper way to let other threads.
func yield() { runtime.Gosched() }
