package onnx

import (
	"io"
	"os"
	"path/filepath"

	"convx/internal/input"
	"convx/internal/lang"
)

// source is where a model's bytes are: a file, which is opened again to read weights, or memory.
type source interface {
	// open gives the bytes and how many there are; the reader is closed by whoever opened it.
	open() (reader, int64, error)
}

type reader interface {
	io.ReaderAt
	io.Closer
}

// modelFile is a file that had this size when it was decoded.
type modelFile struct {
	path string
	size int64
}

func (m *modelFile) open() (reader, int64, error) {
	f, err := os.Open(m.path)
	if err != nil {
		return nil, 0, input.Cause(err)
	}
	info, err := f.Stat()
	if err == nil && info.Size() != m.size {
		err = lang.Errorf("the model's file has changed since it was opened")
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, m.size, nil
}

// modelBytes is a model that is in memory, or that someone else keeps open.
type modelBytes struct {
	io.ReaderAt
	size int64
}

func (m modelBytes) open() (reader, int64, error) { return m, m.size, nil }

// Close does nothing: the bytes stay with their owner.
func (modelBytes) Close() error { return nil }

// external is a file of weights beside the model. Nothing outside of the model's folder is read, whatever the model names
// and whatever links there are.
type external struct{ folder, location string }

func (e external) open() (reader, int64, error) {
	fail := func(err error) (reader, int64, error) {
		return nil, 0, lang.Errorf("external data %q: %w", e.location, err)
	}
	if e.folder == "" {
		return fail(lang.Errorf("the model was read from a pipe: give it as a file, beside which its external data are"))
	}
	if !filepath.IsLocal(filepath.FromSlash(e.location)) {
		return fail(lang.Errorf("it is not inside the model's folder"))
	}
	root, err := os.OpenRoot(e.folder)
	if err != nil {
		return fail(input.Cause(err))
	}
	defer root.Close()
	name := filepath.FromSlash(e.location)
	info, err := root.Stat(name) // before it is opened: a pipe that nobody writes would wait for ever
	if err == nil && !info.Mode().IsRegular() {
		err = lang.Errorf("it is not a regular file")
	}
	if err != nil {
		return fail(input.Cause(err))
	}
	f, err := root.Open(name)
	if err != nil {
		return fail(input.Cause(err))
	}
	return f, info.Size(), nil
}
