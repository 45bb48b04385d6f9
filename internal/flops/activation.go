package flops

import (
	"maps"
	"slices"
	"strconv"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/shape"
)

// perActivation is the FLOPs of one element: comparisons, additions, products, divisions and each transcendental
// function count 1. Sigmoid is 1/(1+exp(-x)): a negation, an exponential, an addition and a division.
var perActivation = lazy.Value[map[string]int]{Make: func() map[string]int {
	return map[string]int{
		"relu":         1, // a comparison
		"relu6":        2,
		"clip":         2,
		"leaky-relu":   2, // a comparison, a product
		"prelu":        2,
		"elu":          4, // a comparison, exp, a subtraction, a product
		"sigmoid":      4,
		"hard-sigmoid": 4, // a product, an addition, two comparisons
		"silu":         5, // sigmoid, a product
		"hard-swish":   5,
		"tanh":         5, // (e-1)/(e+1), e = exp(2x)
		"softplus":     3, // log(1+exp(x))
		"gelu":         5, // x/2*(1+erf(x/sqrt 2))
		"softmax":      5, // a comparison, a subtraction, exp, an addition, a division
	}
}}

// activation: so many FLOPs an element, by function.
func activation(st layer.Stage, s shape.Stage) ([]cost, error) {
	f := st.Op.(layer.Activation).Func
	n, ok := perActivation.Get()[f]
	if !ok {
		return nil, lang.Errorf("no rule for the activation %q; there is one for %s", f, lang.List(Activations()))
	}
	return []cost{{extra: Sum{Term{by(strconv.Itoa(n), n)}.times(output(s.Output)...)}}}, nil
}

// Activations lists the functions that have a rule.
func Activations() []string { return slices.Sorted(maps.Keys(perActivation.Get())) }
