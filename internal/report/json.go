package report

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// Number is a float64 that is null in JSON where JSON has no number for it: NaN and the infinities.
type Number float64

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	if n-n != 0 {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// Numbers are the numbers of a list.
func Numbers(v []float64) []Number {
	if v == nil {
		return nil
	}
	out := make([]Number, len(v))
	for i, x := range v {
		out[i] = Number(x)
	}
	return out
}

// writeJSON indents, but keeps each array of numbers on one line: shapes read as [1, 3, 224, 224].
func writeJSON(w *bytes.Buffer, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	lines := bytes.SplitAfter(buf.Bytes(), []byte("\n"))
	for i := 0; i < len(lines); i++ {
		if n := numbersAfter(lines[i:]); n > 0 {
			joinNumbers(w, lines[i:i+n+2])
			i += n + 1
			continue
		}
		w.Write(lines[i])
	}
	return nil
}

// numbersAfter counts the lines of numbers between one that opens an array and the one that closes it: 0 if it holds
// anything else.
func numbersAfter(lines [][]byte) int {
	if !bytes.HasSuffix(lines[0], []byte("[\n")) {
		return 0
	}
	for n, line := range lines[1:] {
		line = bytes.TrimLeft(line, " ")
		switch {
		case len(line) == 0:
			return 0
		case line[0] == ']':
			return n
		case line[0] != '-' && (line[0] < '0' || line[0] > '9'):
			return 0
		}
	}
	return 0
}

func joinNumbers(w io.Writer, lines [][]byte) {
	words := make([]string, 0, len(lines)-2)
	for _, line := range lines[1 : len(lines)-1] {
		words = append(words, string(bytes.TrimSpace(line)))
	}
	w.Write(bytes.TrimSuffix(lines[0], []byte("\n")))
	io.WriteString(w, strings.Join(words, " "))
	w.Write(bytes.TrimLeft(lines[len(lines)-1], " "))
}
