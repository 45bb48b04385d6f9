package gradient

import (
	"math"

	"convx/internal/lazy"
	"convx/internal/network"
)

// flat are operators that are constant almost everywhere, or give no numbers to differentiate.
var flat = lazy.Value[map[string]struct{}]{Make: func() map[string]struct{} {
	all := map[string]struct{}{}
	for _, op := range []string{
		"Shape", "Size", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or", "Xor", "Not", "IsNaN", "IsInf", "ArgMax", "ArgMin", "NonZero",
		"NonMaxSuppression", "Floor", "Ceil", "Round", "Sign", "ConstantOfShape", "OneHot", "EyeLike",
	} {
		all[op] = struct{}{}
	}
	return all
}}

// derivative writes f'(x), where y is f(x).
type derivative func(b *backward, in *network.Instruction, x, y int) int

// rules are the gradients of ONNX's operators, by name.
var rules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	all := map[string]rule{
		"Conv": conv, "DeformConv": single(deformConv), "ConvTranspose": convTranspose, "Gemm": gemm, "MatMul": matmul,
		"MaxPool": maxPool, "AveragePool": averagePool, "GlobalAveragePool": globalAverage, "GlobalMaxPool": extremeOf,
		"BatchNormalization": batchNorm, "InstanceNormalization": instanceNorm, "GroupNormalization": groupNorm, "LayerNormalization": layerNorm, "LRN": lrn,
		"Softmax": softmax, "LogSoftmax": logSoftmax,
		"Add": addition, "Sum": addition, "Sub": subtraction, "Mul": product, "Div": quotient, "Pow": power, "Where": where, "PRelu": prelu,
		"Max": extreme, "Min": extreme, "ReduceMax": extremeOf, "ReduceMin": extremeOf, "ReduceSum": reduction(false), "ReduceMean": reduction(true), "Mean": mean,
		"Expand": expand, "CumSum": running, "Concat": concat, "Split": split, "Transpose": transpose, "Resize": resize, "Upsample": resize,
		"LSTM": unfolded(unrolled), "GRU": unfolded(unrolled), "RNN": unfolded(unrolled),
		"QuantizeLinear": quantize, "DequantizeLinear": dequantize, "DynamicQuantizeLinear": dynamic, "QLinearConv": single(qLinear("Conv", 0)), "QLinearMatMul": single(qLinear("MatMul", 0)),
		"ConvInteger": single(qInteger("Conv")), "MatMulInteger": single(qInteger("MatMul")),
		"RoiAlign": single(roiAlign), "GridSample": single(gridSample), "Einsum": einsum, "RMSNormalization": single(rmsNorm), "LpNormalization": single(lpNorm), "MeanVarianceNormalization": single(mvn),
		"ReduceL1": reduced(function("Abs"), nil), "ReduceL2": reduced((*backward).square, function("Sqrt")), "ReduceSumSquare": reduced((*backward).square, nil),
		"ReduceLogSum": reduced(nil, function("Log")), "ReduceLogSumExp": reduced(function("Exp"), function("Log")),
	}
	for _, op := range []string{"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout", "Cast"} {
		all[op] = reshaped
	}
	for _, op := range []string{"Slice", "Pad", "Gather", "GatherElements", "GatherND", "Tile", "DepthToSpace", "SpaceToDepth", "Trilu", "ReverseSequence", "Crop"} {
		all[op] = moved
	}
	for op, d := range derivatives() {
		all[op] = func(b *backward, in *network.Instruction, g []int) error {
			b.add(in.In[0], b.mul(g[0], d(b, in, in.In[0], in.Out[0])))
			return nil
		}
	}
	return all
}}

// attribute is a number that an instruction gives, or its default.
func attribute(in *network.Instruction, name string, def float64) float64 {
	if v, ok := in.Attributes[name].(float64); ok {
		return v
	}
	return def
}

func whole(in *network.Instruction, name string, def int) int {
	if v, ok := in.Attributes[name].(int64); ok {
		return int(v)
	}
	return def
}

