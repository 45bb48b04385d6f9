package report

import (
	"github.com/mattn/go-runewidth"

	"convx/internal/lang"
)

// textWidth is how many columns of a terminal a text takes: a Chinese character takes two.
func textWidth(s string) int {
	narrow()
	return runewidth.StringWidth(s)
}

// shorten takes the middle out of a text that is wider than width.
func shorten(s string, width int) string {
	if textWidth(s) <= width || width < 3 {
		return s
	}
	head := (width - 1) / 2
	tail := width - 1 - head
	return runewidth.Truncate(s, head, "") + "…" + runewidth.TruncateLeft(s, textWidth(s)-tail, "")
}

// Wrap breaks a text into lines of at most width columns, but for longer words.
func Wrap(text string, width int) []string {
	return lang.Wrap(text, "", func(line string) bool { return textWidth(line) <= width })
}
