package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"convx/internal/golden"
	"convx/internal/layer"
)

// place is a file that every variant is in beside its row in internal/layer.
type place struct {
	file string // under the root, <name> is the variant's
	// holds are texts that are in it, <name>, <author> and the like filled in.
	holds []string
	// except says of variants that are not in it why.
	except map[string]string
}

// places are what docs/adding-a-variant.md lists.
var places = []place{
	{file: "docs/variants/<name>.md", holds: []string{"](../images/<name>.", "```console\n$ convx ", "<author>", "## When", "## Limits"}},
	{file: "docs/zh/variants/<name>.md", holds: []string{"](../../images/<name>.", "论文：", "## 何时使用", "## 局限"}},
	{file: "README.md", holds: []string{"](docs/variants/<name>.md)"}},
	{file: "README.zh.md", holds: []string{"](docs/zh/variants/<name>.md)"}},
	{file: "cmd/convx/testdata/script/variant-<name>.txtar", holds: []string{"\nexec convx shape <name>", "\nexec convx run <name>", "\n! exec convx run <name>"}},
	{file: "cmd/convx/pictures_test.go", holds: []string{`"<name>.`}},
	{file: "internal/theory/theory.go", holds: []string{`"<name>":`}},
	{file: "internal/draw/figure.go", holds: []string{`"<name>":`}},
	{file: "internal/verify", holds: []string{`"<name>", `}},
	{file: "configs/suites/kinds.yaml", holds: []string{"variant: <name>,"}, except: map[string]string{
		"pointwise": "standard with kernel 1", "deform-roi-pool": "a few thousand samples",
	}},
}

// Everything that a variant has beside its row in internal/layer is where docs/adding-a-variant.md says.
func TestEveryVariantIsWhole(t *testing.T) {
	page := string(read(t, "../../docs/adding-a-variant.md"))
	for _, p := range places {
		if !strings.Contains(page, "`"+p.file) {
			t.Errorf("docs/adding-a-variant.md does not list %s", p.file)
		}
		for _, v := range layer.Variants() {
			if p.except[v.Name] != "" {
				continue
			}
			author, _, _ := strings.Cut(v.Paper, " ")
			fill := strings.NewReplacer("<name>", v.Name, "<author>", author).Replace
			text, err := textOf("../../" + fill(p.file))
			if err != nil {
				t.Errorf("%s: write %s", v.Name, fill(p.file))
				continue
			}
			for _, want := range p.holds {
				if !strings.Contains(text, fill(want)) {
					t.Errorf("%s: %s lacks %q", v.Name, fill(p.file), fill(want))
				}
			}
		}
	}
}

// Every variant has results of another implementation to be held against.
func TestEveryVariantHasGoldenCases(t *testing.T) {
	const file = "internal/golden/testdata/<name>.zip"
	if !strings.Contains(string(read(t, "../../docs/adding-a-variant.md")), "`"+file) {
		t.Errorf("docs/adding-a-variant.md does not list %s", file)
	}
	cases := golden.Cases(t)
	for _, v := range layer.VariantNames() {
		if v != "pointwise" && !slices.ContainsFunc(cases, func(c golden.Case) bool { return c.Variant == v }) { // standard with kernel 1
			t.Errorf("%s: write %s", v, strings.ReplaceAll(file, "<name>", v))
		}
	}
}

// textOf is a file, or all the Go files of a folder that are no tests.
func textOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*.go")); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") && info.IsDir() {
			continue
		}
		data, err := os.ReadFile(f)
		if err != nil {
			return "", err
		}
		b.Write(data)
	}
	return b.String(), nil
}

// The table of docs/adding-a-variant.md explains each field of a row, and no other.
func TestEveryFieldOfARowIsExplained(t *testing.T) {
	explained := map[string]bool{}
	page := string(read(t, "../../docs/adding-a-variant.md"))
	_, table, _ := strings.Cut(page, "| field | says |")
	table, _, _ = strings.Cut(table, "\n\n")
	for line := range strings.Lines(table) {
		names, _, _ := strings.Cut(strings.TrimPrefix(line, "|"), "|")
		for name := range strings.SplitSeq(names, ",") {
			if name = strings.Trim(name, " `-\n"); name != "" {
				explained[name] = true
			}
		}
	}
	row := reflect.TypeFor[layer.Variant]()
	for i := range row.NumField() {
		if name := row.Field(i).Name; !explained[name] {
			t.Errorf("docs/adding-a-variant.md does not explain the field %s", name)
		} else {
			delete(explained, name)
		}
	}
	for name := range explained {
		t.Errorf("docs/adding-a-variant.md explains %s, which is no field of a row", name)
	}
}

// Every place that the two pages list exists, for a variant and a primitive that were added by them.
func TestListedPlacesExist(t *testing.T) {
	code := regexp.MustCompile("`[^`\n]+`")
	for page, name := range map[string]string{"adding-a-variant.md": "<name> max-pool", "adding-a-primitive.md": "<name> pool"} {
		from, to, _ := strings.Cut(name, " ")
		text := string(read(t, "../../docs/"+page))
		found := 0
		for _, quoted := range code.FindAllString(text, -1) {
			path := strings.Trim(quoted, "`")
			if !regexp.MustCompile(`^(internal|cmd|docs|configs)/[\w/.<>*-]+$`).MatchString(path) {
				continue
			}
			found++
			path = strings.ReplaceAll(path, from, to)
			if there, err := filepath.Glob(filepath.Join("../..", path)); err != nil || len(there) == 0 {
				t.Errorf("docs/%s lists %s, and there is no %s", page, quoted, path)
			}
		}
		if found < 8 {
			t.Errorf("docs/%s lists only %d places", page, found)
		}
	}
}

// Every primitive has its files, which docs/adding-a-primitive.md lists.
func TestEveryPrimitiveIsWhole(t *testing.T) {
	page := string(read(t, "../../docs/adding-a-primitive.md"))
	for _, folder := range []string{"internal/shape", "internal/flops", "internal/ops/literal"} {
		listed := folder + "/<name>.go"
		if !strings.Contains(page, "`"+listed+"`") {
			t.Errorf("docs/adding-a-primitive.md does not list %s", listed)
		}
		for _, k := range layer.Kinds() {
			file := fmt.Sprintf("%s/%s.go", folder, strings.ReplaceAll(string(k), "-", "_"))
			if _, err := os.Stat("../../" + file); err != nil {
				t.Errorf("%s: write %s", k, file)
			}
		}
	}
}
