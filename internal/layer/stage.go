package layer

import (
	"strings"

	"convx/internal/lang"
)

// Input is the name by which stages refer to the layer's own input.
const Input = "input"

// Stage is one primitive in the chain that a layer is made of.
type Stage struct {
	Name   string
	Op     Op
	Inputs []string // names of earlier stages, Input, or operands given from outside (offset, mask, rois)
	Prefix string   // operands are Prefix + "weight" and Prefix + "bias"
}

// Operand is one array of weights that a stage reads.
type Operand struct {
	Name  string
	Shape []int
	// FanIn is how many products are summed into one output: seeded weights are scaled by it.
	FanIn int
}

// Operands names the weights of a stage and gives their shapes, for inputs of shapes in (N x C x ...).
func (s Stage) Operands(in [][]int) []Operand {
	ops := s.Op.weights(in)
	for i := range ops {
		ops[i].Name = s.Prefix + ops[i].Name
	}
	return ops
}

func (c Conv) weights(in [][]int) []Operand {
	shape := append([]int{c.OutChannels, in[0][1] / c.Groups}, c.Kernel...)
	return weightAndBias(shape, fanIn(shape), c.OutChannels, c.Bias)
}

func (t Transposed) weights(in [][]int) []Operand {
	shape := append([]int{in[0][1], t.OutChannels / t.Groups}, t.Kernel...)
	// Each output element sums about kernel/stride taps of the input channels of its group.
	f := in[0][1] / t.Groups
	for i, k := range t.Kernel {
		f *= max(1, k/t.Stride[i])
	}
	return weightAndBias(shape, f, t.OutChannels, t.Bias)
}

func (l Linear) weights(in [][]int) []Operand {
	n := 1
	for _, d := range in[0][1:] {
		n *= d
	}
	return weightAndBias([]int{l.Out, n}, n, l.Out, l.Bias)
}

func (n Norm) weights(in [][]int) []Operand {
	if !n.Affine {
		return nil
	}
	return weightAndBias([]int{in[0][1]}, 1, in[0][1], true)
}

func (Pool) weights([][]int) []Operand       { return nil }
func (Activation) weights([][]int) []Operand { return nil }
func (Scale) weights([][]int) []Operand      { return nil }
func (Add) weights([][]int) []Operand        { return nil }
func (Concat) weights([][]int) []Operand     { return nil }
func (Resize) weights([][]int) []Operand     { return nil }
func (ROIPool) weights([][]int) []Operand    { return nil }

func (DepthToSpace) weights([][]int) []Operand { return nil }

func weightAndBias(weight []int, fanIn, out int, bias bool) []Operand {
	ops := []Operand{{Name: "weight", Shape: weight, FanIn: fanIn}}
	if bias {
		ops = append(ops, Operand{Name: "bias", Shape: []int{out}, FanIn: fanIn})
	}
	return ops
}

func fanIn(weight []int) int {
	n := 1
	for _, d := range weight[1:] {
		n *= d
	}
	return n
}

// StageText is a stage's name as people read it, part by part.
func StageText(name string) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		parts[i] = lang.Text(p)
	}
	return strings.Join(parts, ".")
}
