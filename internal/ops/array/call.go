package array

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// Call is one node with its operands. A prepared network keeps its calls and runs them again: operators keep their small
// state in it, so that a repeated run of equal shapes allocates nothing that Memory does not.
type Call struct {
	Ctx        context.Context // ends a long operator; nil for never
	Op, Domain string
	Version    int // of the opset
	Attributes Attributes
	In         []*tensor.Array // nil for an input that is left out
	Out        []*tensor.Array // as long as the node's outputs; Run sets the elements

	// Memory returns the array for output i: it may be kept from the run before, or share an input's elements where the
	// network knows that they are not read again. Where Memory is nil or returns nil, the output is allocated.
	Memory func(i int, e tensor.Elem, shape []int) *tensor.Array

	// Each calls item for 0 to n-1, several at the same time, and returns when all have returned or Ctx is done; nil where there
	// is one thread.
	Each func(n int, item func(i int))

	// Fixed are the inputs that hold the same elements in every run: what operators make of them may be kept.
	Fixed []bool

	// Limit is the most bytes that one output may take; 0 for 64 GiB.
	Limit int64

	state
}

// state is what a Call keeps from run to run: above all, memory.
type state struct {
	elem, origin tensor.Elem // T of the specification, as the operator sees it and as the node has it
	like         uint64      // outputs of type T, a bit each

	nest  nest
	rows  [2]nest // of scale and bias along a row that is normalized
	arena []int   // what shape hands out
	used  int     // of arena

	window   window // of convolutions and pools
	tapList  []tap
	lineList []line // of Resize, by axis
	mixes    []mixes
	mixer    *planeMixer

	sums    []float64 // of reductions
	joining *joining
	offsets []int // of parts of long rows
	batches *batches
	columns *softmaxColumns
	lined   any          // *lined[T]
	channel [4][]float64 // numbers by channel
	packed  []float32    // a panel of a matrix
	buffers [4]any       // what buffer hands out

	recallers recallers
	team      *team
	copier    *copier
	grouped   any // *grouped[T]
}

// defaultLimit is the size of output that is refused where nobody knows the machine's memory.
const defaultLimit = 64 << 30

// Operator is a row of the table.
type Operator struct {
	Name, Domain string // the domain "" is ai.onnx
	Inputs       Arity
	Outputs      Arity
	Elems        Elems  // that T of the specification can be
	Doc          string // what it computes, in a line

	// InPlace is how many of the first inputs output 0 may share its elements with, where shape and element type are equal
	// and nothing else reads that input.
	InPlace int

	of     int  // the input that is of type T
	same   int  // how many inputs, from that one on, must be of the same type: 0 and 1 for it alone, -1 for all
	native bool // run sees short integers and half floats as they are; otherwise as int64 and float32
	run    func(*Call)
}

// Arity is how many inputs or outputs an operator takes: optional ones between Min and Max, Max -1 for any number.
type Arity struct{ Min, Max int }

func (a Arity) holds(n int) bool { return n >= a.Min && (a.Max < 0 || n <= a.Max) }

func (a Arity) String() string {
	switch {
	case a.Max < 0:
		return lang.Sprintf("at least %d", a.Min)
	case a.Min == a.Max:
		return fmt.Sprint(a.Min)
	}
	return lang.Sprintf("%d to %d", a.Min, a.Max)
}

// ErrUnsupported is in the chain of the error about an operator, or an element type of it, that is not in the table.
var ErrUnsupported = lang.New("not supported")

// refusal is how an operator deep in its loops ends the run: Run returns it as an error.
type refusal struct{ err error }

// refusef ends the run with an error that Run begins with the operator's name.
func (c *Call) refusef(format string, args ...any) { panic(refusal{lang.Errorf(format, args...)}) }

// check ends the run when the context is done; long loops call it now and then.
func (c *Call) check() {
	if c.Ctx != nil && c.Ctx.Err() != nil {
		panic(refusal{c.Ctx.Err()})
	}
}

// Run computes c.Out. The error names the operator, and says what of its operands cannot be.
func Run(c *Call) (err error) {
	op, ok := Lookup(c.Domain, c.Op)
	if !ok {
		return lang.Errorf("operator %s: %w", title(c.Domain, c.Op), ErrUnsupported)
	}
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case refusal:
			err = lang.Errorf("%s: %w", c.Op, cause.err)
		case runtime.Error: // a model can be damaged in ways that no check foresaw: its run ends, not the program
			err = lang.Errorf("%s: operands do not fit together (%v)", c.Op, cause)
		default:
			panic(cause)
		}
	}()
	op.accept(c)
	c.used, c.like = 0, 0
	if op.native || !c.short() {
		op.run(c)
		return nil
	}
	op.runWide(c)
	return nil
}

