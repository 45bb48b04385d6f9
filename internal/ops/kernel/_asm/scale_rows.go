package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// scaleRows generates the product of each row with a factor of its own, for rows too short for a call each.
func scaleRows() {
	for _, s := range targets {
		scaleRowsOf(s)
	}
}

func scaleRowsOf(s target) {
	name := "scaleRows" + s.suffix
	TEXT(name, NOSPLIT, "func(dst, src, factors *float32, n, rows int)")
	Pragma("noescape")
	Doc(name + " writes dst[r*n+j] = src[r*n+j]*factors[r] for r < rows and j < n.")
	dst, src, factors := param("dst"), param("src"), param("factors")
	n, rows := param("n"), param("rows")
	next, from, to, by, left := stride("n"), GP64(), GP64(), GP64(), GP64()
	down := func(id string, load func(m Mem) reg.VecVirtual, store func(v reg.VecVirtual, m Mem)) {
		MOVQ(src, from)
		MOVQ(dst, to)
		MOVQ(factors, by)
		MOVQ(rows, left)
		Label(id)
		factor := s.vec()
		VBROADCASTSS(Mem{Base: by}, factor)
		v := load(Mem{Base: from})
		VMULPS(factor, v, v)
		store(v, Mem{Base: to})
		ADDQ(next, from)
		ADDQ(next, to)
		ADDQ(I8(4), by)
		DECQ(left)
		JNZ(LabelRef(id))
	}
	s.columns(name, dst, src, n, down)
	Label("done")
	VZEROUPPER()
	RET()
}
