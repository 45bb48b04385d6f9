package report

import (
	"strings"
	"testing"
)

// What a name from a file may hold neither ends a row nor reaches the terminal.
func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"conv1": "conv1", "naïve/Größe": "naïve/Größe", "a\nb": `a\nb`, "\x1b[31mred": `\x1b[31mred`, "a\rb\tc": `a\rb\tc`, "x\u202ey": `x\u202ey`, "\x00": `\x00`, "a\xff\xfeb": "a\ufffdb",
	} {
		if got := Str(in).Text; got != want {
			t.Errorf("%q is written %q, want %q", in, got, want)
		}
	}
}

// Notes hold names too: each stays one line in every format that is for reading.
func TestTextIsPrintable(t *testing.T) {
	for _, f := range []Format{TableFormat, MarkdownFormat} {
		var b strings.Builder
		if err := Write(&b, f, Document{Blocks: []Block{Text{"note: a\nb\x1b[31m"}}}); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimRight(b.String(), " \n"); got != `note: a\nb\x1b[31m` {
			t.Errorf("%s: %q", f, got)
		}
	}
}
