package operands

import (
	"errors"
	"image"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"convx/internal/feed"
	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/network/open"
	"convx/internal/npy"
	"convx/internal/ops/array"
	"convx/internal/tensor"
)

// Feeds are what a network is run on: arrays by the names of its inputs. What is set first says where they come from.
type Feeds struct {
	Network   string
	Options   open.Options
	Input     string      // a picture or an array for the first input that suits it; "-" is Stdin, "" none
	Image     *image.RGBA // a picture that was read before, in place of Input
	Stdin     io.Reader
	MaxPixels int64
	Seed      uint64 // of random data, where nothing is fed, and of weights
	Weights   string // a file of a network's weights; "" draws those that it has not
	As        PreprocessAs

	stored *Stored

	// Arrays are the feeds, and Origins say how each came about. Fed is the input that the picture went to.
	Arrays  map[string]*tensor.Array
	Fed     string
	Origins []string
	// Graph is the network at the sizes of what it is fed with, to be evaluated under Evaluation.
	Graph      *network.Graph
	Evaluation network.Options
}

// ReadFiles reads feeds, NAME=FILE each.
func (r *Feeds) ReadFiles(feeds []string) error {
	r.Arrays = map[string]*tensor.Array{}
	for _, feed := range feeds {
		name, path, ok := strings.Cut(feed, "=")
		if !ok || name == "" || path == "" {
			return layer.Errorf("--feed %q: give NAME=FILE", feed)
		}
		if r.Arrays[name] != nil {
			return layer.Errorf("--feed: the input %q is fed twice", name)
		}
		a, err := readFeed(path, name)
		if err != nil {
			return err
		}
		r.Arrays[name] = a
		r.Origins = append(r.Origins, lang.Sprintf("input %s: %q: %v", name, path, a))
	}
	return nil
}

// readFeed reads the array of a .npy, or the array of that name from a file of several.
func readFeed(path, name string) (*tensor.Array, error) {
	f, err := npy.Open(path, npy.Options{MaxBytes: mostBytes()})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Format() == npy.NPY {
		name = ""
	}
	a, _, err := npy.LoadArray(f, name)
	return a, err
}

// Open reads the network at the sizes of what it is fed with, and feeds it. Close it when the network is done.
func (r *Feeds) Open() error {
	if r.Arrays == nil {
		r.Arrays = map[string]*tensor.Array{}
	}
	if err := r.openWeights(); err != nil {
		return err
	}
	if err := r.open(); err != nil {
		return err
	}
	if n := r.Graph.Program.Drawn; n > 0 {
		r.Origins = append(r.Origins, lang.Sprintf("weights: %s drawn so that activations keep their range (He), seed %d", lang.Plural(n, "array"), r.Seed))
	}
	return nil
}

// openWeights finds the weights of a network file.
func (r *Feeds) openWeights() (err error) {
	r.Options.Seed = r.Seed
	if r.Weights == "" {
		return nil
	}
	if r.stored, err = OpenStored(r.Weights); err != nil {
		return err
	}
	r.Options.Weights = r.stored
	r.Origins = append(r.Origins, lang.Sprintf("weights: %q: %s", r.Weights, lang.Plural(len(r.stored.Names()), "array")))
	return nil
}

// Close lets go of the files.
func (r *Feeds) Close() {
	if r.stored != nil {
		r.stored.Close()
	}
}

