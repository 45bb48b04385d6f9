package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestDocsHaveTheTable holds the table of docs/performance.md to what the command prints, where there is LLVM to ask. With
// TABLE=1 it writes the table there.
func TestDocsHaveTheTable(t *testing.T) {
	for _, tool := range []string{"llvm-mca-19", "llvm-objdump-19"} {
		if _, err := exec.LookPath(tool); err != nil || testing.Short() {
			t.Skip("it takes ", tool, " and half a minute")
		}
	}
	t.Chdir("../..")
	var table bytes.Buffer
	if failed, err := run(&table, "", false); err != nil || failed {
		t.Fatalf("a kernel misses its share: %v, %v", failed, err)
	}
	const path, head = "docs/performance.md", "| loop | multiply-adds |"
	docs, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(docs), head)
	if !ok {
		t.Fatalf("%s has no table of loops", path)
	}
	_, after, _ := strings.Cut(rest, "\n\n")
	if want := before + table.String() + "\n" + after; want != string(docs) {
		if os.Getenv("TABLE") == "" {
			t.Fatalf("%s differs; TABLE=1 go test ./scripts/mca writes\n%s", path, table.String())
		}
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
