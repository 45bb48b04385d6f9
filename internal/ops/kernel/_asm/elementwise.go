package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// elementwise generates the kernels that are as quick as memory: sums, products
// with a factor, sums of two.
func elementwise() {
	for _, s := range targets {
		elementwiseDot(s, "elementwiseSum", false)
		elementwiseDot(s, "elementwiseDot", true)
		for _, m := range elementwiseMaps {
			elementwiseMap(s, m)
		}
		elementwiseGate(s, "elementwiseLogistic", "1 / (1 + exp(-src[i]))", s.ways(), s.logistic("elementwiseLogistic"))
		elementwiseGate(s, "elementwiseErf", "erf(src[i])", s.ways(), s.erf("elementwiseErf"))
		elementwiseGate(s, "elementwiseSwish", "src[i] / (1 + exp(-src[i]))", s.ways(), s.times(s.factor("elementwiseSwish")))
		elementwiseGate(s, "elementwiseHardSwish", "src[i] * min(max(src[i]/6 + 0.5, 0), 1)", s.ways(), s.times(s.hardSigmoid("elementwiseHardSwish")))
		elementwiseGate(s, "elementwiseGelu", "src[i] * (1 + erf(src[i]/sqrt(2)))/2", s.ways(), s.times(s.normal("elementwiseGelu")))
		for _, two := range elementwisePairs {
			elementwiseGate(s, two.name, two.formula, 1, func(v []reg.VecVirtual, other func(int) reg.VecVirtual) []reg.VecVirtual {
				two.op(s, v[0], other(0))
				return v
			})
		}
	}
}

// expTerms are the coefficients of the Taylor series of e^r, the highest
// first: of degree 7, its error below ln(2)/2 is under 2^-26.
var expTerms = []float32{1. / 5040, 1. / 720, 1. / 120, 1. / 24, 1. / 6, 1. / 2, 1, 1}

// elementwiseMapping is a function of an operand, or of two, and of some numbers: op returns that of v and w.
type elementwiseMapping struct {
	name, formula string
	two           bool
	numbers       []string
	op            func(_ target, number map[string]reg.VecVirtual, v, w reg.VecVirtual) reg.VecVirtual
}

var elementwiseMaps = []elementwiseMapping{
	{"elementwiseAffine", "clamp(a*src[i] + b)", false, []string{"a", "b", "lo", "hi"}, func(_ target, number map[string]reg.VecVirtual, v, _ reg.VecVirtual) reg.VecVirtual {
		VFMADD213PS(number["b"], number["a"], v)
		return bounded(number, v)
	}},
	{"elementwiseBlend", "clamp(a*src[i] + b*src2[i])", true, []string{"a", "b", "lo", "hi"}, func(_ target, number map[string]reg.VecVirtual, v, w reg.VecVirtual) reg.VecVirtual {
		VMULPS(number["b"], w, w)
		VFMADD231PS(number["a"], v, w)
		return bounded(number, w)
	}},
	{"elementwiseLeakyBy", "max(src[i], 0) + a*min(src[i], 0)", false, []string{"a"}, func(s target, number map[string]reg.VecVirtual, v, _ reg.VecVirtual) reg.VecVirtual {
		s.leaky(v, number["a"])
		return v
	}},
}

// bounded keeps v within lo and hi.
func bounded(number map[string]reg.VecVirtual, v reg.VecVirtual) reg.VecVirtual {
	VMAXPS(v, number["lo"], v) // the value second: a NaN stays one
	VMINPS(v, number["hi"], v)
	return v
}

// leaky makes v max(v, 0) + slope*min(v, 0).
func (s target) leaky(v, slope reg.VecVirtual) {
	above, zero := s.vec(), s.vec()
	if s.lanes == 16 {
		VPXORD(zero, zero, zero)
	} else {
		VXORPS(zero, zero, zero)
	}
	VMAXPS(v, zero, above) // the value second: a NaN stays one
	VMINPS(v, zero, v)
	VFMADD213PS(above, slope, v)
}

// elementwisePair is a function of two operands: v becomes that of v and w.
type elementwisePair struct {
	name, formula string
	op            func(s target, v, w reg.VecVirtual)
}

