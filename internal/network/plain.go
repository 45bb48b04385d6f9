package network

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Generated files have tens of thousands of layers, one a line, in the plainest of forms: a word, or a flow mapping of
// words. The YAML library takes most of the time for those, so they are read directly: what comes out is the same, as a
// test holds. Anything else (quotes, comments, nesting, a single line that is not plain) leaves the file to the library.

// plainLayers is the list of layers of a file whose every line is plain.
type plainLayers struct {
	text   string // the lines
	first  int    // the number of the first of them
	count  int
	indent int
}

// leastPlain is the number of lines from which it pays.
const leastPlain = 200

// findPlain looks for a plain list of layers, and returns it and the file without it: its lines are empty there, so that
// positions stay. It returns nil if there is none.
func findPlain(data []byte) (*plainLayers, []byte) {
	const key = "\nlayers:\n"
	at := bytes.Index(data, []byte(key))
	if at < 0 {
		return nil, data
	}
	start := at + len(key)
	p := &plainLayers{first: 1 + bytes.Count(data[:start], []byte("\n")), indent: -1}
	end := start
	var pairs []plainPair
	for end < len(data) {
		length := bytes.IndexByte(data[end:], '\n')
		if length < 0 {
			length = len(data) - end
		}
		line := string(data[end : end+length])
		if p.indent < 0 {
			p.indent = strings.IndexByte(line, '-')
		}
		if p.count > 0 && line != "" && (line[0] >= 'a' && line[0] <= 'z') {
			break // the next key of the file
		}
		var ok bool
		if _, pairs, ok = plainLine(line, p.indent, pairs[:0]); !ok {
			return nil, data
		}
		p.count++
		end = min(end+length+1, len(data))
	}
	if p.count < leastPlain {
		return nil, data
	}
	p.text = string(data[start:end])
	rest := make([]byte, 0, len(data)-len(p.text)+p.count)
	rest = append(rest, data[:start]...)
	rest = append(rest, bytes.Repeat([]byte("\n"), p.count)...)
	return p, append(rest, data[end:]...)
}

// plainPair is a key and its value, and their columns from 1.
type plainPair struct {
	key, value     string
	keyAt, valueAt int
}

// plainLine reads "- word" or "- {key: word, key: word}" after the indent.
func plainLine(line string, indent int, pairs []plainPair) (word string, _ []plainPair, ok bool) {
	if indent < 0 || len(line) < indent+3 || strings.TrimLeft(line[:indent], " ") != "" || line[indent:indent+2] != "- " {
		return "", nil, false
	}
	at := indent + 2
	if line[at] != '{' {
		n := plainWord(line[at:])
		return line[at:], pairs, n > 0 && at+n == len(line)
	}
	for at++; ; {
		k := at
		for at < len(line) && (line[at] >= 'a' && line[at] <= 'z' || line[at] == '_') {
			at++
		}
		if at == k || !strings.HasPrefix(line[at:], ": ") {
			return "", nil, false
		}
		p := plainPair{key: line[k:at], keyAt: k + 1, valueAt: at + 3}
		at += 2
		n := plainWord(line[at:])
		p.value = line[at : at+n]
		at += n
		for _, q := range pairs {
			if q.key == p.key {
				return "", nil, false
			}
		}
		pairs = append(pairs, p)
		switch {
		case n == 0:
			return "", nil, false
		case line[at:] == "}":
			return "", pairs, true
		case !strings.HasPrefix(line[at:], ", "):
			return "", nil, false
		}
		at += 2
	}
}

// plainWord is the length of the word at the start of text, in which nothing means anything to YAML; 0 is none.
func plainWord(text string) int {
	n := 0
	for n < len(text) && plainBytes[text[n]] {
		n++
	}
	word := text[:n]
	if n == 0 || strings.IndexByte("-+*/^.", word[0]) >= 0 || strings.EqualFold(word, "null") {
		return 0
	}
	return n
}

var plainBytes = func() (set [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$()+*/^") {
		set[c] = true
	}
	return set
}()

// plainItems reads the lines as the items that they are.
func (f *file) plainItems(p *plainLayers) []item {
	if !f.admit(Position{p.first, p.indent + 1}, p.count) {
		return nil
	}
	items := make([]item, p.count)
	var pairs []plainPair
	var value yaml.Node // one for all: nobody keeps it
	number := p.first
	for line := range strings.Lines(p.text) {
		it := &items[number-p.first]
		it.at = Position{number, p.indent + 3}
		var word string
		word, pairs, _ = plainLine(strings.TrimSuffix(line, "\n"), p.indent, pairs[:0])
		if len(pairs) == 0 {
			f.bareItem(it, word)
		} else {
			it.keys = make([]setting, 0, len(pairs))
			for _, q := range pairs {
				value = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: q.value, Line: number, Column: q.valueAt}
				f.itemKey(it, q.key, Position{number, q.keyAt}, &value)
			}
			f.finishItem(it)
		}
		number++
	}
	return items
}
