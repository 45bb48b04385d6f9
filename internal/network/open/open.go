// Package open reads the network that a user names: a built-in one, a network file, an ONNX model, or what comes through a pipe.
// What is wrong with a network's content is a *network.Error, with a size of its input a *layer.Error.
package open

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"convx/configs"
	"convx/internal/flops"
	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/network/onnx"
	"convx/internal/report"
)

// Options are the sizes that a network is read at, and what for.
type Options struct {
	Input []int            // replaces the network's own
	Sizes map[string][]int // those of inputs by name
	Batch int              // 0 keeps the network's own
	// Types and InPlace are how bytes are counted.
	Types   flops.Types
	InPlace bool
	Stdin   io.Reader // the network "-"
	// Program asks for what is needed to run the network; Shapes are the sizes of what it is fed with, by name.
	Program bool
	Shapes  map[string][]int
	// Weights are those of a network file; nil draws them from the seed. A model has its own.
	Weights network.Stored
	Seed    uint64
	// Likely is what will be fed to an input whose size the model leaves open, as in onnx.Options.
	Likely []int
}

// maxPiped bounds what is read of a pipe, in bytes: no protocol buffer is larger.
const maxPiped = 2 << 30

// Network reads the network of that name: a built-in one, a file, or "-". A file's name says what it is; where it does not, as
// that of a pipe, its content does. Under the options that come back the network is to be evaluated.
func Network(name string, n Options) (*network.Graph, network.Options, error) {
	o := network.Options{Input: n.Input, Batch: n.Batch, Types: n.Types, InPlace: n.InPlace}
	if name == "-" {
		return n.read(lang.Text("standard input"), n.Stdin, o)
	}
	if data, ok := configs.Model(name); ok {
		m, err := onnx.Decode(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return nil, o, lang.Errorf("reading network %s: %w", name, inLine{err})
		}
		return n.model("network "+name, name, m)
	}
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case !strings.ContainsAny(name, "./\\"), ext == ".yaml", ext == ".yml":
		g, err := network.Open(name)
		if err != nil {
			return nil, o, err
		}
		return n.file(g, o)
	case ext == ".onnx" && !isPipe(name):
		m, err := onnx.Open(name)
		if err != nil {
			return nil, o, err
		}
		return n.model(fmt.Sprintf("%q", name), name, m)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, o, lang.Errorf("reading %q: %w", name, input.Cause(err))
	}
	defer f.Close()
	return n.read(name, f, o)
}

// read reads a network whose content says what it is: a model has control characters, which a network file cannot have.
// Of a model the weights are kept only where they are needed: to run it.
func (n Options) read(label string, r io.Reader, o network.Options) (*network.Graph, network.Options, error) {
	quoted := label
	if r != n.Stdin {
		quoted = fmt.Sprintf("%q", label)
	}
	br := bufio.NewReader(r)
	start, err := br.Peek(br.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, o, lang.Errorf("reading %s: %w", quoted, input.Cause(err))
	}
	if f, known := foreignModel(start); known {
		return nil, o, lang.Errorf("reading %s: %s is not read as a network: %s", quoted, strings.TrimSuffix(f.What, ","), f.Instead)
	}
	if !isModel(start) {
		data, err := input.Read(br, network.MaxFile)
		if err != nil {
			return nil, o, lang.Errorf("reading %s: %w", quoted, inLine{err})
		}
		g, err := network.Parse(label, data)
		if err != nil {
			return nil, o, err
		}
		return n.file(g, o)
	}
	m, err := n.decode(br)
	if err != nil {
		return nil, o, lang.Errorf("reading %s: %w", quoted, inLine{err})
	}
	return n.model(quoted, label, m)
}

// foreignModel tells files of models that are neither a network file nor ONNX, and what to do about them.
func foreignModel(start []byte) (input.Format, bool) {
	f, known := input.Foreign(start)
	if bytes.HasPrefix(start, []byte("PK\x03\x04")) {
		f, known = input.Format{What: lang.Text("a zip archive (a PyTorch checkpoint or a Keras model?)")}, true
	}
	f.Instead = lang.Text("export the model to ONNX, with torch.onnx.export or tf2onnx")
	return f, known
}

// file is the network of a network file at the asked-for size, with its program if it is to run.
func (n Options) file(g *network.Graph, o network.Options) (*network.Graph, network.Options, error) {
	var err error
	if o.Input, err = n.ofFile(); err != nil || !n.Program {
		return g, o, err
	}
	r, err := network.Evaluate(g, o)
	if err == nil {
		g.Program, err = network.Compile(r, n.Weights, n.Seed)
	}
	return g, o, err
}

// ofFile is the size of a network file's one input: what it is fed with, what was asked for.
func (n Options) ofFile() ([]int, error) {
	shape := n.Input
	if fed, ok := n.Shapes[layer.Input]; ok {
		shape = fed
	}
	for name, size := range n.Sizes {
		if name != layer.Input {
			return nil, layer.Errorf("--input %s=%s: a network file has one input, %s", name, layer.FormatShape(size), layer.Input)
		}
		shape = size
	}
	return shape, nil
}

// isModel tells a model by its start.
func isModel(start []byte) bool {
	isControl := func(c rune) bool { return c < ' ' && c != '\n' && c != '\r' && c != '\t' }
	return bytes.IndexFunc(start, isControl) >= 0
}

func (n Options) decode(r io.Reader) (*onnx.Model, error) {
	if !n.Program {
		return onnx.DecodePipe(r)
	}
	data, err := input.Read(r, maxPiped)
	if err != nil {
		return nil, err
	}
	return onnx.Decode(bytes.NewReader(data), int64(len(data)))
}

// model is a model's network at the asked-for size, for which the graph then stands.
func (n Options) model(quoted, path string, m *onnx.Model) (*network.Graph, network.Options, error) {
	size := n.Input
	if size == nil && len(n.Shapes) == 0 && len(n.Sizes) == 0 && m.Metadata["input"] != "" { // its maker's word for sizes that are open
		size, _ = layer.ParseInts(m.Metadata["input"], 1)
	}
	if n.Weights != nil {
		return nil, network.Options{}, layer.Errorf("%s holds its own weights: -w is for network files", path)
	}
	g, err := m.Network(onnx.Options{Input: size, Sizes: n.Sizes, Batch: n.Batch, Inputs: n.Shapes, Program: n.Program, Likely: n.Likely})
	if err != nil {
		return nil, network.Options{}, lang.Errorf("reading %s: %w", quoted, inLine{err})
	}
	if g.Name == "" || slices.Contains(graphNames, g.Name) {
		g.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	return g, network.Options{Types: n.Types, InPlace: n.InPlace}, nil
}

// inLine is an error whose names from the model stay in its line.
type inLine struct{ err error }

func (e inLine) Error() string { return report.Printable(e.err.Error()) }
func (e inLine) Unwrap() error { return e.err }

// graphNames are what exporters call every graph: they name no network.
var graphNames = []string{"torch_jit", "torch-jit-export", "main_graph", "main", "graph", "tf2onnx", "onnx-graph"}

func isPipe(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0
}

// Again counts the network of that name at other input sizes, of its first input: a network file is evaluated again, a model read
// again. It is nil for standard input, which is read once.
func Again(name string, n Options) func(input []int) (*network.Result, error) {
	if name == "-" {
		return nil
	}
	return func(input []int) (*network.Result, error) {
		n := n
		n.Input, n.Batch, n.Sizes = input, 0, nil
		g, o, err := Network(name, n)
		if err != nil {
			return nil, err
		}
		return network.Evaluate(g, o)
	}
}
