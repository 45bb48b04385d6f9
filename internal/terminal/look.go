// Package terminal is where a person sits: what can be shown there, work that says what it is at, and the viewer of the system.
package terminal

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"
)

// Is reports whether a file is a terminal.
func Is(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// Width is how many columns standard output has: what COLUMNS says, else the terminal; 0 where neither does.
func Width(out *os.File, terminal bool) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if terminal {
		if n, _, err := term.GetSize(int(out.Fd())); err == nil {
			return n
		}
	}
	return 0
}

// Height is how many rows standard output has; 0 where it is no terminal.
func Height(out *os.File, terminal bool) int {
	if terminal {
		if _, n, err := term.GetSize(int(out.Fd())); err == nil {
			return n
		}
	}
	return 0
}

// Colors reports whether results may have colours: on a terminal, unless NO_COLOR (no-color.org) is set; anywhere where
// CLICOLOR_FORCE is.
func Colors(terminal bool) bool {
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	return terminal && os.Getenv("TERM") != "dumb"
}

// SpeaksUTF8 reports whether the locale is one of UTF-8; where none is named, terminals of today are.
func SpeaksUTF8(env func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // the first that is set counts
		if locale := strings.ToLower(env(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return true
}

// TrueColor reports whether a terminal shows colours of 24 bits, as it says itself: in COLORTERM, or as one that is known to (its
// terminfo name may say so). Others have xterm's 256.
func TrueColor(env func(string) string) bool {
	switch strings.ToLower(env("COLORTERM")) {
	case "truecolor", "24bit":
		return true
	}
	term := env("TERM")
	if strings.HasSuffix(term, "-direct") || env("WT_SESSION") != "" {
		return true
	}
	for _, name := range []string{"alacritty", "contour", "foot", "ghostty", "kitty", "rio", "wezterm"} {
		if strings.Contains(term, name) {
			return true
		}
	}
	return false
}
