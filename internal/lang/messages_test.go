package lang

import (
	"bytes"
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
	"refusef": 0, "failf": 1, "faultf": 1,
	"enumVar": 4, "algorithmVar": 2, "budgetVar": 2, "deviceVar": 2, "register": 1,
}

// mute are functions whose text nobody reads in Chinese: of mistakes in the program, names of streams of numbers, and rows that
// docs/onnx.md alone shows.
var mute = []string{"panic", "tensor.NewStream", "simple"}

// stages are the functions that a long command tells what it is at, which a call of lang says.
var stages = []string{"stage", "at"}

// silent are the rooms that have nothing to say to a reader of Chinese.
var silent = map[string]string{
	"lang":        "it looks messages up",
	"fuzzing":     "tests",
	"generated":   "tests",
	"golden":      "tests",
	"golden/pack": "tests",
	"page":        "the page is in English",
}

// tables are files whose tables hold sentences that no command shows: what calls say there is held all the same.
var tables = map[string]string{
	"ops/array/":         "what an operator computes, for docs/onnx.md",
	"network/ops":        "what an operator and its keys are, for docs/network-files.md and the schema of networks",
	"budget/quantity.go": "what a limit is of, for docs/ci.md and the schema of budgets",
	"budget/file.go":     "what a key of a budget is, for the schema of budgets",
	"input/yaml.go":      "words of the YAML library's messages",
	"guard/guard.go":     "how the Go runtime says that memory ran out",
	"device/write.go":    "sources of figures in a file of a device, which anybody may read",
}

// data are texts that are compared with others' or stand in files and pictures.
var data = []string{
	"Convolution: weigh, sum, move on. Weigh, sum, move on. 0123456789", // a test chart
	"cannot construct ",                         // of an error of yaml
	"model name", "CPU implementer", "CPU part", // /proc/cpuinfo
	"version https://git-lfs", "source <(convx completion bash)", "source <(convx completion zsh)", "own meaning", "the layer at hand", "measured by convx bench",
}

// stays are the fields that are English in every language: commands, and titles of papers.
var stays = []string{"Use", "Example", "Paper"}

// help are the fields of commands and keys that --help shows; pflag's functions take the same last.
var (
	help   = []string{"Short", "Long", "Usage"}
	flagOf = regexp.MustCompile(`Flags\.\w+$|\bfs?\.\w*Var\w*$`)
)

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
				if flagOf.MatchString(name) && len(n.Args) > 2 {
					note(n.Args[len(n.Args)-1], "")
				}
				if slices.Contains(mute, name) {
					return false
				}
				if slices.Contains(stages, name) && len(n.Args) == 1 {
					begin := n.Args[0]
					if sum, ok := begin.(*ast.BinaryExpr); ok {
						begin = sum.X
					}
					if text, ok := literal(begin); ok {
						others = append(others, said{set.Position(n.Pos()).String(), text})
					}
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
				typed := nameOf(n.Type)
				if filepath.Base(dir) == "layer" && strings.HasSuffix(typed, "Stage") {
					columns(n, func(e ast.Expr, _ string) { // whose name is said part by part
						for part := range strings.SplitSeq(stringOf(e), ".") {
							messages = append(messages, said{set.Position(e.Pos()).String(), part})
						}
					})
				}
				if slices.Contains([]string{"report.Column", "[]report.Column"}, typed) {
					columns(n, note)
				}
				if described(path) {
					ast.Inspect(n, func(n ast.Node) bool {
						if text, ok := n.(*ast.BasicLit); ok {
							spoken[text] = true
						}
						_, call := n.(*ast.FuncLit)
						return !call
					})
				}
			case *ast.KeyValueExpr:
				switch field := nameOf(n.Key); {
				case field == "Summary" || field == "Differs" || field == "Unit", slices.Contains(help, field) && len(stringOf(n.Value)) != 1: // Short is a letter, too
					note(n.Value, "")
				case slices.Contains(stays, field):
					return false
				}
			case *ast.Field:
				spoken[n.Tag] = true
			case *ast.BasicLit:
				if !spoken[n] {
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
	if !ok || !sentence.MatchString(text) || strings.HasPrefix(strings.TrimSpace(text), "convx ") || strings.HasPrefix(text, "<") || strings.HasPrefix(text, "# ") || slices.Contains(data, text) {
		return nil
	}
	return []said{{set.Position(e.Pos()).String(), text}}
}

// described reports whether a file's tables hold what no command shows.
func described(path string) bool {
	for start := range tables {
		if strings.HasPrefix(strings.TrimPrefix(filepath.ToSlash(path), "../"), start) {
			return true
		}
	}
	return false
}

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

func stringOf(e ast.Expr) string {
	s, _ := literal(e)
	return s
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

// block is a comment of whole lines, or one behind keys.
var block = regexp.MustCompile(`(?m)(?:^# .*\n)+|\S # .*$`)

func comments(path, text string) (list []said) {
	for _, comment := range block.FindAllString(text, -1) {
		_, comment, _ = strings.Cut(comment, "# ")
		list = append(list, said{path, strings.ReplaceAll(strings.TrimSpace(comment), "\n# ", " ")})
	}
	return list
}

// titles are those of the networks, budgets and devices that are built in, and the comments of networks and settings.
func titles(t *testing.T) (list []said) {
	t.Helper()
	template, err := os.ReadFile("../../configs/convx.yaml")
	if err != nil {
		t.Fatal(err)
	}
	list = comments("convx.yaml", string(template))
	paths, err := filepath.Glob("../../configs/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if title, ok := strings.CutPrefix(line, "title: "); ok {
				list = append(list, said{path, strings.TrimSpace(title)})
			}
		}
		if filepath.Base(filepath.Dir(path)) == "networks" { // which nets show prints
			list = append(list, comments(path, string(text))...)
		}
	}
	models, err := filepath.Glob("../../configs/networks/*.onnx")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range models {
		model, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, title := range []string{"Ten digits and six shapes drawn by hand, trained", "Edges, blobs, lines and corners, known filters"} {
			if bytes.Contains(model, []byte(title)) {
				list = append(list, said{path, title})
			}
		}
	}
	return list
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
		for _, o := range others {
			t.Errorf("%s: said without internal/lang: %q", o.at, o.key)
		}
	}
	for _, title := range titles(t) {
		if used[title.key] = true; !known[title.key] && (sentence.MatchString(title.key) || title.key == strings.ToLower(title.key) && !strings.Contains(title.key, "_")) {
			t.Errorf("%s: zh.txt lacks\n%s", title.at, title.key)
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
var flagged = regexp.MustCompile(`^--?[a-z-]+( \S+)?$`)

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

// placeholder is what help calls the value of a flag.
var placeholder = regexp.MustCompile("`[^`]+`")

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
		if want, got := placeholder.FindString(e.key), placeholder.FindString(e.text); strings.Contains(e.key, "`") && want != got && want != "`%s`" {
			t.Errorf("zh.txt:%d: the value is %s, and in %q %s", e.line, want, e.text, got)
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
