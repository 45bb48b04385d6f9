package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// Imports stand in groups with an empty line between them: ours are in none with others.
func TestImportsAreGrouped(t *testing.T) {
	set := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "../.." && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(set, path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		line, ours := 0, false // of the import before
		for _, spec := range f.Imports {
			is := spec.Path.Value == `"convx"` || strings.HasPrefix(spec.Path.Value, `"convx/`)
			at := set.Position(spec.Pos())
			if at.Line == line+1 && is != ours {
				t.Errorf("%s: %s stands among others: leave an empty line between", at, spec.Path.Value)
			}
			line, ours = at.Line, is
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
