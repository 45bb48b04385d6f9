package report

import "testing"

// What a name from a file may hold neither ends a row nor reaches the terminal.
func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"conv1": "conv1", "naïve/Größe": "naïve/Größe", "a\nb": `a\nb`, "\x1b[31mred": `\x1b[31mred`, "a\rb\tc": `a\rb\tc`, "x\u202ey": `x\u202ey`, "\x00": `\x00`,
	} {
		if got := Str(in).Text; got != want {
			t.Errorf("%q is written %q, want %q", in, got, want)
		}
	}
}
