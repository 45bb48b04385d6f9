package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// commands are the subcommands: each has the file of its name and those that begin with its name and an underscore.
var commands = []string{
	"bench", "compare", "config", "coverage", "draw", "explore", "fit", "flops", "lesson", "nets", "run", "sample", "serve", "shape", "variants", "verify", "version",
}

// shared are the files that serve several commands, from which all of them may take.
var shared = []string{
	"args", "complete", "engine", "exit", "feed_flags", "files", "filters", "flag_errors", "formats", "help", "language", "layer_flags", "layout", "look",
	"limits", "measures", "net", "offsets", "settings", "source_flags", "streams", "swaps", "topics", "types",
}

// top is the file that puts the commands together, and may name them all.
const top = "root"

// mostLines is how long this room may be, in lines of its files without tests: it parses and shows. What computes, lays out or writes
// belongs to a room of its own.
const mostLines = 5500

func TestRoomStaysSmall(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines += strings.Count(string(src), "\n")
	}
	if lines >= mostLines {
		t.Errorf("internal/cli has %d lines, and is to stay below %d: move what is not about flags and streams", lines, mostLines)
	}
}

// commandOf is the command that a file belongs to, or empty.
func commandOf(file string) string {
	name, _, _ := strings.Cut(file, "_")
	if slices.Contains(commands, name) {
		return name
	}
	return ""
}

// A command's files use their own names and those of shared files: never another command's. Shared files use no command's.
func TestCommandsKeepToThemselves(t *testing.T) {
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]string{} // name -> file
	unresolved := map[string][]*ast.Ident{}
	set := token.NewFileSet()
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file := strings.TrimSuffix(path, ".go")
		if commandOf(file) == "" && !slices.Contains(shared, file) && file != top {
			t.Errorf("%s is no command's, and not in the list of shared files", path)
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(set, path, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		for name := range f.Scope.Objects {
			declared[name] = file
		}
		unresolved[file] = f.Unresolved // names that the file itself does not declare
	}
	if declared["Main"] != top {
		t.Fatalf("Main is in %q, and nothing was read", declared["Main"])
	}
	for file, names := range unresolved {
		if file == top {
			continue
		}
		for _, n := range names {
			from, known := declared[n.Name]
			switch owner := commandOf(from); {
			case !known || from == file:
			case from == top:
				t.Errorf("%s: %s is %s.go's, which is above", set.Position(n.Pos()), n.Name, top)
			case owner != "" && owner != commandOf(file):
				t.Errorf("%s: %s is the command %s's, in %s.go: move it to a shared file", set.Position(n.Pos()), n.Name, owner, from)
			}
		}
	}
	for _, file := range shared {
		if _, there := unresolved[file]; !there {
			t.Errorf("%s.go is in the list of shared files, and there is no such file", file)
		}
	}
}
