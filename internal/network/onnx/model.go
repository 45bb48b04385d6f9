package onnx

import (
	"convx/internal/flops"
	"convx/internal/lazy"
	"convx/internal/tensor"
)

// Model is a decoded file. Weights are known by name, type and dimensions, and by where they are.
type Model struct {
	Graph *Graph
	// Title is the model's own description, Metadata what its maker noted beside: labels, preprocessing.
	Title     string
	Metadata  map[string]string
	functions map[functionKey]*function
	// sets are the versions of the operator sets, by domain.
	sets map[string]int
	// source is the file, to read weights from; folder is where their external data may be.
	source source
	folder string
}

// Graph is the body of a model, or of a branch of If.
type Graph struct {
	Name         string
	Nodes        []*Node
	Initializers []*Tensor
	Inputs       []ValueInfo
	Outputs      []ValueInfo
	values       []ValueInfo // shapes that the exporter noted for values in between
}

// Node applies an operator. An empty input name is an optional input that was left out.
type Node struct {
	Name, Op, Domain string
	Inputs, Outputs  []string
	attributes       []attribute
}

// ValueInfo is the declared type of a value. Known is false if the file declares no shape.
type ValueInfo struct {
	Name  string
	Other string // what it is in place of a tensor: sequence, map, …
	Elem  Elem
	Dims  []Dim
	Known bool
}

// Dim is an extent: a number, or a symbol if Value is not positive.
type Dim struct {
	Value  int
	Symbol string
}

// Tensor is an initialiser or the value of a Constant. Small ones carry their numbers in ints or floats.
type Tensor struct {
	Name string
	Elem Elem
	Dims []int
	// External says that the numbers are in another file, which is not read.
	External bool
	ints     []int64
	floats   []float64
	// from and to are the bytes of the file that hold the tensor: a TensorProto, or a SparseTensorProto.
	from, to int64
	sparse   bool
}

// attribute is one named parameter of a node; the field that its type calls for is set.
type attribute struct {
	name, ref string
	kind      int64 // as in AttributeProto.AttributeType; 0 in files older than that
	i         int64
	f         float64
	s         string
	ints      []int64
	floats    []float64
	strings   []string
	tensor    *Tensor
	graph     *Graph
}

type functionKey struct{ domain, name string }

// function is an operator that the model defines itself, as a graph of others.
type function struct {
	inputs, outputs []string
	defaults        []attribute
	nodes           []*Node
	sets            map[string]int
}

// Elem is an element type, numbered as in TensorProto.DataType.
type Elem int

// The element types whose values shapes may depend on.
const (
	elemFloat    Elem = 1
	elemUint8    Elem = 2
	elemInt8     Elem = 3
	elemInt32    Elem = 6
	elemInt64    Elem = 7
	elemBool     Elem = 9
	elemFloat16  Elem = 10
	elemDouble   Elem = 11
	elemUint64   Elem = 13
	elemBfloat16 Elem = 16
)

// elemBits is the width of each element type; strings and unknown types have none.
var elemBits = lazy.Value[map[Elem]int]{Make: func() map[Elem]int {
	return map[Elem]int{
		1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128, 16: 16,
		17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4,
	}
}}

// counted are the element types as bytes are counted in them.
var counted = lazy.Value[map[Elem]flops.Elem]{Make: func() map[Elem]flops.Elem {
	return map[Elem]flops.Elem{
		1: flops.Float32, 2: "uint8", 3: flops.Int8, 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 9: "bool", 10: flops.Float16, 11: "float64",
		12: "uint32", 13: "uint64", 14: "complex64", 15: "complex128", 16: flops.BFloat16, 17: "float8", 18: "float8", 19: "float8", 20: "float8",
		21: "uint4", 22: flops.Int4, 23: "float4",
	}
}}

// counted is the type for counting bytes; strings and unknown types are taken for float32.
func (e Elem) counted() flops.Elem { return counted.Get()[e] }

func (e Elem) isFloat() bool {
	return e == elemFloat || e == elemDouble || e == elemFloat16 || e == elemBfloat16
}

// round gives a number the precision that it has in the model: floor(12/2.4) is 5 in float32 and 4 in float64.
func (e Elem) round(f float64) float64 {
	if e == elemDouble {
		return f
	}
	return float64(float32(f))
}

func (n *Node) attribute(name string) (attribute, bool) {
	for _, a := range n.attributes {
		if a.name == name {
			return a, true
		}
	}
	return attribute{}, false
}

func (n *Node) intOr(name string, def int64) int64 {
	if a, ok := n.attribute(name); ok {
		return a.i
	}
	return def
}

// countOr is intOr of what counts channels, axes or the like: an int.
func (n *Node) countOr(name string, def int64) int { return tensor.Int(n.intOr(name, def)) }

func (n *Node) stringOr(name, def string) string {
	if a, ok := n.attribute(name); ok {
		return a.s
	}
	return def
}

// ints is nil if the attribute is absent or empty.
func (n *Node) ints(name string) []int64 {
	a, _ := n.attribute(name)
	return a.ints
}

// label is what messages call the node: its name, else its first output.
func (n *Node) label() string {
	if n.Name != "" {
		return n.Name
	}
	if len(n.Outputs) > 0 {
		return n.Outputs[0]
	}
	return n.Op
}
