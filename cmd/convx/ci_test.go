package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// ciFiles are the YAML blocks of docs/ci.md by the file name in their first line.
func ciFiles(t *testing.T) map[string][]byte {
	t.Helper()
	doc, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for i, block := range bytes.Split(doc, []byte("```")) {
		if text, ok := bytes.CutPrefix(block, []byte("yaml\n# ")); ok && i%2 == 1 {
			name, body, _ := bytes.Cut(text, []byte("\n"))
			files[string(name)] = body
		}
	}
	return files
}

const ciNet = `name: net
input: 3x32x32
layers:
  - {variant: standard, name: stem, out_channels: 8, stride: 2, padding: 1, bias: false}
  - relu
  - global-average-pool
  - flatten
  - {op: linear, name: head, out_features: 10}
`

// ghShim stands for GitHub's command: comments of pull request 7 are the file comment.md, whose id is 5.
const ghShim = `#!/bin/sh
case "$*" in
"pr comment 7 --body-file "*) cp "$5" comment.md ;;
"api --paginate repos/a/b/issues/7/comments --jq .[] | select(.body | startswith(\"<!-- convx flops -->\")) | .id")
	if head -n 1 comment.md 2>/dev/null | grep -q "^<!-- convx flops -->"; then echo 5; fi ;;
"api --method PATCH repos/a/b/issues/comments/5 -F body=@"*) cp "${6#body=@}" comment.md && echo updated ;;
*) echo "gh: $*" >&2; exit 1 ;;
esac
`

