package onnx

import (
	"strings"
	"testing"
)

// Names from a file stay within their line, in hints too.
func TestHintsStayInTheirLine(t *testing.T) {
	m := decode(t, modelOf(graphOf([]msg{valueMsg("a\nb", "N", 3, "H", "W"), valueMsg("c", "N", 3, "H", "W")}, []string{"y"}, nodeMsg("Add", "c c", "y"))))
	_, err := m.Network(Options{})
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), `--input "a\nb"=`) {
		t.Errorf("the error is %v", err)
	}
}
