package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// resize generates the mixing of pairs of a row's elements. Where the pairs of
// a vector stand close together they are permuted out of two vectors; any
// others are gathered.
func resize() {
	resizeRow(avx512, "resizeNear", true)
	resizeRow(avx512, "resizeFar", false)
	resizeRow(avx2, "resizeFar", false)
}

// The table of one vector: a header of 16 words (the first element, and masks
// of the second elements and of the columns that exist), then vectors.
const resizeHeader = 64

func resizeRow(s target, name string, near bool) {
	id := name + s.suffix
	TEXT(id, NOSPLIT, "func(dst, src *float32, table *uint32, n int, lo, hi float32)")
	Pragma("noescape")
	Doc(id + " mixes pairs of elements of a row into n others; see Resize.")
	dst, src, table, n := param("dst"), param("src"), param("table"), param("n")
	low, high := s.vec(), s.vec()
	for i, v := range []reg.VecVirtual{low, high} {
		addr, err := Param([]string{"lo", "hi"}[i]).Resolve()
		if err != nil {
			panic(err)
		}
		VBROADCASTSS(addr.Addr, v)
	}
	at := func(i int) Mem { return Mem{Base: table, Disp: resizeHeader + i*s.bytes()} }
	from := GP64()
	kHi, kOut, kAll := K(), K(), K()

	Label("loop")
	MOVLQSX(Mem{Base: table}, from)
	LEAQ(Mem{Base: src, Index: from, Scale: 4}, from)
	a, b, ia, ib := s.vec(), s.vec(), s.vec(), s.vec()
	VMOVUPS(at(0), ia)
	VMOVUPS(at(1), ib)
	switch {
	case near:
		v, w := s.vec(), s.vec()
		VMOVUPS(Mem{Base: from}, v)
		VMOVUPS(Mem{Base: from, Disp: 64}, w)
		VPERMI2PS(w, v, ia)
		VPERMI2PS(w, v, ib)
		a, b = ia, ib
	case s.lanes == 16:
		KXNORW(kAll, kAll, kAll)
		VPXORD(a, a, a)
		VGATHERDPS(Mem{Base: from, Index: ia, Scale: 4}, kAll, a)
		KXNORW(kAll, kAll, kAll)
		VPXORD(b, b, b)
		VGATHERDPS(Mem{Base: from, Index: ib, Scale: 4}, kAll, b)
	default:
		ones := s.vec()
		VPCMPEQD(ones, ones, ones)
		VXORPS(a, a, a)
		VGATHERDPS(ones, Mem{Base: from, Index: ia, Scale: 4}, a)
		VPCMPEQD(ones, ones, ones)
		VXORPS(b, b, b)
		VGATHERDPS(ones, Mem{Base: from, Index: ib, Scale: 4}, b)
	}
	VMULPS(at(2), a, a)
	if s.lanes == 16 {
		KMOVW(Mem{Base: table, Disp: 4}, kHi)
		VFMADD231PS(at(3), b, kHi, a)
	} else {
		VFMADD231PS(at(3), b, a)
	}
	VMAXPS(a, low, a) // the value second: a NaN stays one
	VMINPS(a, high, a)
	if s.lanes == 16 {
		KMOVW(Mem{Base: table, Disp: 8}, kOut)
		VMOVUPS(a, kOut, Mem{Base: dst})
		ADDQ(I32(resizeHeader+4*s.bytes()), table)
	} else {
		CMPQ(n, I8(s.lanes))
		JLT(LabelRef("tail"))
		VMOVUPS(a, Mem{Base: dst})
		JMP(LabelRef("next"))
		Label("tail")
		m := s.vec()
		VMOVUPS(at(4), m)
		VMASKMOVPS(a, m, Mem{Base: dst})
		Label("next")
		ADDQ(I32(resizeHeader+5*s.bytes()), table)
	}
	ADDQ(I8(s.bytes()), dst)
	SUBQ(I8(s.lanes), n)
	JG(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
