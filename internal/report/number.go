package report

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Whole is what counts and sizes are.
type Whole interface{ int | int64 }

// Int is a cell for an exact count: 118,013,952 in tables, 118013952 in CSV.
func Int[T Whole](n T) Cell {
	c := Cell{Text: Group(n), Raw: n}
	if n >= 100_000 {
		c.Brief = SI(float64(n))
	}
	return c
}

// Count is a cell for an exact count with its magnitude beside: 118,013,952 (118 M).
func Count[T Whole](n T) Cell {
	if n < 1000 {
		return Int(n)
	}
	c := Int(n)
	c.Text, c.Short = c.Text+" ("+SI(float64(n))+")", c.Text
	return c
}

// Bytes writes a size in binary multiples: 36 KiB, 1.5 MiB, 512 B.
func Bytes[T Whole](n T) string {
	if n < 1024 {
		return strconv.FormatInt(int64(n), 10) + " B"
	}
	v := float64(n) / 1024
	for _, unit := range []string{"KiB", "MiB", "GiB", "TiB", "PiB"} {
		if v < 1023.5 {
			return Digits(v) + " " + unit
		}
		v /= 1024
	}
	return Digits(v) + " EiB"
}

// Str is a cell of text.
func Str(s string) Cell { return Cell{Text: Printable(s)} }

// Printable writes control characters, and those that turn the direction of text, as escapes: names come from files, and
// neither end a row nor speak to the terminal. What is no UTF-8 becomes U+FFFD.
func Printable(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	hidden := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Group writes a count with a comma between thousands.
func Group[T Whole](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	return sign + b.String()
}

var prefixes = []struct {
	at     float64
	suffix string
}{{1e18, "E"}, {1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}}

// SI writes a quantity to three digits with a decimal prefix: 118 M, 1.24 G, 512.
func SI(v float64) string {
	for _, p := range prefixes {
		if v >= p.at*0.9995 {
			return Digits(v/p.at) + " " + p.suffix
		}
	}
	return Digits(v)
}

// Digits writes a number to three significant digits, without an exponent unless it is very small.
func Digits(v float64) string {
	s := strconv.FormatFloat(v, 'g', 3, 64)
	if strings.ContainsRune(s, 'e') && math.Abs(v) >= 1 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return s
}