var elementwisePairs = []elementwisePair{
	{"elementwiseProduct", "src[i]*src2[i]", func(_ target, v, w reg.VecVirtual) { VMULPS(w, v, v) }},
	{"elementwiseQuotient", "src[i]/src2[i]", func(_ target, v, w reg.VecVirtual) { VDIVPS(w, v, v) }},
	{"elementwiseLargest", "max(src[i], src2[i])", func(s target, v, w reg.VecVirtual) {
		// The maximum is the second operand where either is a NaN: of both orders, one is that NaN.
		most := s.vec()
		VMAXPS(v, w, most)
		VMAXPS(w, v, v)
		if s.lanes == 16 {
			VPORD(most, v, v)
		} else {
			VORPS(most, v, v)
		}
	}},
	{"elementwiseLeaky", "max(src[i], 0) + src2[i]*min(src[i], 0)", func(s target, v, w reg.VecVirtual) { s.leaky(v, w) }},
}

// elementwiseFunction writes what becomes of some vectors, which it may overwrite, step by step side by side: a step waits for
// the one before it, and not for those of the other vectors. other loads the second operand of a vector, of a function of two.
type elementwiseFunction func(v []reg.VecVirtual, other func(i int) reg.VecVirtual) []reg.VecVirtual

// vecs are n vectors.
func (s target) vecs(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.vec()
	}
	return v
}

// clamp keeps vectors within constants.
func (s target) clamp(x []reg.VecVirtual, low, high Mem) {
	z := s.filled(low)
	for _, v := range x {
		VMAXPS(v, z, v) // the value second: a NaN stays one
	}
	z = s.filled(high)
	for _, v := range x {
		VMINPS(v, z, v)
	}
}

// polynomial is that of z with these coefficients, the highest first.
func (s target) polynomial(c []Mem, z []reg.VecVirtual) []reg.VecVirtual {
	p := s.vecs(len(z))
	highest := s.loaded(c[0])
	for _, v := range p {
		VMOVUPS(highest, v)
	}
	for _, t := range c[1:] {
		term := s.loaded(t)
		for i := range p {
			VFMADD213PS(term, z[i], p[i])
		}
	}
	return p
}

// logistic is 1 / (1 + e^-x), with e^-x as 2^k * e^r, k whole and |r| at most ln(2)/2. The constants are called by name.
func (s target) logistic(name string) elementwiseFunction {
	c := map[string]Mem{}
	for _, k := range []struct {
		name  string
		value float32
	}{{"low", -87}, {"high", 88}, {"log2e", -1.44269504}, {"ln2", 0.693145752}, {"ln2low", 1.42860677e-06}, {"sign", float32(math.Copysign(0, -1))}} {
		c[k.name] = s.number(name+"_"+k.name, k.value)
	}
	var terms []Mem
	for i, v := range expTerms {
		terms = append(terms, s.number(fmt.Sprintf("%s_term%d", name, i), v))
	}
	one := terms[len(terms)-1]
	return func(x []reg.VecVirtual, _ func(int) reg.VecVirtual) []reg.VecVirtual {
		s.clamp(x, c["low"], c["high"])
		k, log2e := s.vecs(len(x)), s.loaded(c["log2e"])
		for i := range x {
			VMULPS(log2e, x[i], k[i])
		}
		for i := range x {
			if s.lanes == 16 {
				VRNDSCALEPS(U8(0), k[i], k[i])
			} else {
				VROUNDPS(U8(0), k[i], k[i])
			}
		}
		// The rest of -x, twice negated.
		for _, part := range []string{"ln2", "ln2low"} {
			ln2 := s.loaded(c[part])
			for i := range x {
				VFMADD231PS(ln2, k[i], x[i])
			}
		}
		sign := s.loaded(c["sign"])
		for i := range x {
			if s.lanes == 16 {
				VPXORD(sign, x[i], x[i])
			} else {
				VXORPS(sign, x[i], x[i])
			}
		}
		p := s.polynomial(terms, x)
		for i := range x {
			VCVTPS2DQ(k[i], k[i])
		}
		for i := range x {
			VPSLLD(U8(23), k[i], k[i])
		}
		for i := range x {
			VPADDD(k[i], p[i], p[i])
		}
		above := s.loaded(one)
		for i := range x {
			VADDPS(above, p[i], p[i])
		}
		z := s.filled(one)
		for _, v := range p {
			VDIVPS(v, z, v)
		}
		return p
	}
}

