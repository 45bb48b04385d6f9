package input

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"convx/internal/lang"
)

// JSONFault says what Go's decoder found wrong with JSON in plain words, without its types.
func JSONFault(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return lang.New("it ends too early")
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return lang.Errorf("%s is a JSON %s", cmp.Or(e.Field, lang.Text("the whole")), e.Value)
	}
	e, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		return err
	}
	_, said, ok := strings.Cut(e.Error(), "character '") // 'x' looking for beginning of value
	if !ok {
		return lang.New("it ends too early")
	}
	end := 1 + strings.Index(said[1:], "' ") // after the character itself, which may be a quote
	return lang.Errorf("a stray '%s'", said[:end])
}
