package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// interleave generates the interleaving of 2, 4 or 8 rows into one: the last pass
// of a transposed convolution that was computed phase by phase. It moves bytes
// as fast as the cache does with 8 lanes, so there is no wider one.
func interleave() {
	for _, ways := range []int{2, 4, 8} {
		interleaveRows(ways)
	}
}

func interleaveRows(ways int) {
	s := avx2
	name := fmt.Sprintf("interleave%d%s", ways, s.suffix)
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
	for i, v := range s.interleaved(rows) {
		VMOVUPS(v, Mem{Base: dst, Disp: s.bytes() * i})
	}
	ADDQ(I32(ways*s.bytes()), dst)
	ADDQ(I8(s.bytes()), at)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// interleaved interleaves rows of 8 lanes.
func (s target) interleaved(rows []reg.VecVirtual) []reg.VecVirtual {
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