// exp2Terms are the coefficients of a polynomial that is 2^f where |f| is at most 1/2, the highest first: fitted to the least
// maximum error, 1.6e-7 of the value.
var exp2Terms = []float32{0.0013276472454890609, 0.009675540961325169, 0.05550713092088699, 0.24022120237350464, 0.6931469440460205, 1.0000001192092896}

// factor is logistic for what is multiplied by a number of x's size: with AVX-512 e^-x is 2^k * 2^f, and a quotient an estimate of
// 14 bits with a step of Newton's, which takes less time and errs by 2^-22 at most where the result is not small.
func (s target) factor(name string) elementwiseFunction {
	if s.lanes < 16 {
		return s.logistic(name)
	}
	low, high, log2e, one := s.number(name+"_low", -87), s.number(name+"_high", 87), s.number(name+"_log2e", -1.44269504), s.number(name+"_1", 1)
	var terms []Mem
	for i, v := range exp2Terms {
		terms = append(terms, s.number(fmt.Sprintf("%s_term%d", name, i), v))
	}
	return func(x []reg.VecVirtual, _ func(int) reg.VecVirtual) []reg.VecVirtual {
		s.clamp(x, low, high)
		k, factor := s.vecs(len(x)), s.loaded(log2e)
		for i := range x {
			VMULPS(factor, x[i], k[i])
		}
		for i := range x {
			VRNDSCALEPS(U8(0), k[i], k[i])
		}
		for i := range x {
			VFMSUB132PS(factor, k[i], x[i])
		}
		p := s.polynomial(terms, x)
		for i := range p {
			VSCALEFPS(k[i], p[i], p[i])
		}
		unit := s.loaded(one)
		for i := range p {
			VADDPS(unit, p[i], p[i])
		}
		for i := range p {
			VRCP14PS(p[i], k[i])
		}
		for i := range p {
			VFNMADD213PS(unit, k[i], p[i]) // 1 - py
		}
		for i := range p {
			VFMADD213PS(k[i], k[i], p[i]) // y + y(1 - py)
		}
		return p
	}
}

// erfTerms are the coefficients of the even polynomial q, the highest first, for which erf(x) is about
// 2/(1+e^(-x q(x^2))) - 1 where |x| <= 4, beyond which erf is 1 within 2e-8: fitted to the least maximum error, 1e-7.
var erfTerms = []float32{3.17961479368023e-07, -1.1971997082582675e-05, 0.00017942841805052012, -0.0012514465488493443, -0.00036875996738672256, 0.20553095638751984, 2.2567594051361084}

// erf is the error function.
func (s target) erf(name string) elementwiseFunction {
	argument, logistic := s.erfArgument(name), s.logistic(name)
	one, two := s.number(name+"_one", 1), s.number(name+"_two", 2)
	return func(x []reg.VecVirtual, _ func(int) reg.VecVirtual) []reg.VecVirtual {
		y := logistic(argument(x, nil), nil)
		z, twice := s.filled(one), s.loaded(two)
		for _, v := range y {
			VFMSUB132PS(twice, z, v)
		}
		return y
	}
}

// erfArgument is x q(x^2), with x kept within -4 and 4.
func (s target) erfArgument(name string) elementwiseFunction {
	low, high := s.number(name+"_least", -4), s.number(name+"_most", 4)
	var q []Mem
	for i, v := range erfTerms {
		q = append(q, s.number(fmt.Sprintf("%s_q%d", name, i), v))
	}
	return func(x []reg.VecVirtual, _ func(int) reg.VecVirtual) []reg.VecVirtual {
		s.clamp(x, low, high)
		z := s.vecs(len(x))
		for i := range x {
			VMULPS(x[i], x[i], z[i])
		}
		p := s.polynomial(q, z)
		for i := range x {
			VMULPS(p[i], x[i], x[i])
		}
		return x
	}
}

// times is x f(x).
func (s target) times(f elementwiseFunction) elementwiseFunction {
	return func(x []reg.VecVirtual, other func(int) reg.VecVirtual) []reg.VecVirtual {
		y := s.vecs(len(x))
		for i := range x {
			VMOVAPS(x[i], y[i])
		}
		y = f(y, other)
		for i := range x {
			VMULPS(x[i], y[i], y[i])
		}
		return y
	}
}