func (r *Feeds) open() error {
	picture, given, err := r.readInput()
	if err != nil {
		return err
	}
	n := r.Options
	shapes := maps.Clone(n.Shapes)
	if shapes == nil {
		shapes = map[string][]int{}
	}
	for name, a := range r.Arrays {
		shapes[name] = a.Shape
	}
	n.Shapes = shapes
	switch {
	case picture != nil:
		n.Likely = []int{1, 3, picture.Rect.Dy(), picture.Rect.Dx()}
	case given != nil:
		n.Likely = given.Shape
	}
	if r.Graph, r.Evaluation, err = open.Network(r.Network, n); err != nil {
		return err
	}
	p := r.Graph.Program
	for name := range r.Arrays {
		if !slices.ContainsFunc(p.Inputs, func(in network.Port) bool { return in.Name == name }) {
			return layer.Errorf("--feed %s: the network has no input of that name; it has %s", name, inputNames(p))
		}
	}
	for _, in := range p.Inputs {
		if a := r.Arrays[in.Name]; a != nil && carries(a.Elem, in.Elem) {
			if r.Arrays[in.Name], err = adapt(a, in.Elem, len(a.Shape)); err != nil {
				return err
			}
		}
	}
	if picture == nil && len(r.As.Given) > 0 {
		return layer.Errorf("%s is for pictures: the network is fed arrays, which are taken as they are", r.As.Given[0])
	}
	switch port := r.imagePort(); {
	case picture != nil || given != nil:
		if port < 0 {
			return layer.Errorf("%q: every input of the network is fed already, by --feed", r.Input)
		}
		return r.feedInput(p.Inputs[port], picture, given, n)
	case len(r.Arrays) < len(p.Inputs) && len(r.Arrays) > 0:
		for _, in := range p.Inputs {
			if r.Arrays[in.Name] == nil {
				return layer.Errorf("the input %q is not fed: --feed %[1]s=FILE", in.Name)
			}
		}
	case len(r.Arrays) == 0:
		return r.feedRandom(p)
	}
	return nil
}

// readInput reads INPUT: a picture, or an array in its own element type.
func (r *Feeds) readInput() (*image.RGBA, *tensor.Array, error) {
	if r.Image != nil || r.Input == "" {
		return r.Image, nil, nil
	}
	if r.Input != "-" {
		if kind, err := sniffFile(r.Input); err != nil {
			return nil, nil, err
		} else if kind == npy.NPY || kind == npy.NPZ || kind == npy.Safetensors {
			a, err := readFeed(r.Input, "input")
			if err == nil {
				r.Origins = append(r.Origins, lang.Sprintf("input: %q: %v", r.Input, a))
			}
			return nil, a, err
		}
	}
	s, err := OpenSource(Origin{Path: r.Input, Stdin: r.Stdin, MaxPixels: r.MaxPixels, Orient: true})
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	if s.Pixels == nil {
		t, _, err := Read[float32](s)
		if err != nil {
			return nil, nil, err
		}
		r.Origins = append(r.Origins, lang.Sprintf("input: %s", s.Label()))
		return nil, tensor.FromTensor(t), nil
	}
	img, err := ReadPicture(s)
	if err == nil {
		r.Origins = append(r.Origins, lang.Sprintf("input: %s", s.Label()))
	}
	return img, nil, err
}

func sniffFile(path string) (npy.Format, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, lang.Errorf("reading %q: %w", path, input.Cause(err))
	}
	defer f.Close()
	start := make([]byte, 16)
	n, err := f.Read(start)
	if err != nil && !errors.Is(err, io.EOF) { // what an empty file lacks is said by who reads it
		return 0, lang.Errorf("reading %q: %w", path, input.Cause(err))
	}
	return npy.Sniff(start[:n]), nil
}

// imagePort is the first input that is not fed and looks like a picture's, else the first that is not fed; -1 if all are.
func (r *Feeds) imagePort() int {
	first := -1
	p := r.Graph.Program
	for i, in := range p.Inputs {
		if r.Arrays[in.Name] != nil {
			continue
		}
		if first < 0 {
			first = i
		}
		if _, ok := feed.LayoutOf(p.Values[in.Value].Shape); ok {
			return i
		}
	}
	return first
}

