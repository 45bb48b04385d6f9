package array

import (
	"math"

	"convx/internal/lazy"
	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// parameter is a number that a function takes from an attribute.
type parameter struct {
	name      string
	otherwise float64
}

// function is an operator on single floats: of x and up to two parameters.
type function struct {
	name       string
	doc        string
	parameters []parameter
	f          func(x, a, b float64) float64
}

func plain(f func(float64) float64) func(x, a, b float64) float64 {
	return func(x, _, _ float64) float64 { return f(x) }
}

// functions are the operators on single floats.
var functions = lazy.Value[[]function]{Make: func() []function {
	return []function{
		{"Exp", "e^x", nil, plain(math.Exp)},
		{"Log", "natural logarithm", nil, plain(math.Log)},
		{"Sqrt", "square root", nil, plain(math.Sqrt)},
		{"Reciprocal", "1 / x", nil, func(x, _, _ float64) float64 { return 1 / x }},
		{"Erf", "error function", nil, plain(math.Erf)},
		{"Floor", "next integer below", nil, plain(math.Floor)},
		{"Ceil", "next integer above", nil, plain(math.Ceil)},
		{"Round", "nearest integer, halves to the even one", nil, plain(math.RoundToEven)},
		{"Sin", "sine", nil, plain(math.Sin)},
		{"Cos", "cosine", nil, plain(math.Cos)},
		{"Tan", "tangent", nil, plain(math.Tan)},
		{"Asin", "arc sine", nil, plain(math.Asin)},
		{"Acos", "arc cosine", nil, plain(math.Acos)},
		{"Atan", "arc tangent", nil, plain(math.Atan)},
		{"Sinh", "hyperbolic sine", nil, plain(math.Sinh)},
		{"Cosh", "hyperbolic cosine", nil, plain(math.Cosh)},
		{"Tanh", "hyperbolic tangent", nil, plain(math.Tanh)},
		{"Asinh", "inverse hyperbolic sine", nil, plain(math.Asinh)},
		{"Acosh", "inverse hyperbolic cosine", nil, plain(math.Acosh)},
		{"Atanh", "inverse hyperbolic tangent", nil, plain(math.Atanh)},
		{"Sigmoid", "1 / (1 + e^-x)", nil, plain(sigmoid)},
		{"LeakyRelu", "x, times alpha where negative", []parameter{{"alpha", 0.01}}, leaky},
		{"ThresholdedRelu", "x where above alpha, else 0", []parameter{{"alpha", 1}}, thresholded},
		{"Elu", "x, or alpha (e^x - 1) where negative", []parameter{{"alpha", 1}}, elu},
		{"Selu", "gamma times Elu of alpha", []parameter{{"alpha", 1.67326319217681884765625}, {"gamma", 1.05070102214813232421875}}, selu},
		{"Celu", "x, or alpha (e^(x/alpha) - 1) where negative", []parameter{{"alpha", 1}}, celu},
		{"HardSigmoid", "alpha x + beta within 0 and 1", []parameter{{"alpha", 0.2}, {"beta", 0.5}}, hardSigmoid},
		{"HardSwish", "x times x/6 + 1/2 within 0 and 1", nil, func(x, _, _ float64) float64 { return x * hardSigmoid(x, 1./6, 0.5) }},
		{"Softplus", "ln(1 + e^x)", nil, plain(softplus)},
		{"Softsign", "x / (1 + |x|)", nil, func(x, _, _ float64) float64 { return x / (1 + math.Abs(x)) }},
		{"Mish", "x tanh(ln(1 + e^x))", nil, func(x, _, _ float64) float64 { return x * math.Tanh(softplus(x)) }},
		{"Swish", "x / (1 + e^(-alpha x))", []parameter{{"alpha", 1}}, func(x, a, _ float64) float64 { return x * sigmoid(a*x) }},
	}
}}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func leaky(x, a, _ float64) float64 {
	if x < 0 {
		return a * x
	}
	return x
}

func thresholded(x, a, _ float64) float64 {
	if x > a || x != x {
		return x
	}
	return 0
}

func elu(x, a, _ float64) float64 {
	if x < 0 {
		return a * math.Expm1(x)
	}
	return x
}

func selu(x, a, b float64) float64 { return b * elu(x, a, 0) }

func celu(x, a, _ float64) float64 {
	return math.Max(0, x) + math.Min(0, a*math.Expm1(x/a))
}

func hardSigmoid(x, a, b float64) float64 { return math.Max(0, math.Min(1, a*x+b)) }

// softplus does not overflow where e^x does.
func softplus(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

// geluTanh is the approximation by tanh (Hendrycks & Gimpel, Gaussian Error Linear Units, 2016).
func geluTanh(x, _, _ float64) float64 {
	return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
}

func gelu(x, _, _ float64) float64 { return 0.5 * x * (1 + math.Erf(x/math.Sqrt2)) }

// unaries are the rows of functions, and the operators on single numbers that integers have too.
func unaries() []Operator {
	return append(rowsOf(functions.Get()),
		Operator{Name: "Gelu", Inputs: one, Outputs: one, Elems: floats, InPlace: 1, Doc: "x Phi(x), or its approximation by tanh", run: runGelu},
		Operator{Name: "Shrink", Inputs: one, Outputs: one, Elems: numbers, InPlace: 1, Doc: "x moved toward zero by bias where beyond lambd, else 0", run: shrink},
		simple("Abs", "absolute value", numbers, numeric{onEach(absolute[float32]), onEach(absolute[float64]), onEach(absolute[int64]), onEach(itself[uint64])}),
		simple("Neg", "-x", floats|signed, numeric{onEach(negative[float32]), onEach(negative[float64]), onEach(negative[int64]), nil}),
		simple("Sign", "-1, 0 or 1", numbers, numeric{onEach(sign[float32]), onEach(sign[float64]), onEach(sign[int64]), onEach(sign[uint64])}),
		simple("Relu", "x, or 0 where negative", numbers, numeric{reluRow, onEach(relu[float64]), onEach(relu[int64]), onEach(itself[uint64])}),
		simple("BitwiseNot", "every bit turned", signed|unsigned, numeric{i64: onEach(turned[int64]), u64: onEach(turned[uint64])}),
	)
}

func simple(name, doc string, of Elems, n numeric) Operator {
	return Operator{Name: name, Inputs: one, Outputs: one, Elems: of, InPlace: 1, Doc: doc, run: n.run}
}

func rowsOf(functions []function) []Operator {
	rows := make([]Operator, len(functions))
	for i := range functions {
		f := &functions[i]
		rows[i] = Operator{Name: f.name, Inputs: one, Outputs: one, Elems: floats, InPlace: 1, Doc: f.doc, run: f.run}
	}
	return rows
}

// run applies the function to every element, in float64.
func (f *function) run(c *Call) {
	var p [2]float64
	for i, parameter := range f.parameters {
		p[i] = c.float(parameter.name, parameter.otherwise)
	}
	apply(c, f.name, f.f, p[0], p[1])
}

// apply writes f of every element, by the loop of that name where there is one.
func apply(c *Call, name string, f func(x, a, b float64) float64, a, b float64) {
	out := c.typed(0, c.In[0].Shape)
	switch c.elem {
	case tensor.Float32:
		o, x := data[float32](c, out), data[float32](c, c.In[0])
		if fast, ok := vectorFunctions.Get()[name]; ok {
			fast(o, x, float32(a), float32(b))
			return
		}
		for i, v := range x {
			o[i] = float32(f(float64(v), a, b))
		}
	case tensor.Float64:
		o := data[float64](c, out)
		for i, v := range data[float64](c, c.In[0]) {
			o[i] = f(v, a, b)
		}
	}
}

func runGelu(c *Call) {
	if c.text("approximate", "none", "tanh") == "tanh" {
		apply(c, "", geluTanh, 0, 0)
		return
	}
	apply(c, "Gelu", gelu, 0, 0)
}

// onEach applies f to every element.
func onEach[T number](f func(T) T) func(*Call) {
	return func(c *Call) {
		out := data[T](c, c.typed(0, c.In[0].Shape))
		for i, v := range data[T](c, c.In[0]) {
			out[i] = f(v)
		}
	}
}

func itself[T number](v T) T { return v }

func absolute[T float32 | float64 | int64](v T) T {
	if v < 0 {
		return -v
	}
	return v + 0 // not -0
}

func negative[T float32 | float64 | int64](v T) T { return -v }

func sign[T number](v T) T {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return T(0) - 1
	}
	return v
}

func relu[T float64 | int64](v T) T {
	if v < 0 {
		return 0
	}
	return v
}

func reluRow(c *Call) {
	kernel.Best().Affine(data[float32](c, c.typed(0, c.In[0].Shape)), data[float32](c, c.In[0]), 1, 0, 0, inf)
}

func turned[T int64 | uint64](v T) T { return ^v }

// shrink computes integers in float64, as its parameters are.
func shrink(c *Call) {
	bias, lambda := c.float("bias", 0), c.float("lambd", 0.5)
	f := func(v float64) float64 {
		switch {
		case v < -lambda:
			return v + bias
		case v > lambda:
			return v - bias
		}
		return 0
	}
	numeric{each64[float32](f), each64[float64](f), each64[int64](f), each64[uint64](f)}.run(c)
}

func each64[T number](f func(float64) float64) func(*Call) {
	return onEach(func(v T) T { return T(f(float64(v))) })
}
