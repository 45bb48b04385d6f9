package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"convx/internal/cli"
	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/settings"
)

// given are the files that docs/architecture.md gives for the names of a kind: "variant", "algorithm", "flag".
func given(t *testing.T, kind string) map[string]string {
	t.Helper()
	files := map[string]string{}
	_, table, there := strings.Cut(string(read(t, "../../docs/architecture.md")), "\n| "+kind+" | ")
	table, _, _ = strings.Cut(table, "\n\n")
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*`) \\| `([a-z0-9_/]+\\.go)` \\|$").FindAllStringSubmatch(table, -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			files[strings.Trim(name, "`-")] = row[2]
		}
	}
	if !there || len(files) == 0 {
		t.Fatalf("docs/architecture.md has no table that leads from a %s to its file", kind)
	}
	return files
}

// holds reports whether a file of the repository holds a text.
func holds(path, text string) bool {
	data, err := os.ReadFile("../../" + path)
	return err == nil && strings.Contains(string(data), text)
}

// Who knows the name of a variant or an algorithm, and docs/architecture.md, knows its file: the one of its name, or the one that
// the page gives, and it gives none in vain.
func TestNamesLeadToFiles(t *testing.T) {
	for _, c := range []struct {
		kind    string
		names   []string
		folders []string
	}{
		{"variant", layer.VariantNames(), []string{"internal/layer"}},
		{"algorithm", ops.Algorithms(), []string{"internal/ops", "internal/ops/*"}},
	} {
		other := given(t, c.kind)
		for _, name := range c.names {
			file, named := strings.ReplaceAll(name, "-", "_")+".go", false
			for _, folder := range c.folders {
				paths, err := filepath.Glob("../../" + folder + "/" + file)
				named = named || err == nil && len(paths) > 0
			}
			switch path, there := other[name]; {
			case there == named:
				t.Errorf("the %s %s: %s is there: %v; docs/architecture.md gives a file: %v", c.kind, name, file, named, there)
			case there && !holds(path, "\nfunc "):
				t.Errorf("the %s %s is not in %s", c.kind, name, path)
			}
			delete(other, name)
		}
		for name := range other {
			t.Errorf("docs/architecture.md gives a file for %s, which is no %s", name, c.kind)
		}
	}
}

// Every flag is in the file that docs/architecture.md gives, or in those of its command.
func TestFlagsLeadToFiles(t *testing.T) {
	shared, used := given(t, "flag"), map[string]bool{}
	filesOf := func(c *cobra.Command) (paths []string) {
		for ; c.HasParent(); c = c.Parent() { // nets show is in the file of nets
			more, _ := filepath.Glob("../../internal/cli/" + c.Name() + "*.go")
			paths = append(paths, more...)
		}
		return slices.DeleteFunc(paths, func(p string) bool { return strings.HasSuffix(p, "_test.go") })
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			walk(sub)
		}
		own := filesOf(c)
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			quoted := `"` + f.Name + `"`
			path, there := shared[f.Name]
			there = there && holds(path, quoted)
			used[f.Name] = used[f.Name] || there
			_, key := layer.KeyNamed(f.Name)
			_, setting := settings.Named(f.Name)
			switch {
			case f.Name == "help", there, c.Name() == "config" && setting:
			case key && holds("internal/layer/keys.go", "Name: "+quoted):
			case slices.ContainsFunc(own, func(p string) bool { return holds(strings.TrimPrefix(filepath.ToSlash(p), "../../"), quoted) }):
			default:
				t.Errorf("%s: --%s is in no file of the command, and docs/architecture.md gives no other", c.CommandPath(), f.Name)
			}
		})
	}
	root := cli.Command()
	for _, sub := range slices.Clone(root.Commands()) {
		if name := sub.Name(); name == "help" || name == "completion" { // which are cobra's
			root.RemoveCommand(sub)
		}
	}
	walk(root)
	for name := range shared {
		if !used[name] {
			t.Errorf("docs/architecture.md gives a file for --%s, and no command has it there", name)
		}
	}
}

// Functions and types that docs/architecture.md and its companions name by their room exist.
func TestNamedDeclarationsExist(t *testing.T) {
	seen := 0
	for _, page := range []string{"docs/architecture.md", "docs/adding-a-variant.md", "docs/adding-a-primitive.md", "docs/algorithms.md", "CONTRIBUTING.md"} {
		for _, m := range regexp.MustCompile("`([a-z]+)\\.([A-Z]\\w*)(?:\\.([A-Z]\\w*))?(?:\\(\\))?`").FindAllStringSubmatch(string(read(t, "../../"+page)), -1) {
			room, name, member := m[1], m[2], m[3]
			files, _ := filepath.Glob("../../internal/" + room + "/*.go")
			for _, deeper := range []string{"*/", "*/*/"} {
				more, _ := filepath.Glob("../../internal/" + deeper + room + "/*.go")
				files = append(files, more...)
			}
			if len(files) == 0 {
				continue // of the standard library
			}
			seen++
			source := ""
			for _, file := range files {
				if !strings.HasSuffix(file, "_test.go") {
					source += string(read(t, file))
				}
			}
			declared := regexp.MustCompile(`(?m)^(?:func|type|var|const) ` + name + `\b`)
			if !declared.MatchString(source) {
				t.Errorf("%s names %s.%s, which internal/%s does not declare", page, room, name, room)
			}
			if member != "" && !regexp.MustCompile(`(?m)^func \(\w* ?\*?`+name+`\b[^)]*\) `+member+`\b|^\t(?:\w+, )*`+member+`\b`).MatchString(source) {
				t.Errorf("%s names %s.%s.%s, which internal/%s does not declare", page, room, name, member, room)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d names were found", seen)
	}
}

// No room asks whether a variant has a certain name: what differs is in the variant's row, or in a room's table with a row for each.
func TestNoRoomAsksForAVariant(t *testing.T) {
	set := token.NewFileSet()
	err := filepath.WalkDir("../../internal", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		asks := func(e ast.Expr) {
			if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
				name, _ := strconv.Unquote(l.Value)
				if _, variant := layer.VariantNamed(name); variant {
					t.Errorf("%s asks for %s: let a field of layer.Variant, or of this room's table, say what it is about", set.Position(l.Pos()), l.Value)
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				if n.Op == token.EQL || n.Op == token.NEQ {
					asks(n.X)
					asks(n.Y)
				}
			case *ast.CaseClause:
				for _, e := range n.List {
					asks(e)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
