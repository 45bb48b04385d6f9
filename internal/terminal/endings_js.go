package terminal

import (
	"os"
	"syscall"
)

// endings are the signals that end a command; a page has no terminal that could close.
func endings() []os.Signal { return []os.Signal{os.Interrupt, syscall.SIGTERM} }
