package network

import (
	"strconv"
	"strings"

	"convx/internal/lang"
)

// Values in a network file may hold parameters: $name stands for the parameter's text, $(…) for the value of an
// expression over whole numbers: + - * / % ^ (power), comparisons, && and ||, parentheses. Division must come out whole.

// lookup gives a parameter's text.
type lookup func(name string) (string, bool)

// maxText bounds a value with its parameters filled in: of parameters made of parameters, each can be twice the one before.
const maxText = 4096

// substitute fills in the parameters of a value.
func substitute(text string, params lookup) (string, error) {
	at := strings.IndexByte(text, '$')
	if at < 0 {
		return text, nil
	}
	var b strings.Builder
	for at >= 0 {
		b.WriteString(text[:at])
		text = text[at+1:]
		if strings.HasPrefix(text, "(") {
			end := closing(text)
			if end < 0 {
				return "", lang.Errorf("$%s has no closing parenthesis", text)
			}
			v, err := evaluateText(text[1:end], params)
			if err != nil {
				return "", err
			}
			b.WriteString(v)
			text = text[end+1:]
		} else {
			n := identifier(text)
			if n == 0 {
				return "", lang.Errorf("$ needs a parameter's name or an expression in parentheses")
			}
			v, ok := params(text[:n])
			if !ok {
				return "", lang.Errorf("unknown parameter $%s", text[:n])
			}
			b.WriteString(v)
			text = text[n:]
		}
		if b.Len() > maxText {
			return "", lang.Errorf("with its parameters filled in, a value is longer than %d characters", maxText)
		}
		at = strings.IndexByte(text, '$')
	}
	b.WriteString(text)
	return b.String(), nil
}

// closing is the index of the parenthesis that closes the one at 0, or -1.
func closing(text string) int {
	depth := 0
	for i, r := range text {
		switch r {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// identifier is the length of the name at the start of text.
func identifier(text string) int {
	for i, r := range text {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return i
		}
	}
	return len(text)
}

// maxDepth bounds nested parentheses and nested blocks, so that hostile files cannot exhaust the stack.
const maxDepth = 64

type expression struct {
	text   string
	rest   string
	params lookup
	depth  int
}

func evaluateText(text string, params lookup) (string, error) {
	e := &expression{text: text, rest: text, params: params}
	v, err := e.condition(0)
	if err == nil {
		if e.space(); e.rest != "" {
			err = lang.Errorf("unexpected %q", e.rest)
		}
	}
	if err != nil {
		return "", lang.Errorf("$(%s): %w", text, err)
	}
	return v, nil
}

func (e *expression) space() { e.rest = strings.TrimLeft(e.rest, " ") }

// take consumes the first of the operators that comes next.
func (e *expression) take(operators ...string) string {
	e.space()
	for _, op := range operators {
		if strings.HasPrefix(e.rest, op) {
			e.rest = e.rest[len(op):]
			return op
		}
	}
	return ""
}

// connectives join comparisons, the weaker first, and the truth that settles each.
var connectives = []struct {
	text    string
	settles string
}{{"||", "true"}, {"&&", "false"}}

// condition: comparisons joined by || and &&; both sides are always evaluated.
func (e *expression) condition(level int) (string, error) {
	if level == len(connectives) {
		return e.comparison()
	}
	a, err := e.condition(level + 1)
	for err == nil && e.take(connectives[level].text) != "" {
		var b string
		if b, err = e.condition(level + 1); err != nil {
			break
		}
		for _, v := range []string{a, b} {
			if v != "true" && v != "false" {
				return "", lang.Errorf("%q is neither true nor false", v)
			}
		}
		if a != connectives[level].settles {
			a = b
		}
	}
	return a, err
}

// comparison: a sum, or two sums compared: true or false. Equality also compares words.
func (e *expression) comparison() (string, error) {
	a, err := e.binary(0)
	if err != nil {
		return "", err
	}
	op := e.take("==", "!=", "<=", ">=", "<", ">")
	if op == "" {
		return a, nil
	}
	b, err := e.binary(0)
	if err != nil {
		return "", err
	}
	switch op {
	case "==":
		return strconv.FormatBool(a == b), nil
	case "!=":
		return strconv.FormatBool(a != b), nil
	}
	x, y, err := numbers(a, b)
	return strconv.FormatBool(map[string]bool{"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[op]), err
}

// levels are the operators by binding strength, the weakest first.
var levels = [][]string{{"+", "-"}, {"*", "/", "%"}, {"^"}}

func (e *expression) binary(level int) (string, error) {
	if level == len(levels) {
		return e.operand()
	}
	a, err := e.binary(level + 1)
	for err == nil {
		op := e.take(levels[level]...)
		if op == "" {
			return a, nil
		}
		var b string
		if b, err = e.binary(level + 1); err == nil {
			a, err = arithmetic(op, a, b)
		}
	}
	return "", err
}

func (e *expression) operand() (string, error) {
	e.space()
	if e.depth++; e.depth > maxDepth {
		return "", lang.Errorf("parentheses are nested more than %d deep", maxDepth)
	}
	defer func() { e.depth-- }()
	if e.take("(") != "" {
		v, err := e.condition(0)
		if err == nil && e.take(")") == "" {
			err = lang.Errorf("a closing parenthesis is missing")
		}
		return v, err
	}
	n := identifier(e.rest)
	if n > 0 {
		name := e.rest[:n]
		e.rest = e.rest[n:]
		v, ok := e.params(name)
		if !ok && (name == "true" || name == "false") {
			return name, nil
		}
		if !ok {
			return "", lang.Errorf("unknown parameter %s", name)
		}
		return v, nil
	}
	for n < len(e.rest) && e.rest[n] >= '0' && e.rest[n] <= '9' {
		n++
	}
	if n == 0 {
		return "", lang.Errorf("a number or a parameter is missing before %q", e.rest)
	}
	v := e.rest[:n]
	e.rest = e.rest[n:]
	return v, nil
}

func numbers(a, b string) (x, y int64, err error) {
	for _, p := range []struct {
		text string
		at   *int64
	}{{a, &x}, {b, &y}} {
		if *p.at, err = strconv.ParseInt(p.text, 10, 64); err != nil {
			return 0, 0, lang.Errorf("%q is not a whole number", p.text)
		}
	}
	return x, y, nil
}

// limit bounds every number in an expression, so that sums and products cannot overflow.
const limit = 1 << 31

func inRange(v int64) bool { return -limit <= v && v <= limit }

func arithmetic(op, a, b string) (string, error) {
	x, y, err := numbers(a, b)
	if err != nil {
		return "", err
	}
	outside := func() (string, error) { return "", lang.Errorf("%s %s %s is out of range", a, op, b) }
	if !inRange(x) || !inRange(y) {
		return outside()
	}
	var v int64
	switch op {
	case "+":
		v = x + y
	case "-":
		v = x - y
	case "*":
		v = x * y
	case "/", "%":
		if y == 0 {
			return "", lang.Errorf("%s is divided by zero", a)
		}
		if v = x / y; op == "%" {
			v = x % y
		} else if v*y != x {
			return "", lang.Errorf("%s / %s is not whole", a, b)
		}
	case "^":
		if y < 0 || y > 64 {
			return outside()
		}
		v = 1
		for range y {
			if v *= x; !inRange(v) {
				return outside()
			}
		}
	}
	if !inRange(v) {
		return outside()
	}
	return strconv.FormatInt(v, 10), nil
}
