package budget

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"convx/internal/report"
)

// A comment begins with its marker and has an end, whatever there is to say.
func TestCommentsHaveAnEnd(t *testing.T) {
	for _, n := range []int{1, 100, 5000} {
		held := Held{Outcome: Outcome{Subject: small()}}
		for i := range n {
			held.Notes = append(held.Notes, fmt.Sprint("é a note of some length, number ", i))
		}
		var b bytes.Buffer
		all := Report{Parts: []Held{held}}
		if err := all.Write(&b, report.Layout{}, report.MarkdownFormat); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b.String(), Marker) || utf8.RuneCount(b.Bytes()) > maxComment {
			t.Errorf("%d notes: %d characters", n, utf8.RuneCount(b.Bytes()))
		}
		if strings.Contains(b.String(), "the comment ends here") != (n == 5000) {
			t.Errorf("%d notes: an end that is none", n)
		}
	}
}

// Layers that do not all fit are cut between two rows, folded or not, and what is folded is closed.
func TestLayersAreCutToFit(t *testing.T) {
	for _, limited := range []bool{true, false} {
		for _, n := range []int{10, 3000} {
			rows := report.Table{Columns: []report.Column{{Name: "layer"}, {Name: "macs", Right: true}}}
			for i := range n {
				rows.Rows = append(rows.Rows, []report.Cell{report.Str(fmt.Sprintf("block.%d.with_a_name", i)), report.Int(int64(i))})
			}
			held := Held{Outcome: Outcome{Subject: small()}, Document: report.Document{Blocks: []report.Block{rows}}}
			if limited {
				held.Notes = []string{"a note"}
			}
			var b bytes.Buffer
			if err := (Report{Parts: []Held{held}}).Write(&b, report.Layout{}, report.MarkdownFormat); err != nil {
				t.Fatal(err)
			}
			text := b.String()
			if c := utf8.RuneCountInString(text); c > maxComment || n == 3000 && c < maxComment-200 {
				t.Errorf("%d layers: %d characters", n, c)
			}
			if strings.Contains(text, opening()) != limited || strings.Contains(text, closing) != limited || strings.Contains(text, "the comment ends here") != (n == 3000) {
				t.Errorf("%d layers, limits %t: ends in %q", n, limited, text[len(text)-120:])
			}
			for line := range strings.Lines(text) {
				if strings.HasPrefix(line, "|") && !strings.HasSuffix(line, "|\n") {
					t.Errorf("a row in pieces: %q", line)
				}
			}
		}
	}
}
