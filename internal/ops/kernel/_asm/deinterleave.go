package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// deinterleave generates the parting of pixels into a row for each of their elements, of which a few are taken four at a time,
// and of rows into even and odd columns, which is quicker than two ways of the first.
func deinterleave() {
	for _, s := range []target{avx512, avx2} {
		deinterleavePixels(s)
		deinterleaveFours(s)
		deinterleavePairs(s)
	}
}

func deinterleavePairs(s target) {
	id := "deinterleavePairs" + s.suffix
	TEXT(id, NOSPLIT, "func(even, odd *float32, ds int, src *float32, ss, n, rows int)")
	Pragma("noescape")
	Doc(id + " writes even[r*ds+j] = src[r*ss+2*j] and odd[r*ds+j] = src[r*ss+2*j+1] for r < rows and the n columns of src.")
	even, odd, src, n := param("even"), param("odd"), param("src"), param("n")
	ds, ss := stride("ds"), stride("ss")
	from, toEven, toOdd, left := GP64(), GP64(), GP64(), GP64()
	var evens, odds reg.VecVirtual
	var table reg.GPVirtual
	if s.lanes == 16 {
		evens, odds = s.vec(), s.vec()
		for i, v := range []reg.VecVirtual{evens, odds} {
			m := GLOBL([]string{"deinterleave_even", "deinterleave_odd"}[i], RODATA|NOPTR)
			for j := range 16 {
				DATA(4*j, U32(2*j+i))
			}
			VMOVUPS(m, v)
		}
	} else {
		table = GP64()
		LEAQ(maskTable("deinterleave_masks"), table)
	}
	// part separates two vectors.
	part := func(v, w reg.VecVirtual) (e, o reg.VecVirtual) {
		e, o = s.vec(), s.vec()
		if s.lanes == 16 {
			VMOVAPS(evens, e)
			VMOVAPS(odds, o)
			VPERMI2PS(w, v, e)
			VPERMI2PS(w, v, o)
			return e, o
		}
		VSHUFPS(U8(0x88), w, v, e)
		VSHUFPS(U8(0xdd), w, v, o)
		VPERMPD(U8(0xd8), e, e)
		VPERMPD(U8(0xd8), o, o)
		return e, o
	}
	begin := func() {
		MOVQ(src, from)
		MOVQ(even, toEven)
		MOVQ(odd, toOdd)
		Load(Param("rows"), left)
	}
	next := func(label string) {
		ADDQ(ss, from)
		ADDQ(ds, toEven)
		ADDQ(ds, toOdd)
		DECQ(left)
		JNZ(LabelRef(label))
	}

	Label("columns")
	CMPQ(n, I8(2*s.lanes))
	JLT(LabelRef("tail"))
	begin()
	Label("whole")
	v, w := s.vec(), s.vec()
	VMOVUPS(Mem{Base: from}, v)
	VMOVUPS(Mem{Base: from, Disp: s.bytes()}, w)
	e, o := part(v, w)
	VMOVUPS(e, Mem{Base: toEven})
	VMOVUPS(o, Mem{Base: toOdd})
	next("whole")
	ADDQ(I32(2*s.bytes()), src)
	ADDQ(I8(s.bytes()), even)
	ADDQ(I8(s.bytes()), odd)
	SUBQ(I8(2*s.lanes), n)
	JNZ(LabelRef("columns"))
	VZEROUPPER()
	RET()

	// The last n columns, fewer than two vectors: n and n - lanes to be read,
	// (n+1)/2 and n/2 to be written.
	Label("tail")
	counts := make([]reg.GPVirtual, 4)
	for i := range counts {
		counts[i] = GP64()
	}
	limit, zero := GP64(), GP64()
	MOVQ(U32(s.lanes), limit)
	XORQ(zero, zero)
	MOVQ(n, counts[0])
	CMPQ(n, limit)
	CMOVQGT(limit, counts[0])
	MOVQ(n, counts[1])
	SUBQ(limit, counts[1])
	CMOVQLT(zero, counts[1])
	LEAQ(Mem{Base: n, Disp: 1}, counts[2])
	SHRQ(U8(1), counts[2])
	MOVQ(n, counts[3])
	SHRQ(U8(1), counts[3])
	masks := make([]elementwiseTail, 4)
	for i, c := range counts {
		masks[i] = elementwiseTail{target: s}
		if s.lanes == 16 {
			ones := GP64()
			MOVQ(I32(-1), ones)
			BZHIQ(c, ones, ones)
			masks[i].k = K()
			KMOVW(ones.As32(), masks[i].k)
			continue
		}
		NEGQ(c)
		masks[i].mask = s.vec()
		VMOVUPS(Mem{Base: table, Index: c, Scale: 4, Disp: 32}, masks[i].mask)
	}
	begin()
	Label("part")
	v, w = masks[0].load(Mem{Base: from}), masks[1].load(Mem{Base: from, Disp: s.bytes()})
	e, o = part(v, w)
	masks[2].store(e, Mem{Base: toEven})
	masks[3].store(o, Mem{Base: toOdd})
	next("part")
	VZEROUPPER()
	RET()
}

// deinterleavePixels is the way back from interleave, for any number of ways up to the lanes: pixels, each of some
// neighbours, are loaded as rows and transposed.
func deinterleavePixels(s target) {
	name := "deinterleave" + s.suffix
	TEXT(name, NOSPLIT, "func(dst *float32, ds int, src *float32, ss, ways, n int)")
	Pragma("noescape")
	Doc(name + " writes dst[r*ds+j] = src[j*ss+r] for r < ways and j < n.")
	dst, src, ways, n := param("dst"), param("src"), param("ways"), param("n")
	ds, ss := stride("ds"), stride("ss")
	table := GP64()
	if s.lanes == 8 {
		LEAQ(maskTable(name+"_masks"), table)
	}
	some, kept := K(), K()
	load := s.columnMask(ways, some, table)
	left, at := GP64(), GP64()

	Label("pixels")
	store := s.columnMask(n, kept, table)
	MOVQ(n, left)
	rows := s.loadRows(left, func(_ int, row reg.VecVirtual) {
		s.loadColumns(Mem{Base: src}, some, load, row)
		ADDQ(ss, src)
	})
	MOVQ(dst, at)
	MOVQ(ways, left)
	s.storeRows(s.transpose(rows), at, ds, left, n, kept, store)
	ADDQ(I8(s.bytes()), dst)
	SUBQ(I8(s.lanes), n)
	JG(LabelRef("pixels"))
	VZEROUPPER()
	RET()
}
