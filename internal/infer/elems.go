package infer

import (
	"convx/internal/lazy"
	"convx/internal/network"
	"convx/internal/tensor"
)

// outputElems are the element types of operators whose first output is not of the first input's type.
var outputElems = lazy.Value[map[string]func(net *Network, n *node) tensor.Elem]{Make: func() map[string]func(net *Network, n *node) tensor.Elem {
	return map[string]func(net *Network, n *node) tensor.Elem{
		"Shape": fixed(tensor.Int64), "Size": fixed(tensor.Int64), "ArgMax": fixed(tensor.Int64), "ArgMin": fixed(tensor.Int64),
		"NonZero": fixed(tensor.Int64), "NonMaxSuppression": fixed(tensor.Int64),
		"Equal": fixed(tensor.Bool), "Less": fixed(tensor.Bool), "LessOrEqual": fixed(tensor.Bool), "Greater": fixed(tensor.Bool),
		"GreaterOrEqual": fixed(tensor.Bool), "And": fixed(tensor.Bool), "Or": fixed(tensor.Bool), "Xor": fixed(tensor.Bool),
		"Not": fixed(tensor.Bool), "IsNaN": fixed(tensor.Bool), "IsInf": fixed(tensor.Bool),
		"ConvInteger": fixed(tensor.Int32), "MatMulInteger": fixed(tensor.Int32), "DynamicQuantizeLinear": fixed(tensor.Uint8),
		"Cast": castElem, "CastLike": input(1), "Where": input(1), "DequantizeLinear": input(1), "OneHot": input(2),
		"QuantizeLinear": unknown, "QLinearConv": unknown, "QLinearMatMul": unknown, "ConstantOfShape": unknown, "Constant": unknown,
		"EyeLike": unknown, "If": unknown, "Loop": unknown, "Scan": unknown, "BitShift": unknown,
		"SequenceAt": unknown, "SequenceConstruct": fixed(tensor.Sequence), "SplitToSequence": fixed(tensor.Sequence), "SequenceLength": fixed(tensor.Int64), "ConcatFromSequence": unknown,
	}
}}

func fixed(e tensor.Elem) func(*Network, *node) tensor.Elem {
	return func(*Network, *node) tensor.Elem { return e }
}

func input(i int) func(*Network, *node) tensor.Elem {
	return func(net *Network, n *node) tensor.Elem { return net.elem(n.input(i)) }
}

func unknown(*Network, *node) tensor.Elem { return tensor.Invalid }

// castElem reads the types that Cast names most, numbered as in TensorProto.DataType.
func castElem(_ *Network, n *node) tensor.Elem {
	switch n.intOr("to", 0) {
	case 1:
		return tensor.Float32
	case 7:
		return tensor.Int64
	case 11:
		return tensor.Float64
	case 10:
		return tensor.Float16
	}
	return tensor.Invalid
}

// elem is the element type of a value, Invalid where it is not known before a run.
func (net *Network) elem(v int) tensor.Elem {
	if v == network.None {
		return tensor.Invalid
	}
	x := &net.values[v]
	switch {
	case x.weight != nil:
		return x.weight.Elem
	case x.constant != nil:
		return x.constant.Elem
	}
	return x.elem
}

// inferElems works out element types from those of the inputs.
func (net *Network) inferElems() {
	for _, in := range net.Inputs {
		net.values[in.Value].elem = in.Elem
	}
	for _, n := range net.nodes {
		for k, v := range n.out {
			if v == network.None {
				continue
			}
			switch rule, special := outputElems.Get()[n.op]; {
			case n.domain == network.StageDomain:
				net.values[v].elem = tensor.Float32
			case n.domain != "":
			case special && k == 0:
				net.values[v].elem = rule(net, n)
			case k == 0:
				net.values[v].elem = net.elem(n.input(0))
			case n.is("TopK", "MaxPool") && k == 1:
				net.values[v].elem = tensor.Int64
			case n.is("Split", "LSTM", "GRU", "RNN"):
				net.values[v].elem = net.elem(n.input(0))
			}
		}
	}
}
