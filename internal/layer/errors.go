package layer

import (
	"fmt"
	"strings"
)

// Error is a layer that cannot be: the user's fault, with what would work. The command line exits with 2.
type Error struct {
	Msg string
	// Hints say what to do next.
	Hints []string
}

// Errorf makes an Error.
func Errorf(format string, args ...any) *Error { return &Error{Msg: fmt.Sprintf(format, args...)} }

// Hint adds what would work.
func (e *Error) Hint(hint string) *Error {
	e.Hints = append(e.Hints, hint)
	return e
}

func (e *Error) Error() string {
	if len(e.Hints) == 0 {
		return e.Msg
	}
	return e.Msg + ": " + strings.Join(e.Hints, " or ")
}

func joinWords(words []string) string { return strings.Join(words, ", ") }

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

// edits is the Levenshtein distance.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
