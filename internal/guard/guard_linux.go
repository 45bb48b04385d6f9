package guard

import (
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"convx/internal/memory"
)

// inside is set in the environment of the child.
const inside = "INSIDE_GUARD_OF_CONVX" // not CONVX_…, which are settings

// Run gives the exit status of main, which it calls here or, where memory can be refused, in a child process that runs
// this program again with the same arguments.
func Run(main func() int) int {
	_, child := os.LookupEnv(inside)
	if child || !memory.Limited() {
		os.Unsetenv(inside)
		return main()
	}
	runtime.GOMAXPROCS(1) // the limit holds for the parent too: no more threads than need be
	runtime.LockOSThread()
	status, starved, err := supervise()
	if err != nil {
		return main()
	}
	return verdict(os.Stderr, status, starved)
}

// supervise runs the child. An error means that it did not start.
func supervise() (status int, starved bool, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, false, err
	}
	child := exec.Command(self, os.Args[1:]...)
	child.Args[0] = os.Args[0]
	child.Env = append(os.Environ(), inside+"=1")
	child.Stdin, child.Stdout = os.Stdin, os.Stdout
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	said, err := child.StderrPipe()
	if err != nil {
		return 0, false, err
	}
	signals := make(chan os.Signal, 8)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)
	if err := child.Start(); err != nil {
		return 0, false, err
	}
	go func() {
		for s := range signals {
			_ = child.Process.Signal(s) // it may have ended
		}
	}()
	starved = pass(os.Stderr, said)
	_ = child.Wait() // the status says it all
	if w, ok := child.ProcessState.Sys().(syscall.WaitStatus); ok && w.Signaled() {
		return 128 + int(w.Signal()), starved, nil
	}
	return child.ProcessState.ExitCode(), starved, nil
}
