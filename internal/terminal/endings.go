//go:build !js

package terminal

import (
	"os"
	"os/signal"
	"syscall"
)

// endings are the signals that end a command with its cleaning up. A closed terminal is one, unless it is to be ignored, as
// nohup asks for.
func endings() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}
