package layer

import (
	"convx/internal/lang"
)

// Error is a layer that cannot be: the user's fault, with what would work. The command line exits with 2.
type Error struct {
	Msg string
	// Hints say what to do next.
	Hints []string
}

// Errorf makes an Error.
func Errorf(format string, args ...any) *Error { return &Error{Msg: lang.Sprintf(format, args...)} }

// Hint adds what would work.
func (e *Error) Hint(hint string) *Error {
	e.Hints = append(e.Hints, lang.Text(hint))
	return e
}

func (e *Error) Error() string {
	if len(e.Hints) == 0 {
		return e.Msg
	}
	return e.Msg + lang.Text(": ") + lang.Or(e.Hints)
}

// Nearest is the candidate within two edits of word, and within one edit of three letters, if there is one: a typing error.
func Nearest(word string, candidates []string) string {
	best, at := min(3, len(word)/3+1), ""
	for _, c := range candidates {
		if d := edits(word, c); d < best {
			best, at = d, c
		}
	}
	return at
}

// edits is how many letters are put in, left out, replaced or swapped with their neighbour on the way from a to b (optimal
// string alignment).
func edits(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
