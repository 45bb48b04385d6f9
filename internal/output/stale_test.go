//go:build unix

package output

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The next run that writes a file removes what killed runs left of it, and nothing else.
func TestStaleTemporariesGo(t *testing.T) {
	const code = ".0123456789abcdef.tmp"
	long := strings.Repeat("n", 230)
	dir := folder(t, ".a.png"+code, ".a.png.fedcba9876543210.tmp", ".b.png"+code, ".a.png.tmp", ".a.png.0123.tmp", ".a.png.0123456789abcdeg.tmp",
		"a.png"+code, "."+long[:200]+code)
	if err := os.Mkdir(filepath.Join(dir, ".a.png.1111111111111111.tmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	busy, err := os.Open(filepath.Join(dir, ".a.png.fedcba9876543210.tmp"))
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	for _, name := range []string{"a.png", long} {
		f := create(t, filepath.Join(dir, name), Options{})
		io.WriteString(f, "new")
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	left := map[string]bool{}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		left[e.Name()] = true
	}
	for name, want := range map[string]bool{
		".a.png" + code: false, "." + long[:200] + code: false, "a.png": true, long: true,
		".a.png.fedcba9876543210.tmp": true, // in use
		".b.png" + code:               true, ".a.png.tmp": true, ".a.png.0123.tmp": true, ".a.png.0123456789abcdeg.tmp": true, "a.png" + code: true,
		".a.png.1111111111111111.tmp": true, // a folder
	} {
		if left[name] != want {
			t.Errorf("%s is left: %t", name, left[name])
		}
	}
}

// A temporary in the making is held, named or not; where files can be without a name, a killed run leaves nothing.
func TestTemporariesAreHeld(t *testing.T) {
	dir := folder(t)
	path := filepath.Join(dir, "a.png")
	first := create(t, path, Options{})
	defer first.Abort()
	io.WriteString(first, "first")
	second := create(t, path, Options{})
	io.WriteString(second, "second")
	if err := second.Commit(); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); first.unnamed && len(entries) != 1 {
		t.Errorf("an unnamed file shows: %v", entries)
	}
	if err := first.Commit(); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, map[string]string{"a.png": "first"})
}

// Without files that have no name, the temporary has one from the start, and is held by a lock.
func TestNamedTemporaries(t *testing.T) {
	dir := folder(t)
	temp := filepath.Join(dir, ".a.png.0123456789abcdef.tmp")
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	hold(file)
	if !held(temp) {
		t.Error("a locked file is not held")
	}
	file.Close()
	if held(temp) {
		t.Error("a closed file is held")
	}
}
