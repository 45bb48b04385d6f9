//go:build unix

package onnx

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNamedPipesAreRefused: nothing waits for somebody to write into them.
func TestNamedPipesAreRefused(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "pipe.onnx")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	if _, _, err := (external{folder, "pipe.onnx"}).open(); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("as external data: %v", err)
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("as a model: %v", err)
	}
}
