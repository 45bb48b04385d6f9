package cli

import (
	"errors"
	"strings"
	"testing"
)

// What names from files hold reaches the terminal as escapes, on one line of a length that can be read, its end included.
func TestLinesAreSaidPrintable(t *testing.T) {
	var b strings.Builder
	s := Streams{Err: &b}
	s.sayf("in %s", "a\nb\x1b[2J")
	s.warnf("%s", "c\rd")
	s.fail(errors.New("one\ntwo\x07"))
	if want := `convx: in a\nb\x1b[2J` + "\n" + `convx: warning: c\rd` + "\nconvx: one\n" + `convx: two\a` + "\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	s.fail(errors.New(strings.Repeat("ü", 100_000) + ": the cause"))
	if got := b.String(); len([]rune(got)) > longest+20 || !strings.HasSuffix(got, "ü: the cause\n") {
		t.Errorf("%d characters are said, ending in %q", len([]rune(got)), got[max(0, len(got)-40):])
	}
}
