package cli

import (
	"fmt"
	"image"
	"os"
	"slices"
	"strings"

	"convx/internal/input"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/npy"
	"convx/internal/operands"
	"convx/internal/ops/array"
	"convx/internal/tensor"
)

// readFeeds reads what --feed names.
func (r *netRun) readFeeds() error {
	for _, feed := range r.whole.feeds {
		name, path, ok := strings.Cut(feed, "=")
		if !ok || name == "" || path == "" {
			return usagef("--feed %q: give NAME=FILE", feed)
		}
		if r.feeds[name] != nil {
			return usagef("--feed: the input %q is fed twice", name)
		}
		a, err := readFeed(path, name)
		if err != nil {
			return err
		}
		r.feeds[name] = a
		r.origins = append(r.origins, fmt.Sprintf("input %s: %q: %v", name, path, a))
	}
	return nil
}

// readFeed reads the array of a .npy, or the array of that name from a file of several.
func readFeed(path, name string) (*tensor.Array, error) {
	f, err := npy.Open(path, npy.Options{MaxBytes: freeMemory()})
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

// open reads the network at the sizes of what it is fed with, INPUT among it.
func (r *netRun) open() error {
	picture, given, err := r.readInput()
	if err != nil {
		return err
	}
	n := r.whole.net
	n.run = true
	shapes := map[string][]int{}
	for name, size := range n.inputs {
		shapes[name] = size
	}
	for name, a := range r.feeds {
		shapes[name] = a.Shape
	}
	n.inputs, n.loose = shapes, picture != nil || given != nil
	if r.graph, r.options, err = n.source(r.name); err != nil {
		return err
	}
	p := r.graph.Program
	if p == nil {
		return fmt.Errorf("network %s says what its layers are, and cannot be run", r.name)
	}
	for name := range r.feeds {
		if !slices.ContainsFunc(p.Inputs, func(in network.Port) bool { return in.Name == name }) {
			return usagef("--feed %s: the network has no input of that name; it has %s", name, inputNames(p))
		}
	}
	switch port := r.imagePort(); {
	case picture != nil || given != nil:
		if port < 0 {
			return usagef("%q: every input of the network is fed already, by --feed", r.input)
		}
		return r.feedInput(p.Inputs[port], picture, given, n)
	case len(r.feeds) < len(p.Inputs) && len(r.feeds) > 0:
		for _, in := range p.Inputs {
			if r.feeds[in.Name] == nil {
				return usagef("the input %q is not fed: --feed %[1]s=FILE", in.Name)
			}
		}
	case len(r.feeds) == 0:
		return r.feedRandom(p)
	}
	return nil
}

// readInput reads INPUT: a picture, or an array in its own element type.
func (r *netRun) readInput() (*image.RGBA, *tensor.Array, error) {
	if r.input == "" {
		return nil, nil, nil
	}
	if r.input != "-" {
		if kind, err := sniffFile(r.input); err != nil {
			return nil, nil, err
		} else if kind == npy.NPY || kind == npy.NPZ || kind == npy.Safetensors {
			a, err := readFeed(r.input, "input")
			if err == nil {
				r.origins = append(r.origins, fmt.Sprintf("input: %q: %v", r.input, a))
			}
			return nil, a, err
		}
	}
	s, err := operands.OpenSource(operands.Origin{Path: r.input, Stdin: r.In, MaxPixels: r.maxPixels, Orient: true})
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	if s.Pixels == nil {
		t, _, err := operands.Read[float32](s)
		if err != nil {
			return nil, nil, err
		}
		r.origins = append(r.origins, "input: "+s.Label())
		return nil, tensor.FromTensor(t), nil
	}
	img, err := operands.ReadPicture(s)
	if err == nil {
		r.origins = append(r.origins, "input: "+s.Label())
	}
	return img, nil, err
}

func sniffFile(path string) (npy.Format, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("reading %q: %w", path, input.Cause(err))
	}
	defer f.Close()
	start := make([]byte, 16)
	n, err := f.Read(start)
	if err != nil {
		return 0, fmt.Errorf("reading %q: %w", path, input.Cause(err))
	}
	return npy.Sniff(start[:n]), nil
}

// imagePort is the first input that is not fed and looks like a picture's, else the first that is not fed; -1 if all are.
func (r *netRun) imagePort() int {
	first := -1
	p := r.graph.Program
	for i, in := range p.Inputs {
		if r.feeds[in.Name] != nil {
			continue
		}
		if first < 0 {
			first = i
		}
		if _, ok := operands.LayoutOf(p.Values[in.Value].Shape); ok {
			return i
		}
	}
	return first
}

