package network

import (
	"convx/internal/layer"
	"convx/internal/tensor"
)

// Program is what a network computes: instructions in an order of execution, on values that are numbered over the whole
// program, the bodies of control flow included.
type Program struct {
	Values []Value
	Code   []Instruction
	// Drawn is how many arrays of weights no file gives: they are drawn from a seed.
	Drawn int
	// Inputs are fed from outside; Outputs leave. Both go by the names that the model gives them.
	Inputs, Outputs []Port
}

// Port is a value under the name that the outside knows it by.
type Port struct {
	Name  string
	Value int
	// Elem is the declared element type; Invalid where there is none.
	Elem tensor.Elem
	// Open says of an input which of its extents the model leaves to whoever feeds it; nil is none.
	Open []bool
}

// Value is an array of a program.
type Value struct {
	// Name is the model's own, after the names of the functions around it.
	Name string
	// Shape is what it will be, where that follows from the inputs' shapes; nil is not known before it is computed.
	Shape []int
	// Weight is where the array is stored; nil if an instruction makes it, or the outside.
	Weight *Weight
	// Constant says that a node of the model gives the weight, and it is no initialiser.
	Constant bool
}

// Weight is an array that a model holds: located, not read.
type Weight struct {
	Name  string
	Elem  tensor.Elem
	Shape []int
	// Bytes is what reading it takes in memory.
	Bytes int
	// Read reads the array from its file. Errors name the array.
	Read func() (*tensor.Array, error)
	// ReadInto, where each Read makes an array of its own, which may be overwritten, reads it into memory of Bytes bytes, whatever
	// that holds. Nil memory, or memory that does not do for the array, is left alone, and other allocated.
	ReadInto func(memory []byte) (*tensor.Array, error)
}

// Instruction applies an ONNX operator.
type Instruction struct {
	// Name is unique among the instructions outside of bodies: the layer's, with those of the functions around it.
	Name       string
	Op, Domain string
	// Version is that of the operator set.
	Version int
	// Attributes are int64, float64, string, slices of these, and *Weight.
	Attributes map[string]any
	// In and Out are values; None is an optional one that was left out.
	In, Out []int
	// Bodies are the graphs of If, Loop and Scan, by attribute.
	Bodies map[string]*Body
	// Node is the node of the graph that counts the instruction; None if nothing does.
	Node int
	// Stage, where one node is several instructions, is the stage of the node that this one is, from 1; 0 is all of the node.
	// Parts, if not 0, is how many instructions share the work equally.
	Stage, Parts int
}

// Body is a graph within an instruction. It reads values of the program around it directly.
type Body struct {
	Inputs, Outputs []int
	Code            []Instruction
}

// None stands for a value or a node that there is not.
const None = -1

// Part is what an instruction of the node is called and comes to: the node's own label and counts, or those of one of its stages.
func (n *NodeResult) Part(in *Instruction) (variant string, macs, flops int64) {
	variant, macs, flops = n.Variant, n.Total.MACs, n.Total.FLOPs
	if k := in.Stage - 1; k >= 0 && k < len(n.Ops) {
		st, s := n.Ops[k], n.Stages[k]
		variant, macs, flops = VariantOf(st.Op, s.Inputs[0]), 0, 0
		if a, ok := st.Op.(layer.Activation); ok {
			variant = a.Func
		}
		rows, _ := n.Types.OfStage(st, s) // it was counted before
		for _, row := range rows {
			macs, flops = macs+row.MACs, flops+row.FLOPs
		}
	}
	if in.Parts > 1 {
		macs, flops = macs/int64(in.Parts), flops/int64(in.Parts)
	}
	return variant, macs, flops
}
