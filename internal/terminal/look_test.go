package terminal

import (
	"strings"
	"testing"
)

func TestSpeaksUTF8(t *testing.T) {
	for env, want := range map[string]bool{"": true, "LANG=en_US.UTF-8": true, "LANG=C.utf8": true, "LANG=C": false, "LC_ALL=POSIX LANG=C.UTF-8": false, "LC_CTYPE=de_DE.UTF-8 LANG=C": true} {
		got := SpeaksUTF8(func(name string) string {
			for pair := range strings.FieldsSeq(env) {
				if key, value, _ := strings.Cut(pair, "="); key == name {
					return value
				}
			}
			return ""
		})
		if got != want {
			t.Errorf("%q: %v", env, got)
		}
	}
}
