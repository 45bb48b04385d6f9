package infer

import (
	"math"
	"slices"

	"convx/internal/network"
)

// gate is a function of one value as models write it: links of which one multiplies by the value that the first reads.
type gate struct {
	kind    linkKind
	pattern []linkPattern
}

type linkPattern func(net *Network, l *link) bool

// gates lists them.
var gates = []gate{
	{swish, []linkPattern{isKind(logistic), isKind(product)}},
	{hardSwish, []linkPattern{isAffine(1./6, 0.5, 0, 1), isKind(product)}},
	{gelu, []linkPattern{isRootHalf, isKind(errorFunction), isLinear(1, 1), isKind(product), isLinear(0.5, 0)}},
	{gelu, []linkPattern{isRootHalf, isKind(errorFunction), isLinear(0.5, 0.5), isKind(product)}},
}

func isKind(k linkKind) linkPattern { return func(_ *Network, l *link) bool { return l.kind == k } }

// isLinear is ay + b without bounds, the numbers within what float32 makes of them.
func isLinear(a, b float64) linkPattern { return isAffine(a, b, math.Inf(-1), math.Inf(1)) }

func isAffine(a, b, lo, hi float64) linkPattern {
	near := func(f float32, want float64) bool { return math.Abs(float64(f)-want) < 1e-6 }
	return func(_ *Network, l *link) bool {
		return l.kind == affine && near(l.a, a) && near(l.b, b) && float64(l.lo) == lo && float64(l.hi) == hi
	}
}

// isRootHalf is y/sqrt(2), as a quotient or as a product.
func isRootHalf(net *Network, l *link) bool {
	if l.kind == quotient && !l.otherFirst {
		root, ok := net.number(l.other)
		return ok && math.Abs(root-math.Sqrt2) < 1e-6
	}
	return isLinear(math.Sqrt2/2, 0)(net, l)
}

// simplify makes fewer links that do the same: one of a gate, and none of a clamp after what can clamp itself. The operands
// follow.
func (net *Network) simplify(links []link, in []int) ([]link, []int) {
	for _, g := range gates {
		if net.isGate(g, links, in) {
			return []link{{kind: g.kind, lo: noLow, hi: noHigh, other: network.None}}, in[:1]
		}
	}
	n := len(links)
	if n < 2 || links[n-1].kind != affine || links[n-1].a != 1 || links[n-1].b != 0 {
		return links, in
	}
	if before := links[n-2]; (before.kind == affine || before.kind == blend) && before.lo == noLow && before.hi == noHigh {
		before.lo, before.hi = links[n-1].lo, links[n-1].hi
		links = append(slices.Clone(links[:n-2]), before)
	}
	return links, in
}

func (net *Network) isGate(g gate, links []link, in []int) bool {
	if len(links) != len(g.pattern) {
		return false
	}
	operand := 0
	for i := range links {
		l := &links[i]
		if l.other != network.None {
			operand++
		}
		if !g.pattern[i](net, l) || l.kind == product && in[operand] != in[0] {
			return false
		}
	}
	return true
}
