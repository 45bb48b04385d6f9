package infer

import (
	"math"

	"convx/internal/network"
)

// link is one operator: y = f(y), or y = f(y, operand).
type link struct {
	kind       linkKind
	a, b       float32
	lo, hi     float32
	other      int  // a value; None for f of one argument
	otherFirst bool // f(operand, y): of a difference or a quotient
}

type linkKind uint8

const (
	affine   linkKind = iota // clamp(a*y + b)
	blend                    // clamp(a*y + b*operand)
	product                  // y * operand
	quotient                 // y / operand
	logistic
	hyperbolic // tanh
	hardSwish
	swish  // y / (1 + e^-y)
	gelu   // y (1 + erf(y/sqrt(2)))/2
	leaky  // y < 0: a*y
	sloped // y < 0: y * operand
	root
	absolute
	reciprocal
	square
	errorFunction
)

var (
	noLow  = float32(math.Inf(-1))
	noHigh = float32(math.Inf(1))
)

// unaryLink is the operator as a link; ok is false if it is none.
func (net *Network) unaryLink(n *node) (l link, ok bool) {
	l = link{kind: affine, a: 1, lo: noLow, hi: noHigh, other: network.None}
	switch n.op {
	case "Relu":
		l.lo = 0
	case "Clip":
		return net.clipLink(n)
	case "Neg":
		l.a = -1
	case "HardSigmoid":
		l.a, l.b, l.lo, l.hi = float32(n.floatOr("alpha", 0.2)), float32(n.floatOr("beta", 0.5)), 0, 1
	case "HardSwish":
		l.kind = hardSwish
	case "Gelu":
		l.kind = gelu
		return l, n.stringOr("approximate", "none") == "none"
	case "LeakyRelu":
		l.kind, l.a = leaky, float32(n.floatOr("alpha", 0.01))
	case "Sigmoid":
		l.kind = logistic
	case "Tanh":
		l.kind = hyperbolic
	case "Sqrt":
		l.kind = root
	case "Abs":
		l.kind = absolute
	case "Reciprocal":
		l.kind = reciprocal
	case "Erf":
		l.kind = errorFunction
	default:
		return l, false
	}
	return l, true
}

// clipLink: bounds are attributes before operator set 11, inputs since; those of a missing input are none.
func (net *Network) clipLink(n *node) (l link, ok bool) {
	l = link{kind: affine, a: 1, lo: noLow, hi: noHigh, other: network.None}
	if n.version < 11 {
		l.lo, l.hi = float32(n.floatOr("min", math.Inf(-1))), float32(n.floatOr("max", math.Inf(1)))
		return l, l.lo <= l.hi
	}
	for i, bound := range []*float32{&l.lo, &l.hi} {
		if v := n.input(1 + i); v != network.None {
			x, known := net.number(v)
			if !known {
				return l, false
			}
			*bound = float32(x)
		}
	}
	return l, l.lo <= l.hi
}

// binaryLink is the operator as a link of the value that it reads as its input base.
func (net *Network) binaryLink(n *node, base int) (l link, ok bool) {
	other := n.in[1-base]
	l = link{kind: affine, a: 1, lo: noLow, hi: noHigh, other: network.None}
	x, isNumber := net.number(other)
	f := float32(x)
	switch n.op {
	case "Add":
		l.b = f
		if !isNumber {
			l.kind, l.b, l.other = blend, 1, other
		}
	case "Sub":
		switch {
		case isNumber && base == 0:
			l.b = -f
		case isNumber:
			l.a, l.b = -1, f
		case base == 0:
			l.kind, l.b, l.other = blend, -1, other
		default:
			l.kind, l.a, l.b, l.other = blend, -1, 1, other
		}
	case "Mul":
		l.a = f
		if !isNumber {
			l.kind, l.other = product, other
		}
	case "Div":
		switch {
		case base == 0 && isNumber && exactReciprocal(f):
			l.a = 1 / f
		default:
			l.kind, l.other, l.otherFirst = quotient, other, base == 1
		}
	case "PRelu":
		if base != 0 {
			return l, false
		}
		l.kind, l.a = leaky, f
		if !isNumber {
			l.kind, l.other = sloped, other
		}
	case "Pow":
		if base != 0 || !isNumber || x != 2 {
			return l, false
		}
		l.kind = square
	default:
		return l, false
	}
	return l, true
}

// exactReciprocal tells whether multiplying by 1/f is dividing by f: f is a power of two.
func exactReciprocal(f float32) bool {
	frac, _ := math.Frexp(float64(f))
	return math.Abs(frac) == 0.5
}
