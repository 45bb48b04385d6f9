// Package input reads whole what is small by nature: settings, networks, budgets, suites. What is longer than its
// kind ever is (the wrong file, a device without end) is refused before it fills the memory.
package input

import (
	"errors"
	"io"
	"io/fs"
	"os"

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
		return path.Err
	}
	return err
}
