package onnx

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/lazy"
	"convx/internal/tensor"
)

// Open decodes a model file. Errors name the file.
func Open(path string) (*Model, error) {
	info, err := os.Stat(path) // before it is opened: a pipe that nobody writes would wait for ever
	if err != nil {
		return nil, lang.Errorf("reading %q: %w", path, input.Cause(err))
	}
	if !info.Mode().IsRegular() {
		return nil, lang.Errorf("reading %q: not a regular file: a model is read by its offsets; save it to a file first", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, lang.Errorf("reading %q: %w", path, input.Cause(err))
	}
	defer f.Close()
	m, err := Decode(f, info.Size())
	if err != nil {
		return nil, lang.Errorf("reading %q: %w", path, err)
	}
	m.source, m.folder = &modelFile{path: path, size: info.Size()}, filepath.Dir(path)
	return m, nil
}

// Decode reads the size bytes of a model. Memory grows with the nodes and names, not with the weights.
func Decode(r io.ReaderAt, size int64) (*Model, error) {
	if size <= 0 {
		return nil, lang.Errorf("an empty file is not an ONNX model")
	}
	m, err := decodeWire(&wire{r: r, size: size})
	if err != nil {
		return nil, err
	}
	m.source = modelBytes{r, size}
	return m, nil
}

// DecodePipe reads a model as it arrives, and keeps none of its weights: they cannot be read afterwards.
func DecodePipe(r io.Reader) (*Model, error) {
	p := &pipe{r: r}
	m, err := decodeWire(&wire{r: p, size: maxPiped, pipe: p})
	if err != nil {
		return nil, err
	}
	m.source = p
	return m, nil
}

func decodeWire(w *wire) (*Model, error) {
	start := w.peek(0, 64)
	if w.err == nil && len(start) == 0 {
		return nil, lang.Errorf("an empty file is not an ONNX model")
	}
	if bytes.HasPrefix(start, []byte("version https://git-lfs")) {
		return nil, lang.Errorf("a Git LFS pointer stands in for the model: fetch it with git lfs pull")
	}
	m := decodeModel(field{w: w, to: w.size})
	switch {
	case w.err != nil:
		return nil, lang.Errorf("not a sound ONNX model: %w", w.err)
	case m.Graph == nil:
		return nil, lang.Errorf("not an ONNX model: it holds no graph")
	case len(m.Graph.Nodes) == 0:
		return nil, lang.Errorf("the model's graph holds no nodes")
	}
	return m, m.sort()
}

func decodeModel(f field) *Model {
	m := &Model{Metadata: map[string]string{}, functions: map[functionKey]*function{}, sets: map[string]int{}}
	for f := range f.fields() {
		switch f.num {
		case 8:
			decodeSet(f, m.sets)
		case 6:
			m.Title, _, _ = strings.Cut(f.text(), "\n")
		case 7:
			m.Graph = decodeGraph(f)
		case 14:
			decodeEntry(f, m.Metadata)
		case 25:
			key, fn := decodeFunction(f)
			m.functions[key] = fn
		}
	}
	return m
}

// decodeSet reads an OperatorSetIdProto.
func decodeSet(f field, sets map[string]int) {
	domain, version := "", 0
	f.w.keep(64)
	for f := range f.message() {
		switch f.num {
		case 1:
			domain = plainDomain(f.text())
		case 2:
			version = tensor.Int(f.int())
		}
	}
	sets[domain] = version
}

// decodeEntry reads a StringStringEntryProto.
func decodeEntry(f field, entries map[string]string) {
	var key, value string
	for f := range f.message() {
		switch f.num {
		case 1:
			key = f.text()
		case 2:
			value = f.text()
		}
	}
	f.w.keep(len(key) + len(value))
	entries[key] = value
}

// plainDomain spells ONNX's own domain as "".
func plainDomain(domain string) string {
	if domain == "ai.onnx" {
		return ""
	}
	return domain
}

func decodeGraph(f field) *Graph {
	g := &Graph{}
	f.w.keep(256)
	for f := range f.message() {
		switch f.num {
		case 1:
			g.Nodes = append(g.Nodes, decodeNode(f))
		case 2:
			g.Name = f.text()
		case 5:
			g.Initializers = append(g.Initializers, decodeTensor(f))
		case 11:
			g.Inputs = append(g.Inputs, decodeValue(f))
		case 12:
			g.Outputs = append(g.Outputs, decodeValue(f))
		case 13:
			g.values = append(g.values, decodeValue(f))
		case 15:
			g.Initializers = append(g.Initializers, decodeSparse(f))
		}
	}
	return g
}

func decodeNode(f field) *Node {
	n := &Node{}
	f.w.keep(192)
	for f := range f.message() {
		switch f.num {
		case 1:
			f.w.keep(16)
			n.Inputs = append(n.Inputs, f.text())
		case 2:
			f.w.keep(16)
			n.Outputs = append(n.Outputs, f.text())
		case 3:
			n.Name = f.text()
		case 4:
			n.Op = f.text()
		case 5:
			n.attributes = append(n.attributes, decodeAttribute(f))
		case 7:
			n.Domain = plainDomain(f.text())
		}
	}
	return n
}

func decodeAttribute(f field) attribute {
	var a attribute
	f.w.keep(256)
	for f := range f.message() {
		switch f.num {
		case 1:
			a.name = f.text()
		case 2:
			a.f = f.float()
		case 3:
			a.i = f.int()
		case 4:
			if f.is(bytesType) && f.to-f.from <= maxText { // blobs of custom operators are not needed
				a.s = f.text()
			}
		case 5:
			a.tensor = decodeTensor(f)
		case 6:
			a.graph = decodeGraph(f)
		case 7:
			a.floats = f.appendFloats(a.floats)
		case 8:
			a.ints = f.appendInts(a.ints)
		case 9:
			if f.is(bytesType) && f.to-f.from <= maxText {
				f.w.keep(16)
				a.strings = append(a.strings, f.text())
			}
		case 20:
			a.kind = f.int()
		case 21:
			a.ref = f.text()
		}
	}
	return a
}

func decodeValue(f field) ValueInfo {
	var v ValueInfo
	f.w.keep(112)
	for f := range f.message() {
		switch f.num {
		case 1:
			v.Name = f.text()
		case 2:
			for f := range f.message() {
				if f.num == 1 {
					v.tensorType(f)
				} else if other, ok := otherTypes.Get()[f.num]; ok {
					v.Other = other
				}
			}
		}
	}
	return v
}

// otherTypes are the types that are no tensors, by the words of TypeProto.
var otherTypes = lazy.Value[map[uint64]string]{Make: func() map[uint64]string {
	return map[uint64]string{4: "sequence", 5: "map", 7: "opaque", 8: "sparse_tensor", 9: "optional"}
}}

func (v *ValueInfo) tensorType(f field) {
	for f := range f.message() {
		switch f.num {
		case 1:
			v.Elem = Elem(f.int())
		case 2:
			v.Known = true
			for f := range f.message() {
				if f.num == 1 {
					f.w.keep(32)
					v.Dims = append(v.Dims, decodeDim(f))
				}
			}
		}
	}
}

func decodeDim(f field) Dim {
	var d Dim
	for f := range f.message() {
		switch f.num {
		case 1:
			d.Value = tensor.Int(f.int())
		case 2:
			d.Symbol = f.text()
		}
	}
	return d
}

func decodeFunction(f field) (functionKey, *function) {
	var key functionKey
	fn := &function{sets: map[string]int{}}
	f.w.keep(128)
	for f := range f.message() {
		switch f.num {
		case 1:
			key.name = f.text()
		case 4:
			f.w.keep(16)
			fn.inputs = append(fn.inputs, f.text())
		case 5:
			f.w.keep(16)
			fn.outputs = append(fn.outputs, f.text())
		case 7:
			fn.nodes = append(fn.nodes, decodeNode(f))
		case 9:
			decodeSet(f, fn.sets)
		case 10:
			key.domain = plainDomain(f.text())
		case 11:
			fn.defaults = append(fn.defaults, decodeAttribute(f))
		}
	}
	return key, fn
}

// float reads a 32-bit float field.
func (f field) float() float64 {
	if !f.is(fixed32Type) {
		return 0
	}
	return float64(math.Float32frombits(uint32(f.value)))
}
