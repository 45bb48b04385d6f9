package report

import (
	"strings"
	"unicode"
)

// Markup is lines of Markdown, or of HTML in it, which stand as they are; other formats print them alike.
type Markup []string

func (Markup) block() {}

// unmarked is text that Markdown shows as it is: names hold what else is emphasis, code, a link, a tag, a mention or another
// issue (GitHub Flavored Markdown). Within words underscores mean nothing, and stay.
func unmarked(s string) string {
	if !strings.ContainsAny(s, "\\`*_[]<>&~@#") {
		return s
	}
	var b strings.Builder
	runes := []rune(s)
	at := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return ' '
		}
		return runes[i]
	}
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	for i, r := range runes {
		before, after := at(i-1), at(i+1)
		switch {
		case strings.ContainsRune("`*<", r),
			r == ']' && strings.ContainsRune("([:", after), // of a link
			r == '_' && !(word(before) && word(after)),
			r == '~' && after == '~' || r == '~' && before == '~',
			r == '\\' && (after < 0x80 && unicode.In(after, unicode.P, unicode.S)),
			r == '&' && (word(after) || after == '#'),
			i == 0 && (r == '#' || r == '>'):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '@' && word(after) && !word(before), r == '#' && unicode.IsDigit(after) && !word(before) && before != '&':
			b.WriteRune(r)
			b.WriteString("<!-- -->") // nothing else ends a mention
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
