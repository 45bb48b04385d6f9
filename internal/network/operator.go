package network

import (
	"convx/internal/layer"
)

// Operator is what a node does: *Input, *Constant, *Variant, *Primitive, *Elementwise, *Computed, *Explicit, *View or *Unknown.
// Nodes that do the same may share one pointer; Evaluate then works it out once per input shape.
type Operator interface {
	// Label is the name that tables show: a variant, a primitive, or the operator's own name.
	Label() string
	// arity is the least and the most inputs; most -1 is any number.
	arity() (least, most int)
}

// Input is data that comes from outside, N x C x spatial.
type Input struct{ Shape []int }

// Constant is a tensor that the model holds: no input, no work, no activation memory. Params are the elements that
// count as parameters (learned), 0 for a fixed constant.
type Constant struct {
	Shape  []int
	Params int64
}

// Variant is one of convx's variants. The spec's input is ignored: the node's input takes its place. Further inputs
// are the operands given from outside (offset, mask, rois), in the order of layer.Layer.External.
type Variant struct{ Spec layer.Spec }

// Primitive is one of convx's primitives, with as many inputs as its shape rule reads.
type Primitive struct {
	Op layer.Op
	// Name is the label; empty is the variant that a convolution is, or else the primitive's kind.
	Name string
	// Bounds are those of a clip, where they are known.
	Bounds *[2]float64
}

// Elementwise combines its inputs element by element, broadcast as NumPy and ONNX do: a product, a difference, a root.
type Elementwise struct {
	Name string
	// FLOPs is the cost of an output element.
	FLOPs int64
}

// Computed is an operator whose shape and cost follow from its inputs by a rule of its own: a matrix product, a recurrent
// layer.
type Computed struct {
	Name string
	// Inputs is how many it reads.
	Inputs int
	// Rule gives the shape of the output and the cost for inputs of these shapes. Errors are *layer.Error.
	Rule func(in [][]int) (Explicit, error)
	// Along says what the output's axes run along in input j: see Along.
	Along func(j int, in [][]int, out []int) []Along
	emit  func(e *emitter) int
}

// Explicit is an operator whose shape and cost the reader of the model worked out: a product of two activations, a
// reduction. FLOPs are all FLOPs, the MACs' included.
type Explicit struct {
	Name                string
	Shape               []int
	Params, MACs, FLOPs int64
}

// View changes the shape or the order of its input and computes nothing: reshape, flatten, dropout at inference,
// transpose, slice.
type View struct {
	Name string
	// Shape gives the output shape: Fixed, SameShape, Flatten, or a function of one's own.
	Shape func(in [][]int) ([]int, error)
	// Copies says that the output is a tensor of its own (transpose, slice), not the input's memory under another shape.
	Copies bool
	// Along, if not nil, says what the output's axes run along in the first input: see Along. Nil is the axes that a reshaping
	// keeps.
	Along func(in [][]int, out []int) []Along
	// emit writes it as instructions.
	emit func(e *emitter) int
}

// Unknown is an operator that nobody counted: listed as uncounted, never silently zero. Shape may be nil: what follows
// is then uncounted too, unless its shape is explicit.
type Unknown struct {
	Name  string
	Shape []int
	// Harmless says that it holds neither MACs nor parameters, whatever else it does.
	Harmless bool
	// Again says that it is a further output of the operator before, which is counted once.
	Again bool
}

// Fixed is a shape rule that gives one shape.
func Fixed(shape ...int) func([][]int) ([]int, error) {
	return func([][]int) ([]int, error) { return shape, nil }
}

// SameShape is the shape rule of identity and dropout.
func SameShape(in [][]int) ([]int, error) { return in[0], nil }

// Flatten joins all axes but the batch: N x C x H x W -> N x CHW.
func Flatten(in [][]int) ([]int, error) {
	if len(in[0]) < 1 {
		return nil, layer.Errorf("flattening needs a batch axis")
	}
	n, err := layer.Product(in[0][1:]...)
	if err != nil {
		return nil, layer.Errorf("flattening %s: %v", layer.FormatShape(in[0]), err)
	}
	return []int{in[0][0], n}, nil
}

// Label implements Operator, as do the methods below.
func (*Input) Label() string         { return "input" }
func (*Constant) Label() string      { return "constant" }
func (v *Variant) Label() string     { return v.Spec.Variant }
func (e *Elementwise) Label() string { return e.Name }
func (c *Computed) Label() string    { return c.Name }
func (e *Explicit) Label() string    { return e.Name }
func (v *View) Label() string        { return v.Name }
func (u *Unknown) Label() string     { return u.Name }

// Label of a convolution that groups by its input channels is known only with its input: see VariantOf.
func (p *Primitive) Label() string {
	if p.Name != "" {
		return p.Name
	}
	return string(p.Op.Kind())
}

func (*Input) arity() (int, int)       { return 0, 0 }
func (*Constant) arity() (int, int)    { return 0, 0 }
func (*Variant) arity() (int, int)     { return 1, 4 }
func (*Elementwise) arity() (int, int) { return 1, -1 }
func (c *Computed) arity() (int, int)  { return c.Inputs, c.Inputs }
func (*Explicit) arity() (int, int)    { return 0, -1 }
func (*View) arity() (int, int)        { return 1, -1 }
func (*Unknown) arity() (int, int)     { return 0, -1 }

func (p *Primitive) arity() (int, int) {
	switch op := p.Op.(type) {
	case layer.Scale:
		return 2, 2
	case layer.Add:
		return 2, -1
	case layer.Concat:
		return 1, -1
	case layer.Deformable:
		if op.Modulated {
			return 3, 3
		}
		return 2, 2
	case layer.ROIPool:
		if op.Deform {
			return 3, 3
		}
		return 2, 2
	}
	return 1, 1
}

// VariantOf names the variant that a primitive on this input (N x C x spatial) is: a convolution is depthwise, grouped,
// dilated, pointwise or standard; others go by their kind.
func VariantOf(op layer.Op, in []int) string {
	if c, ok := op.(layer.Conv); ok && len(in) >= 2 {
		return layer.NameOf(c, in[1])
	}
	return string(op.Kind())
}
