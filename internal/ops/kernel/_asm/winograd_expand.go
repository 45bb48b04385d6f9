package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// winogradExpand generates the transform of lines of three taps, a vector of lines at once.
func winogradExpand() {
	for _, s := range targets {
		winogradExpandOf(s)
	}
}

func winogradExpandOf(s target) {
	name := "winogradExpand" + s.suffix
	TEXT(name, NOSPLIT, "func(dst *float32, df, ds int, src *float32, sf, ss int, rows *float32, points, n int)")
	Pragma("noescape")
	Doc(name + " writes dst[f*df+i*ds] = sum over t < 3 of rows[3*f+t]*src[t*sf+i*ss], vectors all, for f < points and i < n.")
	dst, df, ds := param("dst"), stride("df"), stride("ds")
	src, sf, ss := param("src"), stride("sf"), stride("ss")
	g, n := param("rows"), param("n")
	points := NewParamAddr("points", 56)
	row, left := GP64(), GP64()
	to := newLadder(dst, ds)
	together := s.registers / 8
	lines := func(id string, u int) {
		Label(id)
		CMPQ(n, I8(u))
		JLT(LabelRef(id + "done"))
		taps := make([][3]reg.VecVirtual, u)
		for i := range taps {
			for t, at := range []Mem{{Base: src}, {Base: src, Index: sf, Scale: 1}, {Base: src, Index: sf, Scale: 2}} {
				taps[i][t] = s.vec()
				VMOVUPS(at, taps[i][t])
			}
			ADDQ(ss, src)
		}
		to.moveTo(dst)
		MOVQ(g, row)
		MOVQ(points, left)
		Label(id + "point")
		var by [3]reg.VecVirtual
		for t := range by {
			by[t] = s.vec()
			VBROADCASTSS(Mem{Base: row, Disp: 4 * t}, by[t])
		}
		for i := range taps {
			sum := s.vec()
			VMULPS(by[0], taps[i][0], sum)
			VFMADD231PS(by[1], taps[i][1], sum)
			VFMADD231PS(by[2], taps[i][2], sum)
			VMOVUPS(sum, to.at(i))
		}
		to.advance(df)
		ADDQ(I8(12), row)
		DECQ(left)
		JNZ(LabelRef(id + "point"))
		for range u {
			ADDQ(ds, dst)
		}
		SUBQ(I8(u), n)
		JMP(LabelRef(id))
		Label(id + "done")
	}
	lines("several", together)
	lines("one", 1)
	VZEROUPPER()
	RET()
}
