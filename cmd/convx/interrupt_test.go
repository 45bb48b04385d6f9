package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Ctrl-C ends a command that waits for input which does not come.
func TestInterruptWhileWaiting(t *testing.T) {
	for _, args := range [][]string{
		{"run", "standard", "-"},
		{"run", "standard", "-i", "3x8x8", "-w", "/dev/stdin"},
		{"flops", "standard", "-i", "3x8x8", "--baseline", "/dev/stdin"},
	} {
		silent, hold, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		cmd := exec.Command("convx", args...)
		cmd.Stdin, cmd.Stderr = silent, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond) // it is reading by now
		stuck := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		stuck.Stop()
		hold.Close()
		silent.Close()
		if cmd.ProcessState.ExitCode() != 130 || said.String() != "convx: interrupted\n" {
			t.Errorf("%v: exit %d: %s", args, cmd.ProcessState.ExitCode(), said.String())
		}
	}
}

// Ctrl-C stops a long run at once, with status 130 and nothing written. The command is the real one, which TestMain puts on
// the path.
func TestInterruptLeavesNothing(t *testing.T) {
	for _, args := range [][]string{
		{"run", "standard", "-i", "256x256x256", "-c", "256", "--algorithm", "reference"},
		{"run", "standard", "-i", "256x256x256", "-c", "256", "--algorithm", "reference", "--threads", "1", "--dtype", "float64"},
		{"run", "transposed", "-i", "256x128x128", "-k", "9", "--algorithm", "reference"},
		{"run", "deformable", "-i", "256x128x128", "-k", "7", "--algorithm", "reference"},
	} {
		dir := t.TempDir()
		var said bytes.Buffer
		cmd := exec.Command("convx", append(args, "-o", filepath.Join(dir, "out.npy"))...)
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond) // well into the computation, which takes minutes
		// The output has no name until it is whole, where the system can do that; elsewhere a temporary stands in for it.
		if files, err := os.ReadDir(dir); err != nil || len(files) > 1 || cmd.ProcessState != nil {
			t.Fatalf("%v: not at work on one output: %v, %v", args, files, err)
		}
		start := time.Now()
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		took := time.Since(start)
		t.Logf("%v stopped after %v", args, took)
		if cmd.ProcessState.ExitCode() != 130 || said.String() != "convx: interrupted\n" {
			t.Errorf("%v: exit %d: %s", args, cmd.ProcessState.ExitCode(), said.String())
		}
		if took > 5*time.Second { // 100 ms on an idle machine; a loaded one may be late
			t.Errorf("%v stopped after %v", args, took)
		}
		if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
			t.Errorf("%v left %v, %v", args, files, err)
		}
	}
}
