package lang

import (
	_ "embed"
	"strconv"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message/catalog"
)

// zh is the Chinese catalogue: a line with the key and, after a tab, a line with its translation; lines that begin with # and
// empty ones are for people. What begins or ends with a blank, or has lines of its own, is quoted as in Go.
//
//go:embed zh.txt
var zh string

// messages are a catalogue of x/text.
type messages struct{ catalog *catalog.Builder }

func read(text string) *messages {
	m := &messages{catalog.NewBuilder()}
	for _, e := range entries(text) {
		m.catalog.SetString(language.Chinese, e.key, e.text)
	}
	return m
}

// of is a key's translation, or the key.
func (m *messages) of(key string) string {
	var found rendered
	if m.catalog.Context(language.Chinese, &found).Execute(key) != nil {
		return key
	}
	return found.String()
}

// rendered takes a message as it stands in the catalogue: a format for fmt, whose operands are none of the catalogue's.
type rendered struct{ strings.Builder }

func (r *rendered) Render(text string) { r.WriteString(text) }
func (r *rendered) Arg(int) any        { return nil }

// entry is a message of a catalogue's text.
type entry struct {
	line      int
	key, text string
}

func entries(text string) (list []entry) {
	n, key := 0, ""
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSuffix(line, "\n")
		switch translation, ok := strings.CutPrefix(line, "\t"); {
		case ok:
			list = append(list, entry{n, key, unquoted(translation)})
		case line != "" && line[0] != '#':
			key = unquoted(line)
		}
	}
	return list
}

// unquoted is a line of the catalogue, or what it quotes.
func unquoted(line string) string {
	if s, err := strconv.Unquote(line); err == nil {
		return s
	}
	return line
}