// feedInput feeds INPUT to a port. A size that the model leaves open is the picture's own.
func (r *netRun) feedInput(port network.Port, img *image.RGBA, given *tensor.Array, n netFlags) error {
	shape := r.graph.Program.Values[port.Value].Shape
	if given != nil {
		a, err := adapt(given, port.Elem, len(shape))
		if err != nil {
			return err
		}
		r.feeds[port.Name] = a
		if slices.Equal(a.Shape, shape) {
			return nil
		}
		return r.resize(port, a.Shape, n)
	}
	l, ok := operands.LayoutOf(shape)
	if !ok {
		return layer.Errorf("the input %q is %s, which no picture becomes", port.Name, layer.FormatShape(shape)).Hint("give it an array: --feed " + port.Name + "=x.npy")
	}
	if r.graph.Program.Inputs[r.imagePort()].Open {
		l.Height, l.Width = img.Bounds().Dy(), img.Bounds().Dx()
		shape = []int{1, l.Channels, l.Height, l.Width}
		if l.Last {
			shape = []int{1, l.Height, l.Width, l.Channels}
		}
		if err := r.resize(port, shape, n); err != nil {
			return err
		}
	}
	pre, err := r.preprocessing(port.Elem)
	if err != nil {
		return err
	}
	a, err := pre.Array(img, l, shape, port.Elem)
	if err != nil {
		return err
	}
	r.feeds[port.Name] = a
	how := "as it is"
	if b := img.Bounds(); b.Dx() != l.Width || b.Dy() != l.Height {
		how = fmt.Sprintf("%dx%d brought to %dx%d by %s, bilinear", b.Dx(), b.Dy(), l.Width, l.Height, pre.Fit)
	}
	order := "NCHW"
	if l.Last {
		order = "NHWC"
	}
	r.origins = append(r.origins, fmt.Sprintf("fed to %s, %v, %s: %s; %s", port.Name, a, order, how, pre))
	return nil
}

// resize reads the network again, at another size of one input.
func (r *netRun) resize(port network.Port, shape []int, n netFlags) (err error) {
	n.inputs = map[string][]int{port.Name: shape}
	for name, a := range r.feeds {
		n.inputs[name] = a.Shape
	}
	n.loose = false
	r.graph, r.options, err = n.source(r.name)
	return err
}

// preprocessing joins the named convention with the flags beside it.
func (r *netRun) preprocessing(elem tensor.Elem) (operands.Preprocess, error) {
	name := r.whole.preprocess
	if name == "auto" { // the maker's word, or what suits the element type
		if name = r.graph.Metadata["preprocess"]; !slices.Contains(operands.PreprocessNames(), name) {
			name = "unit"
			if elem == tensor.Uint8 {
				name = "bytes"
			}
		}
	}
	p, err := operands.PreprocessNamed(name)
	if err != nil {
		return p, err
	}
	if r.scale != "" {
		span, err := operands.ParseRange(r.scale)
		if err != nil {
			return p, err
		}
		p.Low, p.High, p.Name = span.Low, span.High, ""
	}
	if r.whole.mean != nil {
		p.Mean, p.Name = r.whole.mean, ""
	}
	if r.whole.std != nil {
		p.Std, p.Name = r.whole.std, ""
		if slices.Contains(p.Std, 0) {
			return p, usagef("--std 0: nothing is divided by zero")
		}
	}
	if r.whole.channels != "auto" {
		p.Channels = r.whole.channels
	}
	p.Fit = r.whole.fit
	return p, nil
}

// adapt gives an array the element type that an input takes, and a batch axis where it lacks one.
func adapt(a *tensor.Array, elem tensor.Elem, rank int) (*tensor.Array, error) {
	if len(a.Shape) == rank-1 {
		a = a.View(append([]int{1}, a.Shape...)...)
	}
	if elem == tensor.Invalid || a.Elem == elem {
		return a, nil
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

// feedRandom feeds numbers drawn from the seed.
func (r *netRun) feedRandom(p *network.Program) error {
	for _, in := range p.Inputs {
		shape := p.Values[in.Value].Shape
		if shape == nil {
			return usagef("the input %q is not fed: --feed %[1]s=FILE", in.Name)
		}
		elem := in.Elem
		if elem == tensor.Invalid {
			elem = tensor.Float32
		}
		a, err := tensor.NewArray(elem, shape...)
		if err != nil {
			return err
		}
		a.FillUniform(tensor.NewStream(r.seed, in.Name))
		r.feeds[in.Name] = a
		r.origins = append(r.origins, fmt.Sprintf("input %s: %v, uniform in [-1, 1), seed %d", in.Name, a, r.seed))
	}
	return nil
}
