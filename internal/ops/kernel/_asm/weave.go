package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// weave generates the interleaving of 2, 4 or 8 rows into one: the last pass
// of a transposed convolution that was computed phase by phase. It moves bytes
// as fast as the cache does with 8 lanes, so there is no wider one. unweave is
// the way back.
func weave() {
	for _, ways := range []int{2, 4, 8} {
		weaveRows(ways)
	}
	unweave(avx512)
	unweave(avx2)
}

func weaveRows(ways int) {
	s := avx2
	name := fmt.Sprintf("weave%d%s", ways, s.suffix)
	TEXT(name, NOSPLIT, "func(dst *float32, src **float32, blocks int)")
	Pragma("noescape")
	Doc(name + " writes dst[i*" + fmt.Sprint(ways) + "+r] = src[r][i] for blocks of 8 columns i.")
	dst, src, blocks := param("dst"), param("src"), param("blocks")
	at := GP64()
	XORQ(at, at)
	from := make([]reg.GPVirtual, ways)
	for r := range from {
		from[r] = GP64()
		MOVQ(Mem{Base: src, Disp: 8 * r}, from[r])
	}
	Label("block")
	rows := make([]reg.VecVirtual, ways)
	for r := range rows {
		rows[r] = s.vec()
		VMOVUPS(Mem{Base: from[r], Index: at, Scale: 1}, rows[r])
	}
	for i, v := range s.woven(rows) {
		VMOVUPS(v, Mem{Base: dst, Disp: s.bytes() * i})
	}
	ADDQ(I32(ways*s.bytes()), dst)
	ADDQ(I8(s.bytes()), at)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// woven interleaves rows of 8 lanes.
func (s isa) woven(rows []reg.VecVirtual) []reg.VecVirtual {
	pair := func(op func(b, a, dst Op), a, b reg.VecVirtual) reg.VecVirtual {
		d := s.vec()
		op(b, a, d)
		return d
	}
	lo := func(b, a, d Op) { VUNPCKLPS(b, a, d) }
	hi := func(b, a, d Op) { VUNPCKHPS(b, a, d) }
	lo2 := func(b, a, d Op) { VUNPCKLPD(b, a, d) }
	hi2 := func(b, a, d Op) { VUNPCKHPD(b, a, d) }
	first := func(b, a, d Op) { VPERM2F128(U8(0x20), b, a, d) }
	second := func(b, a, d Op) { VPERM2F128(U8(0x31), b, a, d) }
	switch len(rows) {
	case 2:
		l, h := pair(lo, rows[0], rows[1]), pair(hi, rows[0], rows[1])
		return []reg.VecVirtual{pair(first, l, h), pair(second, l, h)}
	case 4:
		// u[i] holds column i in its low half and column i+4 in its high.
		t0, t1 := pair(lo, rows[0], rows[1]), pair(hi, rows[0], rows[1])
		t2, t3 := pair(lo, rows[2], rows[3]), pair(hi, rows[2], rows[3])
		u := []reg.VecVirtual{pair(lo2, t0, t2), pair(hi2, t0, t2), pair(lo2, t1, t3), pair(hi2, t1, t3)}
		return []reg.VecVirtual{
			pair(first, u[0], u[1]), pair(first, u[2], u[3]),
			pair(second, u[0], u[1]), pair(second, u[2], u[3]),
		}
	}
	return s.transpose(rows)
}

// unweave generates the way back for any number of ways up to the lanes: pixels, each of some neighbours, are loaded
// as rows and transposed.
func unweave(s isa) {
	name := "unweave" + s.suffix
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
	rows := make([]reg.VecVirtual, s.lanes)
	for i := range rows {
		rows[i] = s.vec()
		VXORPS(rows[i].AsY(), rows[i].AsY(), rows[i].AsY())
	}
	for i := range rows {
		if s.lanes == 16 {
			VMOVUPS_Z(Mem{Base: src}, some, rows[i])
		} else {
			VMOVUPS(load, rows[i])
			VMASKMOVPS(Mem{Base: src}, rows[i], rows[i])
		}
		ADDQ(ss, src)
		if i < s.lanes-1 {
			DECQ(left)
			JZ(LabelRef("loaded"))
		}
	}
	Label("loaded")
	MOVQ(dst, at)
	MOVQ(ways, left)
	s.storeRows(s.transpose(rows), at, ds, left, n, kept, store)
	ADDQ(I8(s.bytes()), dst)
	SUBQ(I8(s.lanes), n)
	JG(LabelRef("pixels"))
	VZEROUPPER()
	RET()
}
