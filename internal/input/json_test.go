package input

import (
	"encoding/json"
	"io"
	"testing"
)

func TestJSONFaults(t *testing.T) {
	for text, want := range map[string]string{
		``:                "it ends too early",
		`{"a": 1`:         "it ends too early",
		`{"a": x}`:        "a stray 'x'",
		`{"a": ' }`:       `a stray '\''`,
		`{"a": "b" "c"}`:  `a stray '"'`,
		`{"a": 1} and`:    "a stray 'a'",
		"{\"a\": \"\n\"}": `a stray '\n'`,
		`{"a": "many"}`:   "a is a JSON string",
		`[1]`:             "the whole is a JSON array",
	} {
		var into struct {
			A int `json:"a"`
		}
		if err := json.Unmarshal([]byte(text), &into); err == nil || JSONFault(err).Error() != want {
			t.Errorf("%s: %v, want %s", text, JSONFault(err), want)
		}
	}
	if JSONFault(io.ErrClosedPipe) != io.ErrClosedPipe {
		t.Error("another error is told as JSON's")
	}
}
