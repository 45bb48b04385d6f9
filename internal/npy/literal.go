package npy

import (
	"fmt"
	"strings"

	"convx/internal/lang"
)

// A header is a dictionary as Python prints it. The parser reads the part of Python's literals that headers use: strings,
// integers, True, False, None, tuples and lists, nested in one dictionary.

// field is the value of one key: a string, integer, bool, nil (None) or sequence; and its text.
type field struct {
	value any
	text  string
}

type (
	integer  string // digits with their sign: the caller knows the range
	sequence []any  // a tuple or a list
)

// deepest is how far sequences may nest: a structured dtype of structured dtypes takes a few, an attack thousands.
const deepest = 32

type parser struct {
	text string
	pos  int
}

// parseDict reads a whole dictionary; only white space may follow it.
func parseDict(text string) (map[string]field, error) {
	p := &parser{text: text}
	if !p.accept('{') {
		return nil, p.unexpected("a dictionary")
	}
	fields := map[string]field{}
	for !p.accept('}') {
		key, f, err := p.field()
		if err != nil {
			return nil, err
		}
		if _, twice := fields[key]; twice {
			return nil, lang.Errorf("damaged header: key %q stands twice", clip(key))
		}
		fields[key] = f
		if p.accept(',') {
			continue
		}
		if !p.accept('}') {
			return nil, p.unexpected(lang.Text("a comma or }"))
		}
		break
	}
	if p.space(); p.pos != len(p.text) {
		return nil, p.unexpected(lang.Text("the end"))
	}
	return fields, nil
}

func (p *parser) field() (string, field, error) {
	p.space()
	key, err := p.quoted()
	if err != nil {
		return "", field{}, err
	}
	if !p.accept(':') {
		return "", field{}, p.unexpected("a colon")
	}
	p.space()
	start := p.pos
	v, err := p.value(0)
	return key, field{v, p.text[start:p.pos]}, err
}

func (p *parser) value(depth int) (any, error) {
	if depth > deepest {
		return nil, lang.Errorf("damaged header: brackets nest deeper than %d", deepest)
	}
	p.space()
	switch c := p.peek(); {
	case c == '(':
		return p.sequence(')', depth)
	case c == '[':
		return p.sequence(']', depth)
	case c == '-' || c == '+' || '0' <= c && c <= '9':
		return p.integer()
	}
	for word, v := range map[string]any{"True": true, "False": false, "None": nil} {
		if strings.HasPrefix(p.text[p.pos:], word) {
			p.pos += len(word)
			return v, nil
		}
	}
	return p.quoted()
}

// sequence reads a tuple or a list. A single value in parentheses without a comma is that value, as in Python.
func (p *parser) sequence(closing byte, depth int) (any, error) {
	p.pos++
	items, comma := sequence{}, false
	for !p.accept(closing) {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		if p.accept(',') {
			comma = true
			continue
		}
		if !p.accept(closing) {
			return nil, p.unexpected(lang.Sprintf("a comma or %c", closing))
		}
		break
	}
	if closing == ')' && len(items) == 1 && !comma {
		return items[0], nil
	}
	return items, nil
}

// integer reads a decimal integer. The L that Python 2 put behind a long one is dropped.
func (p *parser) integer() (any, error) {
	start := p.pos
	if c := p.peek(); c == '-' || c == '+' {
		p.pos++
	}
	digits := p.pos
	for '0' <= p.peek() && p.peek() <= '9' {
		p.pos++
	}
	if p.pos == digits {
		return nil, p.unexpected("a digit")
	}
	number := p.text[start:p.pos]
	if c := p.peek(); c == 'L' || c == 'l' {
		p.pos++
	}
	return integer(number), nil
}

// quoted reads a string. An escaped character is kept with its backslash: no key or type code that is understood has one.
func (p *parser) quoted() (string, error) {
	if p.peek() == 'u' { // Python 2's unicode prefix
		p.pos++
	}
	quote := p.peek()
	if quote != '\'' && quote != '"' {
		return "", p.unexpected(lang.Text("a quoted string"))
	}
	p.pos++
	for start := p.pos; p.pos < len(p.text); p.pos++ {
		switch p.text[p.pos] {
		case '\\':
			p.pos++
		case quote:
			p.pos++
			return p.text[start : p.pos-1], nil
		}
	}
	p.pos = len(p.text)
	return "", p.unexpected(lang.Text("a closing quote"))
}

func (p *parser) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n\f\v", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// peek is the next byte, 0 at the end.
func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

// accept skips white space and then c, if c is next.
func (p *parser) accept(c byte) bool {
	p.space()
	if p.peek() != c || p.pos == len(p.text) {
		return false
	}
	p.pos++
	return true
}

func (p *parser) unexpected(want string) error {
	found := lang.Text("its end")
	if p.pos < len(p.text) {
		found = fmt.Sprintf("%q", clip(p.text[p.pos:]))
	}
	return lang.Errorf("damaged header: expected %s, found %s", want, found)
}
