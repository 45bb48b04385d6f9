package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"convx/configs"
	"convx/internal/input"
	"convx/internal/layer"
	"convx/internal/npy"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// inputOptions say where a command's data come from.
type inputOptions struct {
	path      string // "" is the sample picture, or random data of the given size
	color     picture.Color
	maxPixels int64
	maxBytes  int64 // of one array
	seed      uint64
	dims      int   // spatial axes; 0 is 2 for pictures, else those of the weights
	weights   int   // spatial axes that the weights have
	size      []int // as -i gave it; nil is what the data have
}

// source is opened input, of known shape, whose elements are not read yet.
type source struct {
	label string // for the summary: what it is
	name  string // in messages: a quoted path or "standard input"
	path  string // of the file, "" if it is none
	// shape is N x C x spatial; batched tells whether the data had the batch axis.
	shape   []int
	dims    int
	batched bool

	pixels *picture.Reader
	color  picture.Color
	arrays *npy.File
	array  string
	seed   uint64
	close  func() error
}

// openSource finds out what the input is and how large, without reading its elements.
func openSource(o inputOptions, stdin io.Reader) (*source, error) {
	s, err := o.open(stdin)
	if err != nil {
		return nil, err
	}
	if err := s.settleShape(o); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (o inputOptions) open(stdin io.Reader) (*source, error) {
	switch {
	case o.path == "-":
		s := &source{name: "standard input", label: "standard input"}
		return s, s.sniff(stdin, o)
	case o.path != "":
		return o.openFile()
	case o.size != nil:
		return &source{label: fmt.Sprintf("uniform in [-1, 1), seed %d", o.seed), seed: o.seed, shape: slices.Clone(o.size)}, nil
	}
	return o.openSample()
}

func (o inputOptions) openSample() (*source, error) {
	if o.dims != 0 && o.dims != 2 {
		return nil, layer.Errorf("the sample picture has 2 spatial axes, not %d", o.dims).
			Hint("name an INPUT").Hint("give a size with -i to run on random data")
	}
	data, err := configs.Samples.ReadFile(configs.SamplePicture)
	if err != nil {
		return nil, fmt.Errorf("reading the sample picture: %w", err)
	}
	s := &source{name: "the sample picture", label: "the sample picture (" + configs.SamplePicture[len("samples/"):] + ")"}
	return s, s.openPicture(bytes.NewReader(data), o)
}

func (o inputOptions) openFile() (*source, error) {
	name := strconv.Quote(o.path)
	s := &source{name: name, label: name, path: o.path}
	f, err := os.Open(o.path)
	if err != nil {
		return nil, s.failed(err)
	}
	if stat, err := f.Stat(); err == nil && stat.IsDir() {
		f.Close()
		return nil, s.failed(errors.New("it is a directory"))
	}
	start := make([]byte, sniffBytes)
	n, err := f.ReadAt(start, 0)
	if err == nil || errors.Is(err, io.EOF) {
		if npy.Sniff(start[:n]) != npy.Unknown {
			f.Close()
			s.arrays, err = npy.Open(o.path, o.maxBytes)
			if err != nil {
				return nil, err
			}
			s.close = s.arrays.Close
			return s, s.pickArray()
		}
		s.close = f.Close
		return s, s.openPicture(f, o)
	}
	// A pipe cannot be read at a place: look at its start and go on from there.
	s.close = f.Close
	return s, s.sniff(f, o)
}

// sniffBytes are enough to tell every format apart.
const sniffBytes = 16

// sniff opens a stream as what its first bytes say it is.
func (s *source) sniff(r io.Reader, o inputOptions) (err error) {
	br := bufio.NewReader(r)
	start, err := br.Peek(sniffBytes)
	if len(start) == 0 {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return s.failed(err)
	}
	if npy.Sniff(start) == npy.Unknown {
		return s.openPicture(br, o)
	}
	if s.arrays, err = npy.From(br, s.name, o.maxBytes); err != nil {
		return err
	}
	return s.pickArray()
}

func (s *source) openPicture(r io.Reader, o inputOptions) error {
	var err error
	if s.pixels, err = picture.NewReader(r, picture.ReadOptions{MaxPixels: o.maxPixels}); err != nil {
		err = s.failed(err)
		s.Close()
		return err
	}
	if o.dims != 0 && o.dims != 2 {
		s.Close()
		return layer.Errorf("%s is a picture, of 2 spatial axes, not %d", s.name, o.dims).Hint("leave --dims out")
	}
	h := s.pixels.Header()
	s.color = o.color
	s.shape = []int{o.color.Channels(h.Channels), h.Height, h.Width}
	s.label += ": " + s.pixels.Info().String()
	return nil
}

// pickArray chooses the array of an archive: the only one, or the one called input.
func (s *source) pickArray() error {
	err := s.findArray()
	if err != nil {
		s.Close()
	}
	return err
}

func (s *source) findArray() error {
	names := s.arrays.Names()
	switch {
	case len(names) == 1:
		s.array = names[0]
	case s.arrays.Has("input"):
		s.array = "input"
	default:
		return s.failed(fmt.Errorf("it holds %d arrays and none is called input: name the one to run on input, or save it as .npy", len(names)))
	}
	info, err := s.arrays.Stat(s.array)
	if err != nil {
		return err
	}
	if hasZero(info.Shape) {
		return s.failed(fmt.Errorf("it holds no elements: an axis of its shape %s is empty", layer.FormatShape(info.Shape)))
	}
	s.shape = slices.Clone(info.Shape)
	s.label += ": " + info.DType.String()
	return nil
}

// settleShape puts the batch axis in front and compares with the size that was asked for.
func (s *source) settleShape(o inputOptions) error {
	switch {
	case o.dims != 0:
		s.dims = o.dims
	case s.pixels != nil:
		s.dims = 2
	default:
		s.dims = o.weights
	}
	if len(s.shape) == 0 {
		return s.failed(errors.New("it holds a single number, and a layer needs channels and positions"))
	}
	axes := len(s.shape)
	if s.name != "" && axes != s.dims+1 && axes != s.dims+2 { // the build checks what -i says
		e := layer.Errorf("%s is %s; --dims %d takes %d axes, or %d with a batch", s.name, layer.FormatShape(s.shape), s.dims, s.dims+1, s.dims+2)
		if d := axes - 1; d >= 1 && d <= 3 {
			return e.Hint(fmt.Sprintf("add --dims %d", d))
		}
		return e.Hint("reshape it to channels by height by width")
	}
	s.batched = axes == s.dims+2
	if len(s.shape) == s.dims+1 {
		s.shape = append([]int{1}, s.shape...)
	}
	if o.size == nil || o.path == "" && s.pixels == nil {
		return nil
	}
	want := o.size
	if len(want) == s.dims+1 {
		want = append([]int{1}, want...)
	}
	if !slices.Equal(want, s.shape) {
		return usagef("-i %s: %s is %s: leave -i out, the size comes from the input", layer.FormatShape(o.size), s.name, layer.FormatShape(s.shape))
	}
	return nil
}

// depth is 16 for a picture of 16 bits a sample, else 8.
func (s *source) depth() int {
	if s.pixels != nil {
		return s.pixels.Header().Depth
	}
	return 8
}

// Close ends the use of the files.
func (s *source) Close() {
	if s.close != nil {
		s.close()
		s.close = nil
	}
}

func (s *source) failed(err error) error {
	return fmt.Errorf("reading %s: %w", s.name, input.Cause(err))
}

// readSource reads the elements. inexact counts those that T could not hold.
func readSource[T tensor.Float](s *source) (t *tensor.Tensor[T], inexact int, err error) {
	switch {
	case s.pixels != nil:
		if t, err = picture.ReadTensor[T](s.pixels, s.color); err != nil {
			return nil, 0, s.failed(err)
		}
		return t, 0, nil
	case s.arrays != nil:
		var info npy.Info
		if t, info, err = npy.Load[T](s.arrays, s.array); err != nil {
			return nil, 0, err
		}
		return t.Reshape(s.shape...), info.Inexact, nil
	}
	t = tensor.New[T](s.shape...)
	tensor.FillUniform(t, tensor.NewStream(s.seed, layer.Input), 1)
	return t, 0, nil
}