// project is a repository with a network, a budget and convx as a submodule, whose base branch has the network as it was.
func project(t *testing.T) (dir string, env []string) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
	dir = t.TempDir()
	source, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	writeText(t, filepath.Join(dir, "net.yaml"), ciNet)
	writeText(t, filepath.Join(dir, "budget.yaml"), "network: {max_macs: 60k, max_params: 500}\n")
	writeText(t, filepath.Join(temp, "shims", "gh"), ghShim)
	if err := os.Chmod(filepath.Join(temp, "shims", "gh"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "tools"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(source, filepath.Join(dir, "tools", "convx")); err != nil {
		t.Fatal(err)
	}
	env = append(os.Environ(),
		"PATH="+filepath.Join(temp, "shims")+string(os.PathListSeparator)+os.Getenv("PATH"),
		"LC_ALL=C.UTF-8", "RUNNER_TEMP="+temp, "GITHUB_PATH="+filepath.Join(temp, "path"), "GITHUB_BASE_REF=main", "PULL_REQUEST=7", "GITHUB_REPOSITORY=a/b", "GITHUB_STEP_SUMMARY="+filepath.Join(temp, "summary.md"),
		"CI_PROJECT_DIR="+dir, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main",
		"GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b",
	)
	out, status := shell(t, dir, env, "git init -q && git add net.yaml && git commit -qm base && git update-ref refs/remotes/origin/main HEAD")
	if status != 0 {
		t.Fatal(out)
	}
	return dir, env
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// shell runs a script as a CI server does: it stops at the first failure.
func shell(t *testing.T, dir string, env []string, script string) (out string, status int) {
	t.Helper()
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = dir, env
	b, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(b), exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return string(b), 0
}

// grow makes the network cost more than the budget and the base allow.
func grow(t *testing.T, dir string) {
	t.Helper()
	writeText(t, filepath.Join(dir, "net.yaml"), strings.Replace(ciNet, "out_channels: 8", "out_channels: 16", 1))
}

func TestGitHubExample(t *testing.T) {
	var doc struct {
		Jobs map[string]struct {
			Steps []struct{ Name, Run string }
		}
	}
	if err := yaml.Unmarshal(ciFiles(t)[".github/workflows/budget.yml"], &doc); err != nil {
		t.Fatal(err)
	}
	var steps, names []string
	for _, s := range doc.Jobs["budget"].Steps {
		if s.Run != "" {
			steps, names = append(steps, s.Run), append(names, s.Name)
		}
	}
	if want := []string{"build convx", "count what the base branch costs", "hold to the budget and the base branch", "comment"}; !slices.Equal(names, want) {
		t.Fatalf("steps %q, want %q", names, want)
	}
	dir, env := project(t)
	for i, s := range steps {
		if out, status := shell(t, dir, env, s); status != 0 {
			t.Fatalf("%s: exit %d\n%s", names[i], status, out)
		}
	}
	built := "test -x \"$RUNNER_TEMP/bin/convx\" && grep -q /bin \"$GITHUB_PATH\" && \"$RUNNER_TEMP/bin/convx\" version && rm comment.md"
	if out, status := shell(t, dir, env, built); status != 0 {
		t.Errorf("the first step built no convx: %s", out)
	}
	grow(t, dir)
	out, status := shell(t, dir, env, steps[2])
	for _, want := range []string{"::error file=net.yaml,title=convx net%3A max-macs::max-macs: ", "::error file=net.yaml,title=convx net%3A increase of params::"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if status != 3 {
		t.Errorf("exit %d, want 3", status)
	}
	if out, status := shell(t, dir, env, steps[3]); status != 0 {
		t.Errorf("the comment failed: %s", out)
	}
	comment, err := os.ReadFile(filepath.Join(dir, "comment.md"))
	if err != nil || !strings.Contains(string(comment), "net: over 4 of 4 limits") {
		t.Errorf("%v: %s", err, comment)
	}
	if out, status := shell(t, dir, env, steps[3]); status != 0 || !strings.Contains(out, "updated") {
		t.Errorf("the second comment did not update the first: exit %d\n%s", status, out)
	}
}

func TestGitLabExample(t *testing.T) {
	var doc map[string]struct {
		Before []string `yaml:"before_script"`
		Script []string
	}
	if err := yaml.Unmarshal(ciFiles(t)[".gitlab-ci.yml"], &doc); err != nil {
		t.Fatal(err)
	}
	job := doc["network budget"]
	if len(job.Before) != 2 || len(job.Script) != 3 {
		t.Fatalf("the job is %+v", job)
	}
	dir, env := project(t)
	script := strings.Join(append(job.Before, job.Script...), "\n")
	if out, status := shell(t, dir, env, script); status != 0 {
		t.Fatalf("exit %d\n%s", status, out)
	}
	grow(t, dir)
	if out, status := shell(t, dir, env, script); status != 3 {
		t.Errorf("exit %d, want 3\n%s", status, out)
	}
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
	}
	data, err := os.ReadFile(filepath.Join(dir, "budget.xml"))
	if err == nil {
		err = xml.Unmarshal(data, &suites)
	}
	if err != nil || suites.Tests != 4 || suites.Failures != 4 {
		t.Errorf("%v: %s", err, data)
	}
}

func TestPreCommitExample(t *testing.T) {
	var doc struct {
		Repos []struct {
			Hooks []struct{ Entry string }
		}
	}
	if err := yaml.Unmarshal(ciFiles(t)[".pre-commit-config.yaml"], &doc); err != nil {
		t.Fatal(err)
	}
	entry := doc.Repos[0].Hooks[0].Entry
	dir, env := project(t)
	if out, status := shell(t, dir, env, entry); status != 0 {
		t.Fatalf("exit %d\n%s", status, out)
	}
	grow(t, dir)
	if out, status := shell(t, dir, env, entry); status != 3 || !strings.Contains(out, "convx: over budget: max-macs: ") {
		t.Errorf("exit %d, want 3\n%s", status, out)
	}
}

// The commands at the top of the page do what it says.
func TestCIPageCommands(t *testing.T) {
	doc, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	model, err := os.ReadFile("../../internal/network/onnx/testdata/squeezenet1_1.onnx")
	if err != nil {
		t.Fatal(err)
	}
	dir, env := project(t)
	writeText(t, filepath.Join(dir, "model.onnx"), string(model))
	writeText(t, filepath.Join(dir, "budget.yaml"), "network: {max_macs: 1G}\n")
	if out, status := shell(t, dir, env, "convx flops --net ./net.yaml -f json > base.json"); status != 0 {
		t.Fatal(out)
	}
	_, example, _ := strings.Cut(string(doc), "\n    title: phones\n")
	example, _, _ = strings.Cut(example, "\n\n")
	writeText(t, filepath.Join(dir, "phones.yaml"), strings.ReplaceAll("title: phones\n"+example, "\n    ", "\n"))
	out, status := shell(t, dir, env, "convx flops --net mobilenet-v2 --budget ./phones.yaml -f github")
	if status != 0 || strings.Count(out, "::notice ") != 6 || strings.Contains(out, "::warning") {
		t.Errorf("the page's budget: exit %d\n%s", status, out)
	}
	ran := 0
	for line := range strings.Lines(string(doc)) {
		if command, ok := strings.CutPrefix(line, "    convx flops"); ok && strings.HasPrefix(line, "    convx") {
			ran++
			if out, status := shell(t, dir, env, "convx flops"+command); status != 0 {
				t.Errorf("%s: exit %d\n%s", line, status, out)
			}
		}
	}
	if ran != 3 {
		t.Errorf("%d commands were run", ran)
	}
}
