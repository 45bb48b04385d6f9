package input

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("12345"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, err := ReadFile(path, 5); err != nil || string(data) != "12345" {
		t.Errorf("got %q, %v", data, err)
	}
	if _, err := ReadFile(path, 4); err == nil || err.Error() != "it is longer than 4 bytes, the most that such a file may have" {
		t.Errorf("a file that is too long: %v", err)
	}
	for _, p := range []string{path + ".no", filepath.Dir(path)} {
		if _, err := ReadFile(p, 5); err == nil || strings.Contains(err.Error(), p) {
			t.Errorf("%s: %v, want an error that does not name it", p, err)
		}
	}
	if _, err := ReadFile(path+".no", 5); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// A device has no size to check beforehand, and no end.
func TestReadFileWithoutEnd(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("no /dev/zero here")
	}
	if _, err := ReadFile("/dev/zero", 1<<16); err == nil {
		t.Error("an endless file was read")
	}
}
