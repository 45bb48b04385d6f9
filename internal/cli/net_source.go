package cli

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
	"convx/internal/input"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/network/onnx"
)

// maxPiped bounds what is read of a pipe, in bytes: no protocol buffer is larger.
const maxPiped = 2 << 30

// source reads the network that --net names: a built-in one, a file, or "-". A file's name says what it is; where it
// does not, as that of a pipe, its content does. Under these options the network is to be evaluated.
func (n *netFlags) source(name string) (*network.Graph, network.Options, error) {
	o := network.Options{Input: n.input, Batch: n.batch, Types: n.types, InPlace: n.inPlace}
	if name == "-" {
		return n.read("standard input", n.stdin, o)
	}
	if data, ok := configs.Model(name); ok {
		m, err := onnx.Decode(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return nil, o, fmt.Errorf("reading network %s: %w", name, err)
		}
		return n.model("network "+name, name, m)
	}
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case !strings.ContainsAny(name, "./\\"), ext == ".yaml", ext == ".yml":
		g, err := network.Open(name)
		if err == nil {
			o.Input, err = n.ofFile()
		}
		return g, o, netError(err)
	case ext == ".onnx" && !isPipe(name):
		m, err := onnx.Open(name)
		if err != nil {
			return nil, o, err
		}
		return n.model(fmt.Sprintf("%q", name), name, m)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, o, fmt.Errorf("reading %q: %w", name, input.Cause(err))
	}
	defer f.Close()
	return n.read(name, f, o)
}

// read reads a network whose content says what it is: a model has control characters, which a network file cannot have.
// Of a model the weights are kept only where they are needed: to run it.
func (n *netFlags) read(label string, r io.Reader, o network.Options) (*network.Graph, network.Options, error) {
	quoted := label
	if r != n.stdin {
		quoted = fmt.Sprintf("%q", label)
	}
	br := bufio.NewReader(r)
	start, err := br.Peek(br.Size())
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, o, fmt.Errorf("reading %s: %w", quoted, input.Cause(err))
	}
	if f, known := foreignModel(start); known {
		return nil, o, fmt.Errorf("reading %s: %s is not read as a network: %s", quoted, strings.TrimSuffix(f.What, ","), f.Instead)
	}
	if !isModel(start) {
		data, err := input.Read(br, network.MaxFile)
		if err != nil {
			return nil, o, fmt.Errorf("reading %s: %w", quoted, err)
		}
		g, err := network.Parse(label, data)
		if err == nil {
			o.Input, err = n.ofFile()
		}
		return g, o, netError(err)
	}
	m, err := n.decode(br)
	if err != nil {
		return nil, o, fmt.Errorf("reading %s: %w", quoted, err)
	}
	return n.model(quoted, label, m)
}

// foreignModel tells files of models that are neither a network file nor ONNX, and what to do about them.
func foreignModel(start []byte) (input.Format, bool) {
	f, known := input.Foreign(start)
	if bytes.HasPrefix(start, []byte("PK\x03\x04")) {
		f, known = input.Format{What: "a zip archive (a PyTorch checkpoint or a Keras model?)"}, true
	}
	f.Instead = "export the model to ONNX, with torch.onnx.export or tf2onnx"
	return f, known
}

// ofFile is the size of a network file's one input.
func (n *netFlags) ofFile() ([]int, error) {
	shape := n.input
	for name, size := range n.sizes {
		if name != layer.Input {
			return nil, usagef("--input %s=%s: a network file has one input, %s", name, layer.FormatShape(size), layer.Input)
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

func (n *netFlags) decode(r io.Reader) (*onnx.Model, error) {
	if !n.run {
		return onnx.DecodePipe(r)
	}
	data, err := input.Read(r, maxPiped)
	if err != nil {
		return nil, err
	}
	return onnx.Decode(bytes.NewReader(data), int64(len(data)))
}

// model is a model's network at the asked-for size, for which the graph then stands.
func (n *netFlags) model(quoted, path string, m *onnx.Model) (*network.Graph, network.Options, error) {
	size := n.input
	if size == nil && len(n.inputs) == 0 && len(n.sizes) == 0 && m.Metadata["input"] != "" { // its maker's word for sizes that are open
		size, _ = layer.ParseInts(m.Metadata["input"], 1)
	}
	g, err := m.Network(onnx.Options{Input: size, Sizes: n.sizes, Batch: n.batch, Inputs: n.inputs, Program: n.run, Loose: n.loose})
	if err != nil {
		return nil, network.Options{}, fmt.Errorf("reading %s: %w", quoted, err)
	}
	if g.Name == "" || slices.Contains(graphNames, g.Name) {
		g.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	return g, network.Options{Types: n.types, InPlace: n.inPlace}, nil
}

// graphNames are what exporters call every graph: they name no network.
var graphNames = []string{"torch_jit", "torch-jit-export", "main_graph", "main", "graph", "tf2onnx", "onnx-graph"}

func isPipe(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0
}
