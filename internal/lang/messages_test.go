package lang

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
)

// speakers are the functions that say messages, and which of their operands is the key. Where only the last name stands it is
// a method, or a function of its own room.
var speakers = map[string]int{
	"lang.Sprintf": 0, "lang.Errorf": 0, "lang.New": 0, "lang.Text": 0, "lang.Key": 0, "lang.Plural": 1,
	"layer.Errorf": 0, "Errorf": 0, "Hint": 0, "dustf": 0, "usagef": 0, "sayf": 0, "warnf": 0, "refuse": 1, "bad": 1,
	"right": 0, "spare": 1, // columns
}

// mute are functions whose text nobody reads in Chinese: the keys' help, and names of streams of numbers.
var mute = []string{"panic", "intKey", "intsKey", "floatKey", "tensor.NewStream"}

// silent are the rooms that have nothing to say to a reader of Chinese.
var silent = map[string]string{
	"lang":        "it looks messages up",
	"fuzzing":     "tests",
	"golden":      "tests",
	"golden/pack": "tests",
	"page":        "the page is in English",
}

// untranslated are the rooms whose sentences are English still: what they say through lang is in the catalogue all the same.
var untranslated = []string{
	"bench", "budget", "device", "drawing", "flops", "gradient", "memory", "network/open",
	"guard", "infer", "network", "network/onnx", "ops",
	"ops/array", "ops/blas", "ops/deformable", "ops/dense", "ops/elementwise", "ops/fourier", "ops/kernel", "ops/literal",
	"ops/planes", "ops/problem", "ops/reference", "ops/resample", "ops/transposed", "ops/workers",
}

// stays are the fields that are English in every language: what --help shows, and titles of papers.
var stays = []string{"Use", "Usage", "Short", "Long", "Example", "Paper"}

// helping are the rooms of which only errors are held to be said through lang: the rest of their sentences is --help.
var helping = []string{"cli"}

// sentence is what a reader reads, as against a name, a format of numbers or a command.
var sentence = regexp.MustCompile(`[A-Za-z]{2,} [a-z]{2,}`)

// said is a message as it stands in the source.
type said struct{ at, key string }

// room reads the source of a room: its messages, and the sentences that are none.
func room(t *testing.T, dir string) (messages, others []said) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		spoken := map[ast.Node]bool{}
		note := func(e ast.Expr, prefix string) {
			key, ok := literal(e)
			if !ok {
				return
			}
			ast.Inspect(e, func(n ast.Node) bool { spoken[n] = true; return true })
			messages = append(messages, said{set.Position(e.Pos()).String(), prefix + key})
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.CallExpr:
				name := nameOf(n.Fun)
				if plain := name == "fmt.Errorf" || name == "errors.New"; slices.Contains(helping, filepath.Base(dir)) && plain {
					others = append(others, sentences(set, n.Args[0])...)
				}
				if slices.Contains(mute, name) {
					return false
				}
				at, ok := speakers[name]
				if dot := strings.LastIndex(name, "."); !ok && dot >= 0 && name != "fmt.Errorf" {
					at, ok = speakers[name[dot+1:]]
				}
				if ok && at < len(n.Args) {
					prefix := ""
					if name == "lang.Plural" {
						prefix = "%d "
					}
					note(n.Args[at], prefix)
				}
			case *ast.CompositeLit:
				if typed := nameOf(n.Type); typed == "report.Column" || typed == "[]report.Column" {
					columns(n, note)
				}
			case *ast.KeyValueExpr:
				switch field := nameOf(n.Key); {
				case field == "Summary" || field == "Differs":
					note(n.Value, "")
				case slices.Contains(stays, field):
					return false
				}
			case *ast.Field:
				spoken[n.Tag] = true
			case *ast.BasicLit:
				if !spoken[n] && !slices.Contains(helping, filepath.Base(dir)) {
					others = append(others, sentences(set, n)...)
				}
			}
			return true
		})
	}
	return messages, others
}

// sentences is a literal that a reader reads; commands are in no language.
func sentences(set *token.FileSet, e ast.Expr) []said {
	text, ok := literal(e)
	if !ok || !sentence.MatchString(text) || strings.HasPrefix(text, "convx ") || slices.Contains(drawn, text) {
		return nil
	}
	return []said{{set.Position(e.Pos()).String(), text}}
}

// drawn are texts of pictures that are data.
var drawn = []string{"Convolution: weigh, sum, move on. Weigh, sum, move on. 0123456789"}

