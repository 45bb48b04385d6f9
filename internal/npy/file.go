package npy

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/tensor"
)

// Format is the kind of file that holds arrays.
type Format int

// The formats that Open reads.
const (
	Unknown Format = iota
	NPY            // one array without a name
	NPZ            // a zip archive of .npy
	Safetensors
)

// Sniff tells the format from the first 9 bytes or more of a file.
func Sniff(start []byte) Format {
	switch s := string(start); {
	case strings.HasPrefix(s, magic):
		return NPY
	case strings.HasPrefix(s, "PK\x03\x04"), strings.HasPrefix(s, "PK\x05\x06"): // the latter is an empty archive
		return NPZ
	case len(s) > 8 && s[8] == '{' && s[5:8] == "\x00\x00\x00": // a header's length below 2^40, then JSON
		return Safetensors
	}
	return Unknown
}

// File is an open container of arrays. Those of a file are decoded when they are asked for, those of a pipe as they arrive.
type File struct {
	label    string // in messages: a quoted path
	format   Format
	arrays   []array
	maxBytes int64
	closer   io.Closer
}

// array is one entry of a container. open starts reading it; the function it returns ends that. An array that came
// through a pipe is held instead.
type array struct {
	name string
	open func() (body, func() error, error)
	held *held
}

// Options bound what a container may take, and say what is kept of a pipe: what comes once must be settled as it comes.
type Options struct {
	// MaxBytes is the memory that an array, or all the arrays of a pipe together, may take; 0: DefaultMaxBytes.
	MaxBytes int64
	// As is the element type that the arrays of a piped archive are kept in, Float32 or Float64; Invalid: their own.
	As tensor.Elem
	// Only, if not empty, keeps of a piped archive the array of this name, or the one that there is.
	Only string
}

// Open opens the container at path: .npy, .npz or .safetensors, told apart by their content. An array that would take more
// memory than o allows is refused. Errors name the file.
func Open(path string, o Options) (*File, error) {
	label := strconv.Quote(path)
	file, err := os.Open(path)
	if err != nil {
		return nil, failed(label, input.Cause(err))
	}
	f, err := openFile(file, label, o)
	if err != nil {
		file.Close()
		return nil, err
	}
	return f, nil
}

func openFile(file *os.File, label string, o Options) (*File, error) {
	stat, err := file.Stat()
	switch {
	case err != nil:
		return nil, failed(label, input.Cause(err))
	case stat.IsDir():
		return nil, failed(label, lang.New("it is a directory"))
	case !stat.Mode().IsRegular(): // a pipe, as of <(command)
		f, err := From(file, label, o)
		if err == nil {
			f.closer = file
		}
		return f, err
	}
	f := &File{label: label, maxBytes: o.MaxBytes, closer: file}
	return f, f.scan(file, stat.Size())
}

// scan finds the arrays of a container of size bytes.
func (f *File) scan(r io.ReaderAt, size int64) error {
	start := make([]byte, min(size, 16))
	if _, err := r.ReadAt(start, 0); err != nil && !errors.Is(err, io.EOF) {
		return failed(f.label, input.Cause(err))
	}
	f.format = Sniff(start)
	var err error
	switch f.format {
	case NPY:
		f.arrays = []array{{open: func() (body, func() error, error) { return openNPY(r, size) }}}
	case NPZ:
		f.arrays, err = scanArchive(r, size)
	case Safetensors:
		f.arrays, err = scanSafetensors(r, size)
	default:
		err = notArrays(start)
	}
	if err != nil {
		return failed(f.label, err)
	}
	return nil
}

func openNPY(r io.ReaderAt, size int64) (body, func() error, error) {
	section := io.NewSectionReader(r, 0, size)
	info, header, err := readHeader(section)
	return body{r: section, info: info, size: size - header, trusted: true}, func() error { return nil }, err
}

// Format is the kind of container.
func (f *File) Format() Format { return f.format }

// Names are the arrays' names in the order of the file; the array of a .npy has the empty name.
func (f *File) Names() []string {
	names := make([]string, len(f.arrays))
	for i, a := range f.arrays {
		names[i] = a.name
	}
	return names
}

// Has tells whether there is an array of that name.
func (f *File) Has(name string) bool { return slices.Contains(f.Names(), name) }

// Stat reads what the file says about an array, without its elements.
func (f *File) Stat(name string) (Info, error) {
	a, err := f.find(name)
	if err != nil {
		return Info{}, err
	}
	if a.held != nil {
		return a.held.info, f.failedArray(name, a.held.err)
	}
	b, done, err := a.open()
	if err != nil {
		return Info{}, f.failedArray(name, err)
	}
	return b.info, done()
}

// Close ends the use of the file. Tensors that were loaded stay.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Load decodes the array called name. What came through a pipe is shared by all that load it. Errors name the file and
// the array.
func Load[T tensor.Float](f *File, name string) (*tensor.Tensor[T], Info, error) {
	a, err := f.find(name)
	if err != nil {
		return nil, Info{}, err
	}
	if a.held != nil {
		t, info, err := take[T](a.held)
		return t, info, f.failedArray(name, err)
	}
	b, done, err := a.open()
	if err != nil {
		return nil, Info{}, f.failedArray(name, err)
	}
	defer done()
	t, info, err := readBody[T](b, f.maxBytes)
	return t, info, f.failedArray(name, err)
}

func (f *File) find(name string) (array, error) {
	for _, a := range f.arrays {
		if a.name == name {
			return a, nil
		}
	}
	if f.format == NPY {
		return array{}, failed(f.label, lang.Errorf("a .npy holds one array without a name, not %q", name))
	}
	return array{}, failed(f.label, lang.Errorf("it has no array %q, only %s", name, quoteAll(f.Names())))
}

func (f *File) failedArray(name string, err error) error {
	if err == nil {
		return nil
	}
	if f.format != NPY {
		err = lang.Errorf("array %q: %w", name, input.Cause(err))
	}
	return failed(f.label, input.Cause(err))
}

func failed(label string, err error) error { return lang.Errorf("reading %s: %w", label, err) }

func quoteAll(names []string) string {
	const most = 8
	quoted := []string{}
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, strconv.Quote(clip(name)))
	}
	list := lang.List(quoted)
	if rest := len(names) - most; rest > 0 {
		list += lang.Sprintf(" and %d more", rest)
	}
	return list
}

func notArrays(start []byte) error {
	return lang.Errorf("expected .npy, .npz or .safetensors, found %s", describe(start))
}

// describe names what a file is when it is not what was expected.
func describe(start []byte) string {
	if len(start) == 0 {
		return lang.Text("an empty file")
	}
	for _, known := range []struct{ start, name string }{
		{magic, lang.Text("an .npy array")},
		{"PK\x03\x04", lang.Text("a zip archive")},
		{"\x89PNG", lang.Text("a PNG picture")},
		{"\xff\xd8\xff", lang.Text("a JPEG picture")},
		{"GIF8", lang.Text("a GIF picture")},
	} {
		if strings.HasPrefix(string(start), known.start) {
			return known.name
		}
	}
	if f, known := input.Foreign(start); known {
		return fmt.Sprintf("%s: %s", strings.TrimSuffix(f.What, ","), f.Instead)
	}
	return lang.Sprintf("a file that starts with %q", start)
}
