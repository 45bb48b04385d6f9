package report

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func rendered(t interface{ Fatal(...any) }, l Layout, f Format, d Document) string {
	var b bytes.Buffer
	if err := l.Write(&b, f, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func widest(s string) (width int) {
	for line := range strings.Lines(s) {
		width = max(width, utf8.RuneCountInString(strings.TrimRight(line, "\n")))
	}
	return width
}

// A table is as wide as the terminal at most, wherever names of nine letters allow it; brackets go before any name is
// shortened; and what is narrow enough stays as it is.
func TestTablesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := Table{Columns: []Column{{Name: "layer"}, {Name: "kind"}, {Name: "params", Right: true}, {Name: "MACs", Right: true}}}
		row := func() []Cell {
			n := rapid.Int64Range(0, 1<<40)
			return []Cell{Str(rapid.StringMatching(`[a-zé0-9._/]{1,60}`).Draw(t, "name")), Str(rapid.StringMatching(`[a-z]{1,14}`).Draw(t, "kind")), Count(n.Draw(t, "a")), Count(n.Draw(t, "b"))}
		}
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			table.Rows = append(table.Rows, row())
		}
		table.Footer = row()
		d := Document{Blocks: []Block{table}}
		whole := rendered(t, Layout{}, TableFormat, d)
		width := rapid.IntRange(20, 140).Draw(t, "width")
		fitted := rendered(t, Layout{Width: width}, TableFormat, d)
		narrowest, _ := Layout{Width: 1}.fit(table)
		least := narrowest.width()
		if got := widest(fitted); got > max(width, least) {
			t.Fatalf("%d wide for %d:\n%s", got, width, fitted)
		}
		if table.width() <= width && fitted != whole {
			t.Fatalf("changed without need at %d:\n%s", width, fitted)
		}
		if strings.Contains(fitted, "…") && strings.Contains(fitted, "(") {
			t.Fatalf("a name lost letters before the brackets went:\n%s", fitted)
		}
		if csv := rendered(t, Layout{Width: width}, CSVFormat, d); csv != rendered(t, Layout{}, CSVFormat, d) {
			t.Fatal("CSV depends on the terminal")
		}
	})
}

func TestNamesLoseTheirMiddle(t *testing.T) {
	for _, c := range []struct {
		s, want string
		width   int
	}{{"layer1.0.conv2", "layer1.0.conv2", 14}, {"layer1.0.conv2", "layer….conv2", 12}, {"ééééééé", "éé…éé", 5}, {"ab", "ab", 1}} {
		if got := shorten(c.s, c.width); got != c.want {
			t.Errorf("%q at %d is %q, not %q", c.s, c.width, got, c.want)
		}
	}
}

func TestColumnsAreChosen(t *testing.T) {
	d := Document{Blocks: []Block{
		Text{"head"},
		Table{Columns: []Column{{Name: "layer", Key: "name"}, {Name: "MACs", Key: "macs", Right: true}, {Name: "hidden", Machine: true}},
			Rows: [][]Cell{{Str("a"), Int(1000), Int(7)}}, Footer: []Cell{Str("total"), Int(1000), Int(7)}},
		Table{Columns: []Column{{Name: "limit"}, {Name: "verdict"}}, Rows: [][]Cell{{Str("x"), {Text: "over", Failed: true}}}},
	}}
	for _, c := range []struct {
		l    Layout
		f    Format
		want string
	}{
		{Layout{Columns: []string{"macs", "Layer"}}, TableFormat, "head\n\n  MACs  layer\n──────────────\n 1,000  a\n──────────────\n 1,000  total\n"},
		{Layout{Columns: []string{"hidden", "name"}}, CSVFormat, "hidden,name\n7,a\n"},
		{Layout{Columns: []string{"macs"}, Total: true}, CSVFormat, "macs\n1000\n1000\n"},
		{Layout{}, CSVFormat, "limit,verdict\nx,over\n"},
		{Layout{Color: true, Columns: []string{"verdict"}}, TableFormat, "head\n\n verdict\n─────────\n \x1b[31mover\x1b[0m\n"},
		{Layout{Color: true, Columns: []string{"verdict"}}, MarkdownFormat, "head  \n\n| verdict |\n|:--------|\n| over    |\n"},
	} {
		if got := rendered(t, c.l, c.f, d); got != c.want {
			t.Errorf("%+v %s:\n%s\nwant\n%s", c.l, c.f, got, c.want)
		}
	}
	var unknown *ColumnError
	if err := (Layout{Columns: []string{"mcas"}}).Write(&bytes.Buffer{}, TableFormat, d); !errors.As(err, &unknown) || len(unknown.Known) != 5 {
		t.Errorf("an unknown column is %v", err)
	}
}

