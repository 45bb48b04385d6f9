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
