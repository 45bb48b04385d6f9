package array

import (
	"fmt"
	"strings"
	"testing"

	"convx/internal/generated"
	"convx/internal/tensor"
)

// The table of operators in docs/networks.md is made of the rows of the table that runs them.
func TestDocsListTheOperators(t *testing.T) {
	generated.Table(t, "../../../docs/networks.md", "operators", operatorTable())
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
