package open

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"convx/configs"
	"convx/internal/fuzzing"
	"convx/internal/network"
)

// FuzzPipe reads a network from standard input, whose content says what it is: to be counted, and to be run.
func FuzzPipe(f *testing.F) {
	for _, name := range append(configs.NetworkNames(), configs.ModelNames()...) {
		data, err := network.Source(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	models, _ := filepath.Glob("../onnx/testdata/light_*.onnx")
	for _, path := range models {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			return
		}
		fuzzing.Frugal(t, func() {
			for _, run := range []bool{false, true} {
				g, o, err := Network("-", Options{Stdin: onlyReader{bytes.NewReader(data)}, Program: run})
				if err != nil {
					var e *network.Error
					if !errors.As(err, &e) && strings.Contains(err.Error(), "\n") {
						t.Errorf("more than a line: %v", err)
					}
					continue
				}
				_, _ = network.Evaluate(g, o)
			}
		})
	})
}

// onlyReader hides everything else that a reader can.
type onlyReader struct{ io.Reader }

// A name from a model stays in the line of its error.
func TestErrorsStayInTheirLine(t *testing.T) {
	err := inLine{errors.New("attribute \"a\nb\" is no tensor: \x1b[31m")}
	if err.Error() != `attribute "a\nb" is no tensor: \x1b[31m` {
		t.Errorf("the error is %q", err.Error())
	}
}
