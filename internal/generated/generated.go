// Package generated holds files, and tables in documents, to the code that they are made of; -update writes them. Only tests import it.
package generated

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what is made of the code again")

// JSON holds a file to a value.
func JSON(t *testing.T, path string, value any) {
	t.Helper()
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(value); err != nil {
		t.Fatal(err)
	}
	hold(t, path, read(t, path), want.String())
}

// Table holds what stands in a page between the comments "begin NAME, made by make generate" and "end NAME".
func Table(t *testing.T, path, name, table string) {
	t.Helper()
	page := read(t, path)
	begin, end := "<!-- begin "+name+", made by make generate -->\n", "<!-- end "+name+" -->"
	head, rest, ok := strings.Cut(page, begin)
	_, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the %s", path, name)
	}
	hold(t, path, page, head+begin+table+end+tail)
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func hold(t *testing.T, path, have, want string) {
	t.Helper()
	switch {
	case have == want:
	case !*update:
		t.Errorf("%s is not what the code says: run make generate", path)
	default:
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