// Operands says what is wrong with the number of a node's inputs and outputs, or with the inputs that it leaves out.
func (op *Operator) Operands(inputs, outputs int, missing func(i int) bool) error {
	if !op.Inputs.holds(inputs) {
		return lang.Errorf("%d inputs, expected %v", inputs, op.Inputs)
	}
	if !op.Outputs.holds(outputs) {
		return lang.Errorf("%d outputs, expected %v", outputs, op.Outputs)
	}
	for i := range inputs {
		if missing(i) && (i < op.Inputs.Min || op.Inputs.Max < 0) {
			return lang.Errorf("input %d is missing", i)
		}
	}
	return nil
}

// accept refuses a wrong number of operands and element types that the operator does not take.
func (op *Operator) accept(c *Call) {
	if err := op.Operands(len(c.In), len(c.Out), func(i int) bool { return c.In[i] == nil }); err != nil {
		panic(refusal{err})
	}
	c.elem, c.origin = tensor.Invalid, tensor.Invalid
	if c.in(op.of) == nil {
		return
	}
	c.elem = c.In[op.of].Elem
	c.origin = c.elem
	if !op.Elems.has(c.elem) {
		c.refusef("input of type %v: %w", c.elem, ErrUnsupported)
	}
	end := op.of + op.same
	if op.same < 0 {
		end = len(c.In)
	}
	for i := op.of; i < min(end, len(c.In)); i++ {
		if c.In[i] != nil && c.In[i].Elem != c.elem {
			c.refusef("input %d is of type %v, input %d of %v: expected the same", op.of, c.elem, i, c.In[i].Elem)
		}
	}
}

// in is input i, or nil where it is left out.
func (c *Call) in(i int) *tensor.Array {
	if i >= len(c.In) {
		return nil
	}
	return c.In[i]
}

// out makes output i, unless the node has fewer: then it is a spare that nobody reads.
func (c *Call) out(i int, e tensor.Elem, shape []int) *tensor.Array {
	c.afford(e, shape)
	var a *tensor.Array
	if i < len(c.Out) && c.Memory != nil {
		a = c.Memory(i, e, shape)
	}
	if a == nil {
		var err error
		if a, err = tensor.NewArray(e, shape...); err != nil {
			c.refusef("output %d: %v", i, err)
		}
	}
	if a.Elem != e || !slices.Equal(a.Shape, shape) {
		panic(fmt.Sprintf("array: memory for %v %v is %v", e, shape, a))
	}
	if i < len(c.Out) {
		c.Out[i] = a
	}
	return a
}

// typed is out of type T.
func (c *Call) typed(i int, shape []int) *tensor.Array {
	c.like |= 1 << i
	return c.out(i, c.elem, shape)
}

// shape is a slice of n ints that lives as long as the run.
func (c *Call) shape(n int) []int {
	if c.used+n > len(c.arena) {
		c.arena, c.used = make([]int, max(2*len(c.arena), n, 32)), 0
	}
	c.used += n
	return c.arena[c.used-n : c.used : c.used]
}

// axis is an axis of that rank, counted from the end where it is negative.
func (c *Call) axis(axis, rank int) int {
	if axis < -rank || axis >= rank {
		c.refusef("axis %d of %d axes", axis, rank)
	}
	if axis < 0 {
		axis += rank
	}
	return axis
}

// data is a's elements, which must be of that type.
func data[T tensor.Item](c *Call, a *tensor.Array) []T {
	if e := tensor.ElemOf[T](); a.Elem != e {
		c.refusef("an operand of type %v, expected %v", a.Elem, e)
	}
	return tensor.Data[T](a)
}

// afford refuses a shape that cannot be, or that is larger than the limit, before anything is allocated.
func (c *Call) afford(e tensor.Elem, shape []int) {
	n, err := tensor.Size(shape)
	if err != nil {
		c.refusef("%v", err)
	}
	limit := c.Limit
	if limit == 0 {
		limit = defaultLimit
	}
	if int64(n) > limit/int64(e.Size()) {
		c.refusef("an output of %v %s is more than the %d bytes of memory that it may take", e, tensor.Format(shape), limit)
	}
}
