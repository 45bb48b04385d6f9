package operands

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
	"convx/internal/memory"
	"convx/internal/npy"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// Origin says where a layer's input comes from.
type Origin struct {
	Path       string    // "" is the sample picture, or random data of the given size; "-" is Stdin
	Stdin      io.Reader // read where the path is "-"
	Color      picture.Color
	MaxPixels  int64
	As         tensor.Elem // what arrays of a pipe are kept as: the element type of Read; Invalid: their own
	Seed       uint64
	Dims       int   // spatial axes; 0 is 2 for pictures, else WeightDims
	WeightDims int   // spatial axes that the weights have
	Size       []int // as -i gave it; nil is what the data have
}

// Source is opened input, of known shape, whose elements are not read yet.
type Source struct {
	Label string // for people: what it is
	Name  string // in messages: a quoted path or "standard input"
	Path  string // of the file, "" if it is none
	// Shape is N x C x spatial; Batched tells whether the data had the batch axis.
	Shape   []int
	Dims    int
	Batched bool
	// Pixels are the picture's, nil where the input is an array; Color is what its samples are read as.
	Pixels *picture.Reader
	Color  picture.Color

	arrays *npy.File
	array  string
	seed   uint64
	close  func() error
}

// OpenSource finds out what the input is and how large, without reading its elements. Errors of usage are *layer.Error.
func OpenSource(o Origin) (*Source, error) {
	s, err := o.open()
	if err != nil {
		return nil, err
	}
	if err := s.settleShape(o); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (o Origin) open() (*Source, error) {
	switch {
	case o.Path == "-":
		s := &Source{Name: "standard input", Label: "standard input"}
		return s, s.sniff(o.Stdin, o)
	case o.Path != "":
		return o.openFile()
	case o.Size != nil:
		return &Source{Label: fmt.Sprintf("uniform in [-1, 1), seed %d", o.Seed), seed: o.Seed, Shape: slices.Clone(o.Size)}, nil
	}
	return o.openSample()
}

func (o Origin) openSample() (*Source, error) {
	if o.Dims != 0 && o.Dims != 2 {
		return nil, layer.Errorf("the sample picture has 2 spatial axes, not %d", o.Dims).
			Hint("name an INPUT").Hint("give a size with -i to run on random data")
	}
	data, err := configs.Samples.ReadFile(configs.SamplePicture)
	if err != nil {
		return nil, fmt.Errorf("reading the sample picture: %w", err)
	}
	s := &Source{Name: "the sample picture", Label: "the sample picture (" + configs.SamplePicture[len("samples/"):] + ")"}
	return s, s.openPicture(bytes.NewReader(data), o)
}

func (o Origin) openFile() (*Source, error) {
	name := strconv.Quote(o.Path)
	s := &Source{Name: name, Label: name, Path: o.Path}
	f, err := os.Open(o.Path)
	if err != nil {
		return nil, s.Failed(err)
	}
	if stat, err := f.Stat(); err == nil && stat.IsDir() {
		f.Close()
		return nil, s.Failed(errors.New("it is a directory"))
	}
	start := make([]byte, sniffBytes)
	n, err := f.ReadAt(start, 0)
	if err == nil || errors.Is(err, io.EOF) {
		if npy.Sniff(start[:n]) != npy.Unknown {
			f.Close()
			s.arrays, err = npy.Open(o.Path, o.arrays())
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
func (s *Source) sniff(r io.Reader, o Origin) (err error) {
	br := bufio.NewReader(r)
	start, err := br.Peek(sniffBytes)
	if len(start) == 0 {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return s.Failed(err)
	}
	if npy.Sniff(start) == npy.Unknown {
		return s.openPicture(br, o)
	}
	if s.arrays, err = npy.From(br, s.Name, o.arrays()); err != nil {
		return err
	}
	return s.pickArray()
}

func (s *Source) openPicture(r io.Reader, o Origin) error {
	var err error
	if s.Pixels, err = picture.NewReader(r, picture.ReadOptions{MaxPixels: o.MaxPixels}); err != nil {
		err = s.Failed(err)
		s.Close()
		return err
	}
	if o.Dims != 0 && o.Dims != 2 {
		s.Close()
		return layer.Errorf("%s is a picture, of 2 spatial axes, not %d", s.Name, o.Dims).Hint("leave --dims out")
	}
	h := s.Pixels.Header()
	s.Color = o.Color
	s.Shape = []int{o.Color.Channels(h.Channels), h.Height, h.Width}
	s.Label += ": " + s.Pixels.Info().String()
	return nil
}

// pickArray chooses the array of an archive: the only one, or the one called input.
func (s *Source) pickArray() error {
	err := s.findArray()
	if err != nil {
		s.Close()
	}
	return err
}

func (s *Source) findArray() error {
	names := s.arrays.Names()
	switch {
	case len(names) == 1:
		s.array = names[0]
	case s.arrays.Has(inputName):
		s.array = inputName
	default:
		return s.Failed(fmt.Errorf("it holds %d arrays and none is called input: name the one to run on input, or save it as .npy", len(names)))
	}
	info, err := s.arrays.Stat(s.array)
	if err != nil {
		return err
	}
	if hasZero(info.Shape) {
		return s.Failed(fmt.Errorf("it holds no elements: an axis of its shape %s is empty", layer.FormatShape(info.Shape)))
	}
	s.Shape = slices.Clone(info.Shape)
	s.Label += ": " + info.DType.String()
	return nil
}

// settleShape puts the batch axis in front and compares with the size that was asked for.
func (s *Source) settleShape(o Origin) error {
	switch {
	case o.Dims != 0:
		s.Dims = o.Dims
	case s.Pixels != nil:
		s.Dims = 2
	default:
		s.Dims = o.WeightDims
	}
	if len(s.Shape) == 0 {
		return s.Failed(errors.New("it holds a single number, and a layer needs channels and positions"))
	}
	axes := len(s.Shape)
	if s.Name != "" && axes != s.Dims+1 && axes != s.Dims+2 { // the build checks what -i says
		e := layer.Errorf("%s is %s; --dims %d takes %d axes, or %d with a batch", s.Name, layer.FormatShape(s.Shape), s.Dims, s.Dims+1, s.Dims+2)
		if d := axes - 1; d >= 1 && d <= 3 {
			return e.Hint(fmt.Sprintf("add --dims %d", d))
		}
		return e.Hint("reshape it to channels by height by width")
	}
	s.Batched = axes == s.Dims+2
	if len(s.Shape) == s.Dims+1 {
		s.Shape = append([]int{1}, s.Shape...)
	}
	if o.Size == nil || o.Path == "" && s.Pixels == nil {
		return nil
	}
	want := o.Size
	if len(want) == s.Dims+1 {
		want = append([]int{1}, want...)
	}
	if !slices.Equal(want, s.Shape) {
		return layer.Errorf("-i %s: %s is %s: leave -i out, the size comes from the input", layer.FormatShape(o.Size), s.Name, layer.FormatShape(s.Shape))
	}
	return nil
}

// Depth is 16 for a picture of 16 bits a sample, else 8.
func (s *Source) Depth() int {
	if s.Pixels != nil {
		return s.Pixels.Header().Depth
	}
	return 8
}

// inputName is the array of an archive of several that a layer is run on.
const inputName = "input"

func (o Origin) arrays() npy.Options {
	return npy.Options{MaxBytes: mostBytes(), As: o.As, Only: inputName}
}

// mostBytes is what one array may take: the memory that is free, and npy's own bound where that is not known.
func mostBytes() int64 {
	free, known := memory.Available()
	if !known {
		return 0
	}
	return int64(max(free, 1))
}

// Close ends the use of the files.
func (s *Source) Close() {
	if s.close != nil {
		s.close()
		s.close = nil
	}
}

// Failed says which input it was that could not be read.
func (s *Source) Failed(err error) error {
	return fmt.Errorf("reading %s: %w", s.Name, input.Cause(err))
}

// Read reads the elements. inexact counts those that T could not hold.
func Read[T tensor.Float](s *Source) (t *tensor.Tensor[T], inexact int, err error) {
	switch {
	case s.Pixels != nil:
		if t, err = picture.ReadTensor[T](s.Pixels, s.Color); err != nil {
			return nil, 0, s.Failed(err)
		}
		return t, 0, nil
	case s.arrays != nil:
		var info npy.Info
		if t, info, err = npy.Load[T](s.arrays, s.array); err != nil {
			return nil, 0, err
		}
		return t.Reshape(s.Shape...), info.Inexact, nil
	}
	t = tensor.New[T](s.Shape...)
	tensor.FillUniform(t, tensor.NewStream(s.seed, layer.Input), 1)
	return t, 0, nil
}

func hasZero(shape []int) bool {
	for _, d := range shape {
		if d < 1 {
			return true
		}
	}
	return false
}
