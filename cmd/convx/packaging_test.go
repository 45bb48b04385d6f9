package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// Archives and packages hold the licences, man pages and completions, and every file that is named is there.
func TestReleaseHoldsItsFiles(t *testing.T) {
	folder := t.TempDir()
	if said, err := exec.Command("go", "run", "../../scripts/manual", folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	text := read(t, "../../.goreleaser.yaml")
	var doc struct {
		Archives []struct{ Files []any }
		Nfpms    []struct {
			Formats  []string
			Contents []struct{ Src, Dst, Type string }
		}
		Sboms []any
		Casks []struct {
			Manpages    []string
			Completions map[string]string
		} `yaml:"homebrew_casks"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var sources []string
	for _, f := range doc.Archives[0].Files {
		if m, ok := f.(map[string]any); ok {
			f = m["src"]
		}
		sources = append(sources, f.(string))
	}
	for _, c := range doc.Nfpms[0].Contents {
		sources = append(sources, c.Src)
		if c.Type != "" { // nfpm leaves what is of type doc out of packages for Debian
			t.Errorf("%s is of type %s, which not every package has", c.Src, c.Type)
		}
	}
	if !slices.ContainsFunc(doc.Nfpms[0].Contents, func(c struct{ Src, Dst, Type string }) bool {
		return c.Src == "LICENSE" && c.Dst == "/usr/share/doc/convx/copyright"
	}) {
		t.Error("packages lack the licence where Debian wants it")
	}
	for _, must := range []string{"LICENSE", "NOTICES", "README.md", "CHANGELOG.md", "dist-manual/man/*.1", "dist-manual/completions/*"} {
		if !slices.Contains(sources, must) {
			t.Errorf("no archive has %s", must)
		}
	}
	for _, s := range append(sources, "dist-manual/"+doc.Casks[0].Manpages[0], "dist-manual/"+doc.Casks[0].Completions["zsh"]) {
		path := filepath.Join("../..", s)
		if made, ok := strings.CutPrefix(s, "dist-manual/"); ok {
			path = filepath.Join(folder, made)
		}
		if found, _ := filepath.Glob(path); len(found) == 0 {
			t.Errorf("%s is in no release: there is none", s)
		}
	}
	if !slices.Equal(doc.Nfpms[0].Formats, []string{"deb", "rpm"}) || len(doc.Sboms) == 0 {
		t.Errorf("packages %v, bills of materials %v", doc.Nfpms[0].Formats, doc.Sboms)
	}
	pages, _ := filepath.Glob(filepath.Join(folder, "man", "*.1"))
	for _, command := range []string{"convx", "convx-flops", "convx-fit", "convx-run"} {
		if !slices.Contains(pages, filepath.Join(folder, "man", command+".1")) {
			t.Errorf("%s has no man page", command)
		}
	}
	page := read(t, filepath.Join(folder, "man", "convx-fit.1"))
	if !bytes.Contains(page, []byte("max-macs=150M")) {
		t.Error("the page of fit has no example")
	}
}

// The image is of nothing but the binary, and runs as nobody in particular.
func TestImage(t *testing.T) {
	text := string(read(t, "../../Dockerfile"))
	for _, want := range []string{"CGO_ENABLED=0", "\nFROM scratch\n", "\nUSER 65532:65532\n", "\nENTRYPOINT [\"/convx\"]\n", "COPY LICENSE NOTICES /"} {
		if !strings.Contains(text, want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
}

// actionSteps are the shell parts of the repository's own action.
func actionSteps(t *testing.T) (names []string, steps map[string]string) {
	t.Helper()
	var doc struct {
		Runs struct {
			Steps []struct{ Name, Run, Shell string }
		}
	}
	if err := yaml.Unmarshal(read(t, "../../action.yml"), &doc); err != nil {
		t.Fatal(err)
	}
	steps = map[string]string{}
	for _, s := range doc.Runs.Steps {
		if s.Run != "" {
			if s.Shell != "bash" {
				t.Errorf("%s runs in %q", s.Name, s.Shell)
			}
			names, steps[s.Name] = append(names, s.Name), s.Run
		}
	}
	return names, steps
}

// The action, as it runs: within limits, over them, on a broken network, on several; its summary is the comment.
func TestAction(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash")
	}
	names, steps := actionSteps(t)
	if want := []string{"build convx", "hold to budget and base"}; !slices.Equal(names, want) {
		t.Fatalf("steps %q, want %q", names, want)
	}
	dir, env := project(t)
	env = append(env, "ACTION_SOURCE="+filepath.Join(dir, "tools", "convx"), "GITHUB_OUTPUT="+filepath.Join(dir, "output"), "INPUT_NET=./net.yaml\n", "INPUT_BUDGET=./budget.yaml\n", "INPUT_MAX_INCREASE=macs=2%,params=5%", "INPUT_BASE=", "INPUT_ARGS=--in-place", "INPUT_COMMENT=comment.md")
	bash := func(name string, more ...string) (string, int) {
		script := filepath.Join(t.TempDir(), "step.sh")
		writeText(t, script, steps[name])
		return shell(t, dir, append(slices.Clone(env), more...), "bash --noprofile --norc -eo pipefail "+script)
	}
	if out, status := bash("build convx"); status != 0 {
		t.Fatal(out)
	}
	for _, c := range []struct {
		what, net, nets string
		status          int
		says, comment   string
	}{
		{"as it was", ciNet, "./net.yaml", 0, "::notice file=net.yaml,title=convx net%3A increase of macs::", "net: within every limit"},
		{"widened", strings.Replace(ciNet, "out_channels: 8", "out_channels: 16", 1), "./net.yaml", 3, "::error file=net.yaml,title=convx net%3A max-macs::", "net: over 4 of 4 limits"},
		{"broken", strings.Replace(ciNet, "padding", "paddin", 1), "./net.yaml", 2, "::error file=net.yaml,line=4,col=", "./net.yaml cannot be counted"},
		{"two", ciNet, "./net.yaml\n./other.yaml", 0, "::notice file=other.yaml,title=convx other%3A max-macs::", "other: within every limit"},
	} {
		writeText(t, filepath.Join(dir, "net.yaml"), c.net)
		writeText(t, filepath.Join(dir, "other.yaml"), strings.Replace(ciNet, "name: net", "name: other", 1))
		os.Remove(filepath.Join(dir, "output"))
		out, status := bash("hold to budget and base", "INPUT_NET="+c.nets)
		if status != c.status || !strings.Contains(out, c.says) {
			t.Errorf("%s: exit %d, want %d; no %q in\n%s", c.what, status, c.status, c.says, out)
		}
		if comment := string(read(t, filepath.Join(dir, "comment.md"))); !strings.Contains(comment, c.comment) {
			t.Errorf("%s: no %q in\n%s", c.what, c.comment, comment)
		}
		if said := string(read(t, filepath.Join(dir, "output"))); !strings.Contains(said, "status=") {
			t.Errorf("%s: output %q", c.what, said)
		}
	}
}

// The hooks call the binary with the flags that stand beside them, or with the files that changed.
func TestHooks(t *testing.T) {
	var hooks []struct {
		ID, Entry string
		Args      []string
	}
	if err := yaml.Unmarshal(read(t, "../../.pre-commit-hooks.yaml"), &hooks); err != nil {
		t.Fatal(err)
	}
	dir, env := project(t)
	entries := map[string]string{}
	for _, h := range hooks {
		entries[h.ID] = h.Entry + " " + strings.Join(h.Args, " ")
	}
	for _, c := range []struct {
		hook, files, net string
		status           int
	}{
		{"convx-budget", "", ciNet, 0},
		{"convx-budget", "", strings.Replace(ciNet, "out_channels: 8", "out_channels: 16", 1), 3},
		{"convx-networks", "net.yaml net.yaml", ciNet, 0},
		{"convx-networks", "net.yaml", strings.Replace(ciNet, "padding", "paddin", 1), 2},
	} {
		writeText(t, filepath.Join(dir, "net.yaml"), c.net)
		if out, status := shell(t, dir, env, entries[c.hook]+" "+c.files); status != c.status {
			t.Errorf("%s %s: exit %d, want %d\n%s", c.hook, c.files, status, c.status, out)
		}
	}
}
