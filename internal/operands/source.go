package operands

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"unsafe"

	"convx/configs"
	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/memory"
	"convx/internal/npy"
	"convx/internal/picture"
	"convx/internal/report"
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
	Dims       int    // spatial axes; 0 is 2 for pictures, else WeightDims
	WeightDims int    // spatial axes that the weights have
	Size       []int  // as -i gave it; nil is what the data have
	Orient     bool   // turn pictures as their Exif orientation says
	Range      *Range // of the samples; nil: as they are
	Whole      bool   // an array of any axes, as it is, not a layer's input
}

// Source is opened input, of known shape, whose elements are not read yet.
type Source struct {
	Name string // in messages: a quoted path or "standard input"
	Path string // of the file, "" if it is none
	// Shape is N x C x spatial; Batched tells whether the data had the batch axis.
	Shape   []int
	Dims    int
	Batched bool
	// Pixels are the picture's, nil where the input is an array; Color is what its samples are read as.
	Pixels *picture.Reader
	Color  picture.Color

	// Notes are what may be wrong with the input.
	Notes []string

	label  string
	scale  *Range
	most   float64 // the greatest value of samples, where scale is to be applied
	arrays *npy.File
	array  string
	seed   uint64
	close  func() error
}

// Label says what the input is. Some of it is known only when the input has been read.
func (s *Source) Label() string {
	if s.Pixels == nil {
		return s.label
	}
	label := s.label + lang.Text(": ") + s.Pixels.Info().String()
	if s.scale != nil {
		label += lang.Sprintf(", brought to %g to %g", s.scale.Low, s.scale.High)
	}
	return label
}

// OpenSource finds out what the input is and how large, without reading its elements. Errors of usage are *layer.Error.
func OpenSource(o Origin) (*Source, error) {
	s, err := o.open()
	if err != nil {
		return nil, err
	}
	if o.Whole {
		return s, nil
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
		s := &Source{Name: lang.Text("standard input"), label: lang.Text("standard input"), scale: o.Range}
		return s, s.sniff(o.Stdin, o)
	case o.Path != "":
		return o.openFile()
	case o.Size != nil:
		return &Source{label: lang.Sprintf("uniform in [-1, 1), seed %d", o.Seed), seed: o.Seed, Shape: slices.Clone(o.Size)}, nil
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
		return nil, lang.Errorf("reading the sample picture: %w", err)
	}
	s := &Source{Name: lang.Text("the sample picture"), label: lang.Sprintf("the sample picture (%s)", configs.SamplePicture[len("samples/"):]), scale: o.Range}
	return s, s.openPicture(bytes.NewReader(data), o)
}

func (o Origin) openFile() (*Source, error) {
	name := strconv.Quote(o.Path)
	s := &Source{Name: name, label: name, Path: o.Path, scale: o.Range}
	f, err := os.Open(o.Path)
	if err != nil {
		return nil, s.Failed(err)
	}
	if stat, err := f.Stat(); err == nil && stat.IsDir() {
		f.Close()
		return nil, s.Failed(lang.New("it is a directory"))
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
			err = lang.New("it is empty")
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
	if s.Pixels, err = picture.NewReader(r, picture.ReadOptions{MaxPixels: o.MaxPixels, Orient: o.Orient}); err != nil {
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
	s.most = 1
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
		return s.Failed(lang.Errorf("it holds %d arrays and none is called input: name the one to run on input, or save it as .npy", len(names)))
	}
	info, err := s.arrays.Stat(s.array)
	if err != nil {
		return err
	}
	if hasZero(info.Shape) {
		return s.Failed(lang.Errorf("it holds no elements: an axis of its shape %s is empty", layer.FormatShape(info.Shape)))
	}
	s.Shape = slices.Clone(info.Shape)
	if s.most = mostOf(info.DType); s.most == 0 && s.scale != nil {
		return layer.Errorf("--range is for pictures and for uint8 and uint16 arrays: %s holds %s", s.Name, info.DType)
	}
	s.label += lang.Text(": ") + info.DType.String() + s.rangeNote(info.DType)
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
		return s.Failed(lang.New("it holds a single number, and a layer needs channels and positions"))
	}
	axes := len(s.Shape)
	if s.Name != "" && axes != s.Dims+1 && axes != s.Dims+2 { // the build checks what -i says
		e := layer.Errorf("%s is %s; --dims %d takes %d axes, or %d with a batch", s.Name, layer.FormatShape(s.Shape), s.Dims, s.Dims+1, s.Dims+2)
		if looksLikeGray(s.Shape) && s.Dims == 2 {
			return e.Hint(lang.Sprintf("a grey picture is 1x%s: save x[None]", layer.FormatShape(s.Shape)))
		}
		if d := axes - 1; d >= 1 && d <= 3 {
			return e.Hint(lang.Sprintf("add --dims %d", d))
		}
		return e.Hint("reshape it to channels by height by width")
	}
	if n := axes - 3; s.arrays != nil && s.Dims == 2 && o.Size == nil && layer.LooksLikeChannelsLast(s.Shape) {
		planes := append(slices.Clone(s.Shape[:n]), s.Shape[n+2], s.Shape[n], s.Shape[n+1])
		s.Notes = append(s.Notes, lang.Sprintf("%s is %s and looks like a picture: %s? The channels come first: save np.moveaxis(x, -1, -3)",
			s.Name, layer.FormatShape(s.Shape), layer.FormatShape(planes)))
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
	return lang.Errorf("reading %s: %w", s.Name, input.Cause(err))
}

// Read reads the elements. inexact counts those that T could not hold.
func Read[T tensor.Float](s *Source) (t *tensor.Tensor[T], inexact int, err error) {
	switch {
	case s.Pixels != nil:
		if err := s.fits(int(unsafe.Sizeof(T(0)))); err != nil {
			return nil, 0, err
		}
		if t, err = picture.ReadTensor[T](s.Pixels, s.Color); err != nil {
			return nil, 0, s.Failed(err)
		}
	case s.arrays != nil:
		var info npy.Info
		if t, info, err = npy.Load[T](s.arrays, s.array); err != nil {
			return nil, 0, err
		}
		t, inexact = t.Reshape(s.Shape...), info.Inexact
	default:
		t = tensor.New[T](s.Shape...)
		tensor.FillUniform(t, tensor.NewStream(s.seed, layer.Input), 1)
	}
	if s.scale != nil && s.most > 0 {
		bring(s.scale, t.Data, s.most)
	}
	return t, inexact, nil
}

// fits refuses a picture whose values, of so many bytes each, and samples would not fit into the memory.
func (s *Source) fits(size int) error {
	h := s.Pixels.Header()
	need, err := layer.Product(append([]int{size}, s.Shape...)...)
	if err == nil {
		need, err = layer.Sum(need, h.Height*h.RowBytes())
	}
	if err != nil {
		return s.Failed(err)
	}
	if free, fits := memory.Fits(need); !fits {
		return s.Failed(lang.Errorf("its pixels need about %s of memory and %s is free: take a smaller picture", report.Bytes(need), report.Bytes(free)))
	}
	return nil
}

func hasZero(shape []int) bool {
	for _, d := range shape {
		if d < 1 {
			return true
		}
	}
	return false
}
