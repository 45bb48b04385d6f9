package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// NOTICES holds the licences of what is linked today, no more and no less.
func TestNoticesAreCurrent(t *testing.T) {
	made, err := exec.Command("go", "run", "../../scripts/notices").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, read(t, "../../NOTICES")) {
		t.Error("NOTICES is not what scripts/notices makes: run make notices")
	}
}

// A build without version control states the version that it was stamped with, and one without either says so.
func TestVersionIsStamped(t *testing.T) {
	if testing.Short() {
		t.Skip("links convx twice")
	}
	for stamp, want := range map[string]string{"": "convx (devel), ", "-X convx/internal/cli.stamped=v1.2.3-rc.1": "convx v1.2.3-rc.1, "} {
		bin := filepath.Join(t.TempDir(), "convx")
		if said, err := exec.Command("go", "build", "-buildvcs=false", "-ldflags", stamp, "-o", bin, ".").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, said)
		}
		out, err := exec.Command(bin, "version").Output()
		if err != nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("stamped %q, convx version says %q (%v)", stamp, out, err)
		}
	}
}

// The workflow runs what contributors run, and the form for bugs asks for what is needed to reproduce one.
func TestForgeFiles(t *testing.T) {
	for path, wants := range map[string][]string{
		"../../.github/workflows/ci.yml":       {"run: .ci/run", "go-version-file: go.mod"},
		"../../.github/ISSUE_TEMPLATE/bug.yml": {"`convx version`", "The command"},
		"../../.ci/run":                        {"go mod tidy -diff", "git ls-files --others --exclude-standard"},
	} {
		text := read(t, path)
		if filepath.Ext(path) == ".yml" {
			var doc map[string]any
			if err := yaml.Unmarshal(text, &doc); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
		for _, want := range wants {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s does not hold %q", path, want)
			}
		}
	}
}
