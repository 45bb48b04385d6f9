package report

import (
	"bytes"
	"strings"
	"testing"
)

// A drawn column takes the room that the others leave, behind those that stay before it, or none.
func TestDrawnColumns(t *testing.T) {
	draw := func(columns int) string { return "\x1b[31m" + strings.Repeat("▀", columns) + "\x1b[0m" }
	table := Table{
		Columns: []Column{{Name: "name"}, {Name: "kind", Spare: 1}, {Name: "art", Drawn: true, Least: 5, Most: 8}, {Name: "size", Right: true}},
		Rows:    [][]Cell{{Str("first one"), Str("a kind"), {Draw: draw}, Int(12345)}, {Str("b"), Str("c"), {}, Int(1)}},
	}
	for width, want := range map[int]string{ // of the first row
		0:  " first one  a kind  ▀▀▀▀▀▀▀▀  12,345",
		80: " first one  a kind  ▀▀▀▀▀▀▀▀  12,345",
		35: " first one  a kind  ▀▀▀▀▀▀  12,345",
		34: " first one  a kind  ▀▀▀▀▀  12,345",
		28: " first one  ▀▀▀▀▀▀▀  12,345",
		20: " first one  12,345",
	} {
		var b bytes.Buffer
		if err := (Layout{Width: width}).Write(&b, TableFormat, Document{Blocks: []Block{table}}); err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("\x1b[31m", "", "\x1b[0m", "", "\x1b[39m", "").Replace(b.String())
		if got := strings.Split(text, "\n")[2]; got != want {
			t.Errorf("%d columns: %q, not %q", width, got, want)
		}
	}
}
