package output

import (
	"os"
	"path/filepath"
	"strings"
)

// removeStale removes the temporary files of earlier runs that were to become the file at path, and that were killed before
// they could clean up. Those that a process holds are in the making.
func removeStale(path string) {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	prefix := "." + clipped(base) + "."
	for _, e := range entries {
		code, ours := strings.CutPrefix(e.Name(), prefix)
		if code, ours = cutTemporary(code, ours); !ours || !e.Type().IsRegular() {
			continue
		}
		if old := filepath.Join(dir, e.Name()); len(code) == codeDigits && !held(old) {
			os.Remove(old)
		}
	}
}

// cutTemporary takes the ending off a temporary's name and leaves its code, which is all hexadecimal.
func cutTemporary(rest string, ours bool) (code string, is bool) {
	code, ended := strings.CutSuffix(rest, ".tmp")
	return code, ours && ended && strings.Trim(code, "0123456789abcdef") == ""
}