// hardSigmoid is x/6 + 1/2, kept within 0 and 1.
func (s target) hardSigmoid(name string) elementwiseFunction {
	sixth, half := s.number(name+"_sixth", 1./6), s.number(name+"_half", 0.5)
	zero, one := s.number(name+"_zero", 0), s.number(name+"_one", 1)
	return func(x []reg.VecVirtual, _ func(int) reg.VecVirtual) []reg.VecVirtual {
		y, start, factor := s.vecs(len(x)), s.loaded(half), s.loaded(sixth)
		for i := range x {
			VMOVUPS(start, y[i])
			VFMADD231PS(factor, x[i], y[i])
		}
		s.clamp(y, zero, one)
		return y
	}
}

// normal is the distribution of the standard normal, (1 + erf(x/sqrt(2)))/2: of the error function's form it is the logistic
// part.
func (s target) normal(name string) elementwiseFunction {
	scale := s.number(name+"_scale", math.Sqrt2/2)
	argument, logistic := s.erfArgument(name), s.factor(name)
	return func(x []reg.VecVirtual, _ func(int) reg.VecVirtual) []reg.VecVirtual {
		factor := s.loaded(scale)
		for _, v := range x {
			VMULPS(factor, v, v)
		}
		return logistic(argument(x, nil), nil)
	}
}

// elementwiseGate generates dst[i] = a function of src[i], or of src[i] and src2[i] where the formula says so, ways vectors at a
// time.
func elementwiseGate(s target, name, formula string, ways int, function elementwiseFunction) {
	id := name + s.suffix
	product := strings.Contains(formula, "src2")
	signature := "func(dst, src *float32, n int)"
	if product {
		signature = "func(dst, src, src2 *float32, n int)"
	}
	TEXT(id, NOSPLIT, signature)
	Pragma("noescape")
	Doc(fmt.Sprintf("%s writes dst[i] = %s for i < n.", id, formula))
	dst, src, n := param("dst"), param("src"), param("n")
	var src2 reg.GPVirtual
	if product {
		src2 = param("src2")
	}
	whole := func(ways int) {
		v := s.vecs(ways)
		for i := range v {
			VMOVUPS(Mem{Base: src, Disp: i * s.bytes()}, v[i])
		}
		v = function(v, func(i int) reg.VecVirtual {
			w := s.vec()
			VMOVUPS(Mem{Base: src2, Disp: i * s.bytes()}, w)
			return w
		})
		for i := range v {
			VMOVUPS(v[i], Mem{Base: dst, Disp: i * s.bytes()})
		}
		ADDQ(I32(ways*s.bytes()), src)
		ADDQ(I32(ways*s.bytes()), dst)
		if product {
			ADDQ(I32(ways*s.bytes()), src2)
		}
	}
	SUBQ(I8(ways*s.lanes), n)
	JLT(LabelRef("few"))
	Label("loop")
	whole(ways)
	SUBQ(I8(ways*s.lanes), n)
	JGE(LabelRef("loop"))
	Label("few")
	ADDQ(I8((ways-1)*s.lanes), n)
	JLT(LabelRef("rest"))
	Label("one")
	whole(1)
	SUBQ(I8(s.lanes), n)
	JGE(LabelRef("one"))
	Label("rest")
	ADDQ(I8(s.lanes), n)
	JZ(LabelRef("done"))
	s.tails(id, n, "done", func(t elementwiseTail) {
		v := function([]reg.VecVirtual{t.load(Mem{Base: src})}, func(int) reg.VecVirtual { return t.load(Mem{Base: src2}) })
		t.store(v[0], Mem{Base: dst})
	})
	Label("done")
	VZEROUPPER()
	RET()
}

// ways is how many vectors a function of many steps takes side by side: their registers are 32, or 16.
func (s target) ways() int { return s.lanes / 4 }

// elementwiseTail is the part of a vector that is left, for loads and stores.
type elementwiseTail struct {
	target
	k    reg.Register
	mask reg.VecVirtual
	some int // arm64: how many there are
}

// tails generates what is done with the n columns that are left, fewer than lanes, and then goes to the label done: once
// with a mask or, where there are none, for each number of them.
func (s target) tails(name string, n reg.GPVirtual, done string, body func(t elementwiseTail)) {
	if s.lanes != neon.lanes {
		body(s.tail(name, n))
		return
	}
	for some := 1; some < s.lanes; some++ {
		next := fmt.Sprintf("more%d", some)
		if some < s.lanes-1 {
			CMPQ(n, I8(some))
			JNE(LabelRef(next))
		}
		body(elementwiseTail{target: s, some: some})
		if some < s.lanes-1 {
			JMP(LabelRef(done))
			Label(next)
		}
	}
}

