package flops

import (
	"strconv"

	"convx/internal/layer"
	"convx/internal/shape"
)

// The cells of the table of conventions. What they count is each tool's own doing, errors included.

func own(op layer.Op, s shape.Stage) (cost, error) {
	costs, err := rules.Get()[op.Kind()](layer.Stage{Name: s.Name, Op: op}, s)
	if err != nil {
		return cost{}, err
	}
	return costs[len(costs)-1], nil
}

func macs(op layer.Op, s shape.Stage) (Sum, error) {
	c, err := own(op, s)
	return Sum{c.macs}, err
}

// macsAndBias: the only FLOPs of these primitives beyond MACs are their bias.
func macsAndBias(op layer.Op, s shape.Stage) (Sum, error) {
	c, err := own(op, s)
	return append(Sum{c.macs}, c.extra...), err
}

func times(n int64, c count) count {
	return func(op layer.Op, s shape.Stage) (Sum, error) {
		sum, err := c(op, s)
		for i, t := range sum {
			sum[i] = Term{{strconv.FormatInt(n, 10), n}}.times(t...)
		}
		return sum, err
	}
}

// paramsByPosition: (weights + biases) * N * output positions.
func paramsByPosition(op layer.Op, s shape.Stage) (Sum, error) {
	positions := append(Term{by("N", s.Output[0])}, extents(outSymbols, s.Output[2:])...)
	return operandsTimes(op, s, positions), nil
}

// paramsBySample: (weights + biases) * N.
func paramsBySample(op layer.Op, s shape.Stage) (Sum, error) {
	return operandsTimes(op, s, Term{by("N", s.Output[0])}), nil
}

func operandsTimes(op layer.Op, s shape.Stage, times Term) Sum {
	var sum Sum
	for _, o := range (layer.Stage{Op: op}).Operands(s.Inputs) {
		t := times
		for i, d := range o.Shape {
			t = t.times(by(operandSymbol(op, i, len(o.Shape)), d))
		}
		sum = append(sum, t)
	}
	return sum
}

// transposedOnOutput takes a transposed convolution for a plain one: every output sees every tap of its C/g channels.
func transposedOnOutput(op layer.Op, s shape.Stage) (Sum, error) {
	t := op.(layer.Transposed)
	return Sum{output(s.Output).times(by("(C/g)", s.Inputs[0][1]/t.Groups)).times(extents(kernelSymbols, t.Kernel)...)}, nil
}

func perElement(n int, shape []int) Sum {
	return Sum{Term{by(strconv.Itoa(n), n)}.times(output(shape)...)}
}

// fvcoreNorm: batch norm at inference 2 an element or 1 without affine; norms with statistics 5 or 4; LRN not at all.
func fvcoreNorm(op layer.Op, s shape.Stage) (Sum, error) {
	n := op.(layer.Norm)
	each := map[string]int{"batch": 1, "layer": 4, "instance": 4, "group": 4}[n.Func]
	if each > 0 && n.Affine {
		each++
	}
	return perElement(each, s.Output), nil
}

// fvcorePool: an adaptive (global) average pool counts its input's elements; other pools nothing.
func fvcorePool(op layer.Op, s shape.Stage) (Sum, error) {
	if !adaptiveAverage(op) {
		return nil, nil
	}
	return Sum{input(s.Inputs[0])}, nil
}

// fvcoreResize: bilinear 4 an output element, nearest 1; in 2-D alone.
func fvcoreResize(op layer.Op, s shape.Stage) (Sum, error) {
	if len(s.Output) != 4 {
		return nil, nil
	}
	if op.(layer.Resize).Nearest {
		return perElement(1, s.Output), nil
	}
	return perElement(4, s.Output), nil
}

// thopNorm: 2 an element, doubled with affine. Group norm and LRN have no hook.
func thopNorm(op layer.Op, s shape.Stage) (Sum, error) {
	n := op.(layer.Norm)
	switch {
	case n.Func == "lrn" || n.Func == "group":
		return nil, nil
	case n.Affine:
		return perElement(4, s.Output), nil
	}
	return perElement(2, s.Output), nil
}

// thopActivation: a PReLU counts its elements, a softmax three times those less one a row, other functions nothing.
func thopActivation(op layer.Op, s shape.Stage) (Sum, error) {
	switch op.(layer.Activation).Func {
	case "prelu":
		return perElement(1, s.Output), nil
	case "softmax":
		if len(s.Output) == 2 {
			return Sum{Term{by("N", s.Output[0]), by("(3*C - 1)", 3*s.Output[1]-1)}}, nil
		}
	}
	return nil, nil
}

// thopPool: an average pool counts its output elements, an adaptive (global) one (window + 1) times those, a maximum
// nothing. Output times window, the ratio of input to output size, is the input.
func thopPool(op layer.Op, s shape.Stage) (Sum, error) {
	p := op.(layer.Pool)
	switch {
	case p.Func != layer.AveragePool:
		return nil, nil
	case adaptiveAverage(op):
		return Sum{input(s.Inputs[0]), output(s.Output)}, nil
	}
	return Sum{output(s.Output)}, nil
}

// thopResize: nn.Upsample counts 5 an output element for linear, 11 for bilinear and 1 for nearest; trilinear not at all.
func thopResize(op layer.Op, s shape.Stage) (Sum, error) {
	if op.(layer.Resize).Nearest {
		return perElement(1, s.Output), nil
	}
	return perElement([]int{5, 11, 0}[len(s.Output)-3], s.Output), nil
}

func adaptiveAverage(op layer.Op) bool {
	p := op.(layer.Pool)
	return p.Func == layer.AveragePool && (p.Global || p.Adaptive != nil)
}