// feedInput feeds INPUT to a port. A size that the model leaves open is the picture's own.
func (r *Feeds) feedInput(port network.Port, img *image.RGBA, given *tensor.Array, n open.Options) error {
	shape := r.Graph.Program.Values[port.Value].Shape
	if given != nil {
		a, err := adapt(given, port.Elem, len(shape))
		if err != nil {
			return err
		}
		r.Arrays[port.Name] = a
		if slices.Equal(a.Shape, shape) {
			return nil
		}
		return r.resize(port, a.Shape, n)
	}
	l, ok := feed.LayoutOf(shape)
	if !ok {
		return layer.Errorf("the input %q is %s, which no picture becomes", port.Name, layer.FormatShape(shape)).Hint(lang.Sprintf("give it an array: --feed %s=x.npy", port.Name))
	}
	if port.Open != nil {
		l = l.Opened(port.Open, img.Bounds().Dx(), img.Bounds().Dy())
		shape = l.Shape()
		if err := r.resize(port, shape, n); err != nil {
			return err
		}
	}
	if err := fitsInput(port.Name, tensor.Float32, shape); err != nil {
		return err
	}
	pre, err := r.As.For(port.Elem, r.Graph.Metadata["preprocess"])
	if err != nil {
		return err
	}
	a, err := pre.Array(img, l, shape, port.Elem)
	if err != nil {
		return err
	}
	r.Arrays[port.Name], r.Fed = a, port.Name
	how := lang.Text("as it is")
	if b := img.Bounds(); b.Dx() != l.Width || b.Dy() != l.Height {
		how = lang.Sprintf("%dx%d brought to %dx%d by %s, bilinear", b.Dx(), b.Dy(), l.Width, l.Height, pre.Fit)
	}
	if l.Batch > 1 {
		how = lang.Sprintf("%s, for each of %d", how, l.Batch)
	}
	r.Origins = append(r.Origins, lang.Sprintf("fed to %s, %v, %s: %s; %s", port.Name, a, l.Order(), how, pre))
	return nil
}

// resize reads the network again, at another size of one input.
func (r *Feeds) resize(port network.Port, shape []int, n open.Options) (err error) {
	n.Shapes = map[string][]int{port.Name: shape}
	for name, a := range r.Arrays {
		n.Shapes[name] = a.Shape
	}
	n.Likely = nil
	r.Graph, r.Evaluation, err = open.Network(r.Network, n)
	return err
}

// carries tells whether NumPy's files hold elements of a type that NumPy has not in such ones: by value, but uint16, which holds
// bfloat16's bits.
func carries(held, elem tensor.Elem) bool {
	switch elem {
	case tensor.BFloat16:
		return held == tensor.Float32 || held == tensor.Uint16
	case tensor.Int4:
		return held == tensor.Int8
	case tensor.Uint4:
		return held == tensor.Uint8
	}
	return false
}

// adapt gives an array the element type that an input takes, and a batch axis where it lacks one.
func adapt(a *tensor.Array, elem tensor.Elem, rank int) (*tensor.Array, error) {
	if len(a.Shape) == rank-1 {
		a = a.View(append([]int{1}, a.Shape...)...)
	}
	if elem == tensor.Invalid || a.Elem == elem {
		return a, nil
	}
	if elem == tensor.BFloat16 && a.Elem == tensor.Uint16 {
		bits := tensor.Data[uint16](a)
		halves := make([]tensor.BF16, len(bits))
		for i, v := range bits {
			halves[i] = tensor.BF16(v)
		}
		return tensor.ArrayOf(halves, a.Shape...), nil
	}
	like, err := tensor.NewArray(elem, 1)
	if err != nil {
		return nil, err
	}
	c := array.Call{Op: "CastLike", Version: 19, In: []*tensor.Array{a, like}, Out: make([]*tensor.Array, 1)}
	if err := array.Run(&c); err != nil {
		return nil, err
	}
	return c.Out[0], nil
}

func inputNames(p *network.Program) string {
	var names []string
	for _, in := range p.Inputs {
		names = append(names, in.Name)
	}
	return lang.List(names)
}