// tail makes the mask of n columns, fewer than lanes.
func (s target) tail(name string, n reg.GPVirtual) elementwiseTail {
	t := elementwiseTail{target: s}
	if s.lanes == 16 {
		ones := GP64()
		MOVQ(I32(-1), ones)
		BZHIQ(n, ones, ones)
		t.k = K()
		KMOVW(ones.As32(), t.k)
		return t
	}
	table, left := GP64(), GP64()
	LEAQ(maskTable(name+"_masks"), table)
	MOVQ(n, left)
	NEGQ(left)
	t.mask = s.vec()
	VMOVUPS(Mem{Base: table, Index: left, Scale: 4, Disp: 32}, t.mask)
	return t
}

func (t elementwiseTail) load(m Mem) reg.VecVirtual {
	v := t.vec()
	switch {
	case t.some > 0:
		loadSome(t.some, m, v)
	case t.lanes == 16:
		VMOVUPS_Z(m, t.k, v)
	default:
		VMASKMOVPS(m, t.mask, v)
	}
	return v
}

func (t elementwiseTail) store(v reg.VecVirtual, m Mem) {
	switch {
	case t.some > 0:
		storeSome(t.some, v, m)
	case t.lanes == 16:
		VMOVUPS(v, t.k, m)
	default:
		VMASKMOVPS(v, t.mask, m)
	}
}

