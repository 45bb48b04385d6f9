package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// interleaveNEON generates the interleaving of 2, 4 or 8 rows into one, four columns at a time.
func interleaveNEON() {
	for _, ways := range []int{2, 4, 8} {
		interleaveRowsNEON(ways)
	}
}

func interleaveRowsNEON(ways int) {
	name := fmt.Sprintf("interleave%dNEON", ways)
	TEXT(name, NOSPLIT, "func(dst *float32, src **float32, blocks int)")
	Pragma("noescape")
	Doc(name + " writes dst[i*" + fmt.Sprint(ways) + "+r] = src[r][i] for blocks of 4 columns i.")
	dst, src, blocks := param("dst"), param("src"), param("blocks")
	at := GP64()
	XORQ(at, at)
	from := make([]reg.GPVirtual, ways)
	for r := range from {
		from[r] = GP64()
		MOVQ(Mem{Base: src, Disp: 8 * r}, from[r])
	}
	Label("block")
	rows := vectorsOf(1, ways)[0]
	for r := range rows {
		VMOVUPS(Mem{Base: from[r], Index: at, Scale: 1}, rows[r])
	}
	for i, v := range interleavedNEON(rows) {
		VMOVUPS(v, Mem{Base: dst, Disp: 16 * i})
	}
	ADDQ(I32(16*ways), dst)
	ADDQ(I8(16), at)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	RET()
}

// interleavedNEON interleaves rows of four columns. Four rows are a transposition, eight are two whose columns alternate.
func interleavedNEON(rows []reg.VecVirtual) []reg.VecVirtual {
	if len(rows) == 2 {
		l, h := XMM(), XMM()
		VUNPCKLPS(rows[1], rows[0], l)
		VUNPCKHPS(rows[1], rows[0], h)
		return []reg.VecVirtual{l, h}
	}
	fours := len(rows) / 4
	out := make([]reg.VecVirtual, len(rows))
	for f := range fours {
		for i, v := range neon.transpose(rows[4*f : 4*f+4]) {
			out[i*fours+f] = v
		}
	}
	return out
}
