package terminal

import (
	"strings"
	"testing"
)

// environment reads variables of a list: LANG=C TERM=xterm.
func environment(list string) func(string) string {
	return func(name string) string {
		for pair := range strings.FieldsSeq(list) {
			if key, value, _ := strings.Cut(pair, "="); key == name {
				return value
			}
		}
		return ""
	}
}

func TestSpeaksUTF8(t *testing.T) {
	for env, want := range map[string]bool{"": true, "LANG=en_US.UTF-8": true, "LANG=C.utf8": true, "LANG=C": false, "LC_ALL=POSIX LANG=C.UTF-8": false, "LC_CTYPE=de_DE.UTF-8 LANG=C": true} {
		if got := SpeaksUTF8(environment(env)); got != want {
			t.Errorf("%q: %v", env, got)
		}
	}
}

func TestTrueColor(t *testing.T) {
	for env, want := range map[string]bool{
		"": false, "TERM=xterm-256color": false, "TERM=screen-256color": false, "TERM=xterm-256color COLORTERM=truecolor": true, "COLORTERM=24bit": true, "COLORTERM=yes": false,
		"TERM=xterm-direct": true, "TERM=xterm-kitty": true, "WT_SESSION=1": true,
	} {
		if got := TrueColor(environment(env)); got != want {
			t.Errorf("%q: %v", env, got)
		}
	}
}
