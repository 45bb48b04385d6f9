package budget

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"convx/internal/report"
)

// Broken budgets and baselines are annotated where they are broken, and an error, never a failure, for other CI servers.
func TestBrokenFiles(t *testing.T) {
	for _, c := range []struct{ name, text, github, junit string }{
		{"base.json", "{\n  \"net\": \"x\",\n  \"total\": {]\n}", "::error file=ci/base.json,line=3,col=13,title=convx base.json%3A cannot be read::reading \"PATH\": not convx's JSON", "a stray &#39;]&#39;"},
		{"base.json", "{\"net\": \"x\",\n\"total\": {\"macs\": \"many\"}}", "::error file=ci/base.json,line=2,col=24,title=convx base.json%3A cannot be read::", "total.macs is a JSON string"},
		{"base.json", "{\"net\": \"x\"}", "::error file=ci/base.json,line=1,title=convx base.json%3A cannot be read::", "it holds no counts"},
		{"budget.yaml", "network:\n  max_mac: 1\n  max_macs: lots\n", "::error file=ci/budget.yaml,line=2,col=3,title=convx budget.yaml%3A cannot be read::unknown limit", "is no amount"},
		{"budget.yaml", "network: {\n", "::error file=ci/budget.yaml,line=", "reading"},
		{"gone.yaml", "", "::error file=ci/gone.yaml,line=1,title=convx gone.yaml%3A cannot be read::reading", "no such file"},
	} {
		path := filepath.Join(t.TempDir(), c.name)
		if c.text != "" {
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if filepath.Ext(path) == ".json" {
			_, err = readBaseline(path, "x")
		} else if _, err = ReadFile(path); err != nil {
			err = &FileError{path, err}
		}
		e, ok := errors.AsType[*FileError](err)
		if !ok {
			t.Fatalf("%s: %v", c.text, err)
		}
		e.File = c.name
		for f, want := range map[report.Format]string{GitHubFormat: strings.ReplaceAll(c.github, "PATH", path), JUnitFormat: "<error message=\""} {
			var b bytes.Buffer
			if err := Broken(e, "ci/"+c.name).Write(&b, report.Layout{}, f); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), want) || f == JUnitFormat && (!strings.Contains(b.String(), `errors="1"`) || !strings.Contains(b.String(), "failures=\"0\"") || c.text != "network: {\n" && !strings.Contains(b.String(), c.junit)) {
				t.Errorf("%s in %s:\n%s\nlacks %s", c.text, f, b.String(), want)
			}
		}
	}
}