// Where names of nine letters are still too wide, spare columns go, the largest number first, and are named; columns that were asked for stay.
func TestSpareColumnsGo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := Table{Columns: []Column{{Name: "layer"}}, Rows: [][]Cell{{Str("a")}}}
		spare := rapid.Permutation([]int{1, 2, 3, 4, 5, 0}).Draw(t, "spare")
		for i, n := range spare {
			table.Columns = append(table.Columns, Column{Name: fmt.Sprintf("c%d", i), Right: true, Spare: n})
			table.Rows[0] = append(table.Rows[0], Str(strings.Repeat("9", rapid.IntRange(1, 20).Draw(t, "digits"))))
		}
		width := rapid.IntRange(20, 140).Draw(t, "width")
		fitted, gone := Layout{Width: width}.fit(table)
		least := 0
		for _, c := range fitted.Columns[1:] {
			if c.Spare > 0 {
				least++
			}
		}
		if fitted.width() > width && least > 0 {
			t.Fatalf("%d wide for %d, with %d columns to spare", fitted.width(), width, least)
		}
		for k, name := range gone {
			if i := slices.Index(spare, 5-k); name != fmt.Sprintf("c%d", i) {
				t.Fatalf("%v went of %v", gone, spare)
			}
		}
		if n := len(gone); n > 0 { // with the last of them back it would not have fitted
			if wider, _ := (Layout{Width: fitted.width() + 2 + max(len("c0"), len(table.Rows[0][1+slices.Index(spare, 6-n)].Text))}).fit(table); len(wider.Columns) <= len(fitted.Columns) {
				t.Fatalf("%v went early", gone)
			}
		}
		text := rendered(t, Layout{Width: width}, TableFormat, Document{Blocks: []Block{table}})
		if said := strings.Contains(text, "(--wide): "+strings.Join(gone, ", ")+"\n"); said != (len(gone) > 0) {
			t.Fatalf("%v went:\n%s", gone, text)
		}
		asked := Layout{Width: width, Columns: []string{"layer", "c0", "c1", "c2", "c3", "c4", "c5"}}
		if all, gone := asked.fit(table); len(gone) > 0 || len(all.Columns) != 7 {
			t.Fatalf("%v were asked for and went", gone)
		}
	})
}

// Sentences are broken between words, before any name is shortened, and lose none.
func TestSentencesAreBroken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,9}`), 1, 40).Draw(t, "words")
		table := Table{Columns: []Column{{Name: "flag"}, {Name: "what it says"}}, Rows: [][]Cell{{Str("--output-padding"), Str(strings.Join(words, " "))}}}
		width := rapid.IntRange(48, 120).Draw(t, "width")
		text := rendered(t, Layout{Width: width}, TableFormat, Document{Blocks: []Block{table}})
		if widest(text) > width {
			t.Fatalf("wider than %d:\n%s", width, text)
		}
		_, rows, _ := strings.Cut(text, "─\n")
		if got := strings.Fields(rows); got[0] != "--output-padding" || !slices.Equal(got[1:], words) {
			t.Fatalf("%v of %v", got, words)
		}
	})
}
