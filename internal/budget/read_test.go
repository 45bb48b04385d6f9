package budget

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"convx/internal/layer"
	"convx/internal/network"
)

// Budgets are limits, files, or built in, by what the text looks like; errors are of the kind that says whose fault it is.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "good.yaml"), filepath.Join(dir, "bad.yaml")
	for path, text := range map[string]string{good: "network: {max_macs: 310M}\n", bad: "network: {max_cost: 3}\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, err := Read("max-macs=310M", good, "mobile")
	if err != nil || len(all) != 3 || len(all[0].Limits) != 1 || all[1].Name != good {
		t.Fatalf("%+v, %v", all, err)
	}
	for _, text := range []string{"max-macs=lots", "nope"} {
		if _, err := Read(text); !isA[*layer.Error](err) {
			t.Errorf("%s: %T %v", text, err, err)
		}
	}
	if _, err := Read(bad); !isA[*FileError](err) || !isA[*network.Error](err) {
		t.Errorf("what the file holds: %T %v", err, err)
	}
	if _, err := Read(filepath.Join(dir, "none.yaml")); !isA[*FileError](err) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %T %v", err, err)
	}
}

func isA[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

// Annotations spell paths from the root of the repository, wherever the command was started.
func TestPathInRepository(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "nets", "small"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(filepath.Join(dir, "nets"))
	for path, want := range map[string]string{"small/a.yaml": "nets/small/a.yaml", "../a.yaml": "a.yaml", filepath.Join(dir, "nets", "b.yaml"): "nets/b.yaml"} {
		if got := PathInRepository(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}
