package lang

import (
	"errors"
	"testing"
)

// An error that a package makes at its start is read in the language that is chosen later, with what it wraps.
func TestNewSpeaksLate(t *testing.T) {
	defer Use(Used())
	Use(English)
	cause := New("the size overflows %d bits", 64)
	wrapped := New("a size here has %d bits: %w", 32, cause)
	Use(Chinese)
	if got, want := wrapped.Error(), "这里的大小只有 32 位：大小超出 64 位"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if !errors.Is(wrapped, cause) {
		t.Error("what it wraps is lost")
	}
}

// Names stand apart as each language has it.
func TestList(t *testing.T) {
	defer Use(Used())
	for language, want := range map[Language]string{English: "a, b, c", Chinese: "a、b、c"} {
		Use(language)
		if got := List([]string{"a", "b", "c"}); got != want {
			t.Errorf("%s: %q, not %q", language, got, want)
		}
	}
}
