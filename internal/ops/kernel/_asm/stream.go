package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stream generates the kernels that are as quick as memory: sums, products
// with a factor, sums of two.
func stream() {
	for _, s := range []isa{avx512, avx2} {
		streamDot(s, "streamSum", false)
		streamDot(s, "streamDot", true)
		streamMap(s, "streamAffine", "func(dst, src *float32, n int, a, b, lo, hi float32)", "a*src[i] + b")
		streamMap(s, "streamBlend", "func(dst, src, src2 *float32, n int, a, b, lo, hi float32)", "a*src[i] + b*src2[i]")
	}
}

// streamTail is the part of a vector that is left, for loads and stores.
type streamTail struct {
	isa
	k    reg.Register
	mask reg.VecVirtual
}

// tail makes the mask of n columns, fewer than lanes.
func (s isa) tail(name string, n reg.GPVirtual) streamTail {
	t := streamTail{isa: s}
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

func (t streamTail) load(m Mem) reg.VecVirtual {
	v := t.vec()
	if t.lanes == 16 {
		VMOVUPS_Z(m, t.k, v)
	} else {
		VMASKMOVPS(m, t.mask, v)
	}
	return v
}

func (t streamTail) store(v reg.VecVirtual, m Mem) {
	if t.lanes == 16 {
		VMOVUPS(v, t.k, m)
	} else {
		VMASKMOVPS(v, t.mask, m)
	}
}

// streamDot generates a sum of elements or of products, in eight vectors of
// partial sums.
func streamDot(s isa, name string, products bool) {
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
	t := s.tail(id, n)
	v := t.load(Mem{Base: x})
	if products {
		VFMADD231PS(v, t.load(Mem{Base: y}), acc[1])
	} else {
		VADDPS(v, acc[1], acc[1])
	}
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
func (s isa) reduce(v reg.VecVirtual) {
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

// streamMap generates dst[i] = clamp(formula).
func streamMap(s isa, name, signature, formula string) {
	const unroll = 4
	id := name + s.suffix
	two := name == "streamBlend"
	TEXT(id, NOSPLIT, signature)
	Pragma("noescape")
	Doc(fmt.Sprintf("%s writes dst[i] = clamp(%s) for i < n.", id, formula))
	dst, src, n := param("dst"), param("src"), param("n")
	var src2 reg.GPVirtual
	if two {
		src2 = param("src2")
	}
	scalars := map[string]reg.VecVirtual{}
	for _, p := range []string{"a", "b", "lo", "hi"} {
		addr, err := Param(p).Resolve()
		if err != nil {
			panic(err)
		}
		scalars[p] = s.vec()
		VBROADCASTSS(addr.Addr, scalars[p])
	}
	value := func(v, w reg.VecVirtual) reg.VecVirtual {
		if two {
			VMULPS(scalars["b"], w, w)
			VFMADD231PS(scalars["a"], v, w)
			v = w
		} else {
			VFMADD213PS(scalars["b"], scalars["a"], v)
		}
		VMAXPS(v, scalars["lo"], v) // the value second: a NaN stays one
		VMINPS(v, scalars["hi"], v)
		return v
	}
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
	t := s.tail(id, n)
	v, w := t.load(Mem{Base: src}), s.vec()
	if two {
		w = t.load(Mem{Base: src2})
	}
	t.store(value(v, w), Mem{Base: dst})
	Label("done")
	VZEROUPPER()
	RET()
}
