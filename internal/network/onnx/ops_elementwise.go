package onnx

import (
	"math"

	"convx/internal/layer"
	"convx/internal/lazy"
)

// activationRules map operators to the activation functions that internal/flops has rules for.
var activationRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"Relu":        activation("relu"),
		"LeakyRelu":   activation("leaky-relu"),
		"PRelu":       activation("prelu"),
		"Elu":         activation("elu"),
		"Selu":        activation("elu"),
		"Celu":        activation("elu"),
		"Sigmoid":     activation("sigmoid"),
		"HardSigmoid": activation("hard-sigmoid"),
		"HardSwish":   activation("hard-swish"),
		"Swish":       activation("silu"),
		"Tanh":        activation("tanh"),
		"Softplus":    activation("softplus"),
		"Gelu":        activation("gelu"),
		"Softmax":     activation("softmax"),
		"LogSoftmax":  activation("softmax"),
		"Hardmax":     activation("softmax"),
		"Clip":        {apply: clip, least: 1},
		"Mish":        {apply: perElement(9), least: 1}, // x * tanh(softplus(x))
		"Softsign":    {apply: perElement(3), least: 1},
		"Shrink":      {apply: perElement(3), least: 1},
		"IsInf":       {apply: perElement(1), least: 1},
		"IsNaN":       {apply: perElement(1), least: 1},
		"BitwiseNot":  {apply: perElement(1), least: 1},
		"CumSum":      {apply: perElement(1), least: 1},
	}
}}

func activation(f string) rule {
	return rule{least: 1, apply: func(c *call) error {
		var weights []int
		if f == "prelu" {
			weights = []int{1} // its slopes
		}
		c.set(0, c.input(0))
		_, err := c.emit(layer.Activation{Func: f}, [][]int{c.input(0)}, weights...)
		return err
	}}
}

// clip is ReLU6 where its limits are 0 and 6. The limits are attributes before operator set 11, inputs after.
func clip(c *call) error {
	if c.constant() {
		return c.clipNumbers()
	}
	f := "clip"
	if lo, hi := c.limit("min", 1), c.limit("max", 2); lo == 0 && hi == 6 {
		f = "relu6"
	} else if lo == 0 && math.IsInf(hi, 1) {
		f = "relu"
	}
	c.set(0, c.input(0))
	_, err := c.emit(layer.Activation{Func: f}, [][]int{c.input(0)})
	return err
}

func (c *call) limit(name string, input int) float64 {
	if a, ok := c.attribute(name); ok {
		return a.f
	}
	if v := c.optional(input); v != nil {
		if !v.numbers() || v.numel() != 1 {
			return math.NaN()
		}
		return v.float(0)
	}
	return map[string]float64{"min": math.Inf(-1), "max": math.Inf(1)}[name]
}

func (c *call) clipNumbers() error {
	lo, hi := c.limit("min", 1), c.limit("max", 2)
	return foldUnary(c, func(x float64) float64 { return max(lo, min(x, hi)) })
}

// unaryRules are functions of one number, so cheap that each counts 1, which fold on small constants.
var unaryRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"Neg": unary(func(x float64) float64 { return -x }), "Abs": unary(math.Abs), "Sign": unary(sign),
		"Floor": unary(math.Floor), "Ceil": unary(math.Ceil), "Round": unary(math.RoundToEven),
		"Sqrt": unary(math.Sqrt), "Exp": unary(math.Exp), "Log": unary(math.Log), "Erf": unary(math.Erf),
		"Reciprocal": unary(func(x float64) float64 { return 1 / x }), "Not": unary(not),
		"Sin": unary(math.Sin), "Cos": unary(math.Cos), "Tan": unary(math.Tan), "Asin": unary(math.Asin),
		"Acos": unary(math.Acos), "Atan": unary(math.Atan), "Sinh": unary(math.Sinh), "Cosh": unary(math.Cosh),
		"Asinh": unary(math.Asinh), "Acosh": unary(math.Acosh), "Atanh": unary(math.Atanh), "ThresholdedRelu": unary(nil),
	}
}}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func not(x float64) float64 {
	if x == 0 {
		return 1
	}
	return 0
}

func unary(f func(float64) float64) rule {
	return rule{least: 1, apply: func(c *call) error {
		if c.constant() && f != nil {
			return foldUnary(c, f)
		}
		return perElement(1)(c)
	}}
}

// exact is the largest integer up to which floats count exactly.
const exact = 1 << 53

func foldUnary(c *call, f func(float64) float64) error {
	x := c.in[0]
	out := value{shape: x.shape}
	if !x.numbers() {
		c.put(0, out)
		return nil
	}
	for i := range x.numel() {
		y := f(x.float(i))
		switch {
		case x.ints == nil:
			out.floats = append(out.floats, x.elem.round(y))
		case math.Abs(y) <= exact && x.int(i) <= exact && x.int(i) >= -exact:
			out.ints = append(out.ints, int64(y))
		default:
			c.put(0, value{shape: x.shape})
			return nil
		}
	}
	c.put(0, out)
	return nil
}
