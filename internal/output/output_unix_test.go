//go:build unix

package output

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestDeviceIsWrittenInPlace(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	got := make(chan []byte)
	go func() {
		data, _ := os.ReadFile(pipe)
		got <- data
	}()
	f := create(t, pipe, Options{})
	io.WriteString(f, "data")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if data := <-got; string(data) != "data" {
		t.Errorf("%q came out of the pipe", data)
	}
	if stat, err := os.Stat(pipe); err != nil || stat.Mode().IsRegular() {
		t.Errorf("the pipe became %v (%v)", stat, err)
	}
}