// derivatives are those of the functions of one value. At a kink the derivative is that of the side where nothing changes.
func derivatives() map[string]derivative {
	return map[string]derivative{
		"Relu": func(b *backward, _ *network.Instruction, _, y int) int { return b.mask("Greater", y, b.number(0)) },
		"Clip": func(b *backward, _ *network.Instruction, x, y int) int { return b.mask("Equal", x, y) },
		"LeakyRelu": func(b *backward, in *network.Instruction, x, _ int) int {
			return b.slope(x, b.number(attribute(in, "alpha", 0.01)))
		},
		"ThresholdedRelu": func(b *backward, in *network.Instruction, x, _ int) int {
			return b.mask("Greater", x, b.number(attribute(in, "alpha", 1)))
		},
		"Elu": func(b *backward, in *network.Instruction, x, y int) int {
			return b.slope(x, b.plus(y, b.number(attribute(in, "alpha", 1))))
		},
		"Selu": func(b *backward, in *network.Instruction, x, y int) int {
			a, s := attribute(in, "alpha", 1.67326319217681884765625), attribute(in, "gamma", 1.05070102214813232421875)
			return b.where(b.op("Greater", nil, b.shape(x), x, b.number(0)), b.number(s), b.plus(y, b.number(a*s)), x)
		},
		"Celu": func(b *backward, in *network.Instruction, x, _ int) int {
			return b.slope(x, b.apply("Exp", nil, b.mul(x, b.number(1/attribute(in, "alpha", 1)))))
		},
		"Sigmoid":  func(b *backward, _ *network.Instruction, _, y int) int { return b.mul(y, b.sub(b.number(1), y)) },
		"Tanh":     func(b *backward, _ *network.Instruction, _, y int) int { return b.sub(b.number(1), b.mul(y, y)) },
		"Softplus": func(b *backward, _ *network.Instruction, x, _ int) int { return b.apply("Sigmoid", nil, x) },
		"Exp":      func(_ *backward, _ *network.Instruction, _, y int) int { return y },
		"Log":      func(b *backward, _ *network.Instruction, x, _ int) int { return b.apply("Reciprocal", nil, x) },
		"Sqrt":     func(b *backward, _ *network.Instruction, _, y int) int { return b.div(b.number(0.5), y) },
		"Neg":      func(b *backward, _ *network.Instruction, x, _ int) int { return b.mul(b.number(-1), b.ones(x)) },
		"Abs":      func(b *backward, _ *network.Instruction, x, _ int) int { return b.apply("Sign", nil, x) },
		"Reciprocal": func(b *backward, _ *network.Instruction, _, y int) int {
			return b.mul(b.number(-1), b.mul(y, y))
		},
		"Softsign": func(b *backward, _ *network.Instruction, x, _ int) int {
			d := b.plus(b.number(1), b.apply("Abs", nil, x))
			return b.apply("Reciprocal", nil, b.mul(d, d))
		},
		"Erf": func(b *backward, _ *network.Instruction, x, _ int) int {
			return b.mul(b.number(2/math.Sqrt(math.Pi)), b.apply("Exp", nil, b.mul(b.number(-1), b.mul(x, x))))
		},
		"HardSigmoid": func(b *backward, in *network.Instruction, _, y int) int {
			return b.mul(b.number(attribute(in, "alpha", 0.2)), b.inside(y))
		},
		"HardSwish": func(b *backward, _ *network.Instruction, x, _ int) int {
			h := b.apply("HardSigmoid", map[string]any{"alpha": 1. / 6, "beta": 0.5}, x)
			return b.plus(h, b.mul(b.mul(x, b.number(1./6)), b.inside(h)))
		},
		"Swish": func(b *backward, in *network.Instruction, x, _ int) int {
			a := attribute(in, "alpha", 1)
			s := b.apply("Sigmoid", nil, b.mul(x, b.number(a)))
			return b.plus(s, b.mul(b.mul(x, b.number(a)), b.mul(s, b.sub(b.number(1), s))))
		},
		"Mish": func(b *backward, _ *network.Instruction, x, _ int) int {
			t := b.apply("Tanh", nil, b.apply("Softplus", nil, x))
			return b.plus(t, b.mul(b.mul(x, b.apply("Sigmoid", nil, x)), b.sub(b.number(1), b.mul(t, t))))
		},
		"Gelu": gelu,
	}
}

// gelu: Phi(x) + x phi(x), or the derivative of the approximation by tanh.
func gelu(b *backward, in *network.Instruction, x, _ int) int {
	square := b.mul(x, x)
	if in.Attributes["approximate"] == "tanh" {
		const c, a = 0.7978845608028654, 0.044715 // the square root of 2/pi
		t := b.apply("Tanh", nil, b.mul(b.number(c), b.mul(x, b.plus(b.number(1), b.mul(b.number(a), square)))))
		inner := b.mul(b.number(c), b.plus(b.number(1), b.mul(b.number(3*a), square)))
		return b.plus(b.mul(b.number(0.5), b.plus(b.number(1), t)), b.mul(b.mul(b.number(0.5), x), b.mul(b.sub(b.number(1), b.mul(t, t)), inner)))
	}
	cdf := b.mul(b.number(0.5), b.plus(b.number(1), b.apply("Erf", nil, b.mul(x, b.number(math.Sqrt2/2)))))
	pdf := b.mul(b.number(1/math.Sqrt(2*math.Pi)), b.apply("Exp", nil, b.mul(b.number(-0.5), square)))
	return b.plus(cdf, b.mul(x, pdf))
}

// slope is 1 where x is positive, and other elsewhere.
func (b *backward) slope(x, other int) int {
	return b.where(b.op("Greater", nil, b.shape(x), x, b.number(0)), b.number(1), other, x)
}

// where chooses between two values, in the shape of a third.
func (b *backward) where(condition, yes, no, like int) int {
	return b.op("Where", nil, b.shape(like), condition, yes, no)
}

// inside is 1 where y lies strictly between 0 and 1.
func (b *backward) inside(y int) int {
	return b.mul(b.mask("Greater", y, b.number(0)), b.mask("Less", y, b.number(1)))
}

// ones is 1 in the shape of x.
func (b *backward) ones(x int) int {
	return b.op("Expand", nil, b.shape(x), b.number(1), b.list(b.shape(x)...))
}
