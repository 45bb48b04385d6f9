//go:build !js

package terminal

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"
)

// A closed terminal ends a command as SIGTERM does, but for one under nohup.
func TestHangupEndsACommand(t *testing.T) {
	if !slices.Contains(endings(), os.Signal(syscall.SIGHUP)) && !signal.Ignored(syscall.SIGHUP) {
		t.Error("SIGHUP is not heard")
	}
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	if slices.Contains(endings(), os.Signal(syscall.SIGHUP)) {
		t.Error("SIGHUP is heard although it is to be ignored")
	}
}
