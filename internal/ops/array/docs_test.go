package array

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"convx/internal/tensor"
)

var update = flag.Bool("update", false, "write the table of operators in docs/networks.md")

// The table of operators in docs/networks.md is made of the rows of the table that runs them.
func TestDocsListTheOperators(t *testing.T) {
	const path, begin, end = "../../../docs/networks.md", "<!-- begin operators, made by make generate -->\n", "<!-- end operators -->"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(page), begin)
	have, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no place for the table", path)
	}
	want := operatorTable()
	if have == want {
		return
	}
	if *update {
		if err := os.WriteFile(path, []byte(head+begin+want+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("the table of operators in %s is not that of the code; run this test with -update", path)
}

func operatorTable() string {
	var b strings.Builder
	b.WriteString("\n| operator | types | computes |\n|---|---|---|\n")
	for _, op := range Operators() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", title(op.Domain, op.Name), typesOf(op.Elems), strings.ReplaceAll(op.Doc, "|", `\|`))
	}
	return b.String() + "\n"
}

// typesOf names sets where they are whole, and what is left by its names.
func typesOf(s Elems) string {
	var names []string
	if s&every == every {
		names, s = append(names, "any"), s&^every
	}
	for _, set := range []struct {
		name string
		of   Elems
	}{{"number", numbers}, {"float", floats}, {"signed", signed}, {"unsigned", unsigned}} {
		if s&set.of == set.of {
			names = append(names, set.name)
			s &^= set.of
		}
	}
	for _, e := range s.List() {
		if e == tensor.String {
			names = append(names, "string")
			continue
		}
		names = append(names, e.String())
	}
	if len(names) == 0 {
		return "–"
	}
	return strings.Join(names, ", ")
}