// elementwiseDot generates a sum of elements or of products, in eight vectors of
// partial sums.
func elementwiseDot(s target, name string, products bool) {
	const chains = 8
	id := name + s.suffix
	signature, doc := "func(x *float32, n int) float32", "the sum of n elements"
	if products {
		signature, doc = "func(x, y *float32, n int) float32", "the sum of n products x[i]*y[i]"
	}
	TEXT(id, NOSPLIT, signature)
	Pragma("noescape")
	Doc(id + " returns " + doc + ".")
	x, n := param("x"), param("n")
	var y reg.GPVirtual
	if products {
		y = param("y")
	}
	acc := make([]reg.VecVirtual, chains)
	for i := range acc {
		acc[i] = s.vec()
		VXORPS(acc[i].AsY(), acc[i].AsY(), acc[i].AsY())
	}
	add := func(i, disp int) {
		m := Mem{Base: x, Disp: disp}
		if !products {
			VADDPS(m, acc[i], acc[i])
			return
		}
		v := s.vec()
		VMOVUPS(m, v)
		VFMADD231PS(Mem{Base: y, Disp: disp}, v, acc[i])
	}
	step := func(bytes int) {
		ADDQ(I32(bytes), x)
		if products {
			ADDQ(I32(bytes), y)
		}
	}
	SUBQ(I32(chains*s.lanes), n)
	JLT(LabelRef("few"))
	Label("loop")
	for i := range acc {
		add(i, i*s.bytes())
	}
	step(chains * s.bytes())
	SUBQ(I32(chains*s.lanes), n)
	JGE(LabelRef("loop"))
	Label("few")
	ADDQ(I32((chains-1)*s.lanes), n)
	JLT(LabelRef("rest"))
	Label("one")
	add(0, 0)
	step(s.bytes())
	SUBQ(I8(s.lanes), n)
	JGE(LabelRef("one"))
	Label("rest")
	ADDQ(I8(s.lanes), n)
	JZ(LabelRef("total"))
	s.tails(id, n, "total", func(t elementwiseTail) {
		v := t.load(Mem{Base: x})
		if products {
			VFMADD231PS(v, t.load(Mem{Base: y}), acc[1])
		} else {
			VADDPS(v, acc[1], acc[1])
		}
	})
	Label("total")
	for d := chains / 2; d > 0; d /= 2 {
		for i := range d {
			VADDPS(acc[i+d], acc[i], acc[i])
		}
	}
	s.reduce(acc[0])
	Store(acc[0].AsX(), ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// reduce adds up the lanes of v in its first.
func (s target) reduce(v reg.VecVirtual) {
	if s.lanes == neon.lanes {
		addPairs(v, v, v)
		addPairs(v, v, v)
		return
	}
	if s.lanes == 16 {
		h := YMM()
		VEXTRACTF64X4(U8(1), v, h)
		VADDPS(h, v.AsY(), v.AsY())
	}
	q := XMM()
	VEXTRACTF128(U8(1), v.AsY(), q)
	VADDPS(q, v.AsX(), v.AsX())
	VMOVHLPS(v.AsX(), v.AsX(), q)
	VADDPS(q, v.AsX(), v.AsX())
	VMOVSHDUP(v.AsX(), q)
	VADDSS(q, v.AsX(), v.AsX())
}

// elementwiseMap generates dst[i] = the formula.
func elementwiseMap(s target, m elementwiseMapping) {
	const unroll = 4
	id, two := m.name+s.suffix, m.two
	signature := "func(dst, src *float32, n int, "
	if two {
		signature = "func(dst, src, src2 *float32, n int, "
	}
	TEXT(id, NOSPLIT, signature+strings.Join(m.numbers, ", ")+" float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s writes dst[i] = %s for i < n.", id, m.formula))
	dst, src, n := param("dst"), param("src"), param("n")
	var src2 reg.GPVirtual
	if two {
		src2 = param("src2")
	}
	number := map[string]reg.VecVirtual{}
	for _, p := range m.numbers {
		addr, err := Param(p).Resolve()
		if err != nil {
			panic(err)
		}
		number[p] = s.vec()
		VBROADCASTSS(addr.Addr, number[p])
	}
	value := func(v, w reg.VecVirtual) reg.VecVirtual { return m.op(s, number, v, w) }
	whole := func(disp int) {
		v, w := s.vec(), s.vec()
		VMOVUPS(Mem{Base: src, Disp: disp}, v)
		if two {
			VMOVUPS(Mem{Base: src2, Disp: disp}, w)
		}
		VMOVUPS(value(v, w), Mem{Base: dst, Disp: disp})
	}
	step := func(bytes int) {
		for _, p := range []reg.GPVirtual{dst, src} {
			ADDQ(I32(bytes), p)
		}
		if two {
			ADDQ(I32(bytes), src2)
		}
	}
	SUBQ(I8(unroll*s.lanes), n)
	JLT(LabelRef("few"))
	Label("loop")
	for i := range unroll {
		whole(i * s.bytes())
	}
	step(unroll * s.bytes())
	SUBQ(I8(unroll*s.lanes), n)
	JGE(LabelRef("loop"))
	Label("few")
	ADDQ(I8((unroll-1)*s.lanes), n)
	JLT(LabelRef("rest"))
	Label("one")
	whole(0)
	step(s.bytes())
	SUBQ(I8(s.lanes), n)
	JGE(LabelRef("one"))
	Label("rest")
	ADDQ(I8(s.lanes), n)
	JZ(LabelRef("done"))
	s.tails(id, n, "done", func(t elementwiseTail) {
		v, w := t.load(Mem{Base: src}), s.vec()
		if two {
			w = t.load(Mem{Base: src2})
		}
		t.store(value(v, w), Mem{Base: dst})
	})
	Label("done")
	VZEROUPPER()
	RET()
}

// columns walks through n columns of rows that stand in memory: whole vectors of them first, each down all the rows, the tail last,
// behind which the caller puts the label done. down's loads and stores are of one vector, or of the part of it that the tail has.
func (s target) columns(name string, dst, src, n reg.GPVirtual, down func(id string, load func(m Mem) reg.VecVirtual, store func(v reg.VecVirtual, m Mem))) {
	SUBQ(I8(s.lanes), n)
	JLT(LabelRef("rest"))
	Label("columns")
	down("whole", func(m Mem) reg.VecVirtual {
		v := s.vec()
		VMOVUPS(m, v)
		return v
	}, func(v reg.VecVirtual, m Mem) { VMOVUPS(v, m) })
	ADDQ(I8(s.bytes()), dst)
	ADDQ(I8(s.bytes()), src)
	SUBQ(I8(s.lanes), n)
	JGE(LabelRef("columns"))
	Label("rest")
	ADDQ(I8(s.lanes), n)
	JZ(LabelRef("done"))
	s.tails(name, n, "done", func(t elementwiseTail) { down(fmt.Sprint("tail", t.some), t.load, t.store) })
}
