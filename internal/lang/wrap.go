package lang

import (
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// Wrap breaks a text into lines that fit, but for longer words: at blanks, and between Chinese characters. All lines but the first
// begin with the indent.
func Wrap(text, indent string, fits func(line string) bool) []string {
	return WrapPieces(Pieces(text), indent, fits)
}

// WrapPieces is Wrap for a text that is cut.
func WrapPieces(list []Piece, indent string, fits func(line string) bool) []string {
	lines := []string{""}
	for i, p := range list {
		last := &lines[len(lines)-1]
		if longer := *last + p.Blank + p.Text; i == 0 || fits(longer) {
			*last = longer
		} else {
			lines = append(lines, indent+p.Text)
		}
	}
	return lines
}

// Piece is what stays on one line: a word, or a Chinese character with the signs that cling to it.
type Piece struct {
	Blank string // between it and the piece before it
	Text  string
}

// The signs that no line begins or ends with.
const (
	closing = "，。；：！？、）」』】》”’…％"
	opening = "（「『【《“‘"
)

// Pieces cuts a text where lines may end. A line's end in the text is a blank, and nothing between Chinese characters.
func Pieces(text string) (list []Piece) {
	blank := ""
	var before rune
	for _, r := range text {
		if unicode.IsSpace(r) {
			blank += string(r)
			continue
		}
		gap := blank
		if strings.Contains(blank, "\n") {
			if gap = " "; ideographic(before) && ideographic(r) {
				gap = ""
			}
		}
		clings := blank == "" && (strings.ContainsRune(closing, r) || strings.ContainsRune(opening, before))
		if cut := blank != "" || ideographic(before) || ideographic(r); len(list) == 0 || cut && !clings {
			list = append(list, Piece{Blank: gap})
		}
		list[len(list)-1].Text += string(r)
		before, blank = r, ""
	}
	return list
}

// ideographic characters stand without blanks between them.
func ideographic(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r < 0x3040 || r >= 0xff00 && r < 0xfff0
}

// Comments is a YAML file whose comments and title are said in the language: whole lines of comment, as one text, and what stands
// behind a blank and #. What the catalogue lacks stays.
func Comments(file string) string {
	if !chinese.Load() {
		return file
	}
	var b strings.Builder
	var block []string
	end := func() {
		english := strings.Join(block, " ")
		if said := Text(english); said != english {
			block = Wrap(said, "", func(line string) bool { return runewidth.StringWidth(line) <= 100 })
		}
		for _, line := range block {
			b.WriteString("# " + line + "\n")
		}
		block = nil
	}
	for line := range strings.Lines(file) {
		line = strings.TrimSuffix(line, "\n")
		if comment, ok := strings.CutPrefix(line, "# "); ok {
			block = append(block, comment)
			continue
		}
		end()
		if title, ok := strings.CutPrefix(line, "title: "); ok {
			line = "title: " + Text(title)
		} else if keys, comment, ok := strings.Cut(line, " # "); ok {
			line = keys + " # " + Text(comment)
		}
		b.WriteString(line + "\n")
	}
	end()
	return b.String()
}