// columns notes the names of a table's columns.
func columns(list *ast.CompositeLit, note func(ast.Expr, string)) {
	for _, e := range list.Elts {
		switch e := e.(type) {
		case *ast.CompositeLit:
			columns(e, note)
		case *ast.KeyValueExpr:
			if nameOf(e.Key) == "Name" {
				note(e.Value, "")
			}
		}
	}
}

// nameOf is how an expression is written, for the few kinds that matter.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return nameOf(e.X) + "." + e.Sel.Name
	case *ast.ArrayType:
		return "[]" + nameOf(e.Elt)
	case *ast.CallExpr:
		return nameOf(e.Fun)
	case *ast.FuncType:
		return "func"
	}
	return ""
}

// literal is a string, or several that are added.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.BinaryExpr:
		a, ok := literal(e.X)
		b, also := literal(e.Y)
		return a + b, ok && also
	}
	return "", false
}

// rooms are the folders of the source, by their names under internal.
func rooms(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata" {
			return filepath.SkipDir
		}
		if name := strings.TrimPrefix(filepath.ToSlash(path), "../"); name != ".." {
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Every message has its translation, and every translation its message. What a message lacks is added to zh.txt: the key on a
// line, and the Chinese below it, after a tab.
func TestCatalogueIsWhole(t *testing.T) {
	text, err := os.ReadFile("zh.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, e := range entries(string(text)) {
		if known[e.key] {
			t.Errorf("zh.txt:%d: %q is translated twice", e.line, e.key)
		}
		known[e.key] = true
	}
	used := map[string]bool{}
	for _, name := range rooms(t) {
		if silent[name] != "" {
			continue
		}
		messages, others := room(t, filepath.Join("..", name))
		for _, m := range messages {
			used[m.key] = true
			if !known[m.key] && wordy(m.key) {
				t.Errorf("%s: zh.txt lacks\n%s", m.at, m.key)
			}
		}
		if slices.Contains(untranslated, name) {
			continue
		}
		for _, o := range others {
			if !used[o.key] {
				t.Errorf("%s: said without internal/lang: %q", o.at, o.key)
			}
		}
	}
	for _, e := range entries(string(text)) {
		if !used[e.key] {
			t.Errorf("zh.txt:%d: nothing says %q", e.line, e.key)
		}
	}
}

// verb is a directive of fmt: its operand's index, if it has one, and its letter.
var verb = regexp.MustCompile(`%[-+#0]*[0-9]*(?:\.[0-9]+)?(?:\[([0-9]+)\])?([a-zA-Z%])`)

// flagged is a flag with its value, which is a whole hint and in no language.
var flagged = regexp.MustCompile(`^--?[a-z-]+(:? \S+)?$`)

// wordy is false for formats of nothing but operands and signs.
func wordy(key string) bool {
	return regexp.MustCompile(`\pL`).MatchString(verb.ReplaceAllString(key, "")) && !flagged.MatchString(key)
}

// operands are the letters of a format's verbs, by operand.
func operands(format string) map[int]string {
	of, next := map[int]string{}, 1
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[2] == "%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
		}
		if !strings.Contains(of[next], m[2]) {
			of[next] += m[2]
		}
		next++
	}
	return of
}

// A translation takes the operands of its key, all of them and in the same form: fmt would print %!d(string=…) or %!(EXTRA …).
func TestTranslationsTakeTheSameOperands(t *testing.T) {
	for _, e := range entries(zh) {
		want, got := operands(e.key), operands(e.text)
		for i, letter := range want {
			if got[i] != letter {
				t.Errorf("zh.txt:%d: operand %d of %q is %%%s, and of %q %q", e.line, i, e.key, letter, e.text, got[i])
			}
		}
		if len(got) > len(want) {
			t.Errorf("zh.txt:%d: %q takes more operands than %q", e.line, e.text, e.key)
		}
		if strings.Contains(e.text, "${") {
			t.Errorf("zh.txt:%d: ${ is the catalogue's own", e.line)
		}
	}
}

// A variable of a package is made before the language is chosen: what it says then would be English for good. lang.New and
// lang.Key wait.
func TestNothingIsSaidBeforeTheLanguage(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if vars, ok := decl.(*ast.GenDecl); ok {
				ast.Inspect(vars, func(n ast.Node) bool {
					if s, ok := n.(*ast.SelectorExpr); ok {
						room, _ := s.X.(*ast.Ident)
						if room != nil && room.Name == "lang" && slices.Contains([]string{"Errorf", "Sprintf", "Text", "Plural"}, s.Sel.Name) {
							t.Errorf("%s: lang.%s in a variable of the package", set.Position(s.Pos()), s.Sel.Name)
						}
					}
					_, later := n.(*ast.FuncLit)
					return !later
				})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
