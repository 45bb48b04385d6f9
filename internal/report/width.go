package report

import (
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
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

// piece is what stays on one line: a word, or a Chinese character with the signs that cling to it.
type piece struct {
	text  string
	blank bool // between it and the piece before it
}

// Wrap breaks a text into lines of at most width columns, but for longer words: between words, and between Chinese characters.
func Wrap(text string, width int) []string {
	lines, used := []string{""}, 0
	for _, p := range pieces(text) {
		n := textWidth(p.text)
		last := &lines[len(lines)-1]
		gap := 0
		if p.blank {
			gap = 1
		}
		switch {
		case *last == "":
			*last, used = p.text, n
		case used+gap+n <= width:
			*last += strings.Repeat(" ", gap) + p.text
			used += gap + n
		default:
			lines, used = append(lines, p.text), n
		}
	}
	return lines
}

// The signs that no line begins or ends with.
const (
	closing = "，。；：！？、）」』】》”’…％"
	opening = "（「『【《“‘"
)

// pieces cuts a text where lines may end. Where the source breaks a line between Chinese characters there is no blank.
func pieces(text string) (list []piece) {
	var blank, newline bool
	var before rune
	for _, r := range text {
		if unicode.IsSpace(r) {
			blank, newline = true, newline || r == '\n'
			continue
		}
		gap := blank && !(newline && wide(before) && wide(r))
		cut := blank || wide(before) || wide(r)
		clings := !blank && (strings.ContainsRune(closing, r) || strings.ContainsRune(opening, before))
		if len(list) == 0 || cut && !clings {
			list = append(list, piece{blank: gap && len(list) > 0})
		}
		list[len(list)-1].text += string(r)
		before, blank, newline = r, false, false
	}
	return list
}

func wide(r rune) bool { return r >= 0x1100 && runewidth.RuneWidth(r) == 2 }
