// Package input reads whole what is small by nature: settings, networks, budgets, suites. What is longer than its
// kind ever is (the wrong file, a device without end) is refused before it fills the memory.
package input

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"

	"convx/internal/lang"
)

// ReadFile reads a file of at most so many bytes. Errors do not name the path: the caller does.
func ReadFile(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, Cause(err)
	}
	defer f.Close()
	return Read(f, most)
}

// Read reads at most so many bytes, as those of a pipe.
func Read(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, Cause(err)
	}
	if int64(len(data)) > most {
		return nil, lang.Errorf("it is longer than %d bytes, the most that such a file may have", most)
	}
	return data, nil
}

// Cause drops the operation and the path that the os package puts before an error: the message has them already.
func Cause(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		if text := path.Err.Error(); slices.Contains(usual, text) && lang.Used() != lang.English {
			return system{path.Err, lang.Text(text)}
		}
		return path.Err
	}
	return err
}

// system is an error of the operating system in the reader's language.
type system struct {
	err  error
	text string
}

func (s system) Error() string { return s.text }
func (s system) Unwrap() error { return s.err }

// usual are the errors of the operating system that have a translation.
var usual = []lang.Key{
	lang.Key("no such file or directory"), lang.Key("permission denied"), lang.Key("is a directory"), lang.Key("not a directory"),
	lang.Key("no space left on device"), lang.Key("broken pipe"), lang.Key("file name too long"), lang.Key("read-only file system"),
}
