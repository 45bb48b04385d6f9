package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// winogradWeights generates the transforms of 2x2 and 3x3 kernels, as many as a vector has float64 lanes at once. Products are added up
// one by one, in the order of the pure Go: FMA would round otherwise.
func winogradWeights() {
	for _, s := range targets {
		winogradWeightsOf(s, 2)
		winogradWeightsOf(s, 3)
	}
}

func winogradWeightsOf(s target, taps int) {
	name := fmt.Sprintf("winogradWeights%d%s", taps, s.suffix)
	TEXT(name, NOSPLIT, "func(dst *float32, df int, src *float32, ss int, rows *float64, points, n int)")
	Pragma("noescape")
	Doc(name + fmt.Sprintf(" writes G w G^T of n times %d kernels w of %dx%d taps.", s.lanes/2, taps, taps))
	dst, df, src, ss, n := param("dst"), stride("df"), param("src"), stride("ss"), param("n")
	g, points := NewParamAddr("rows", 32), NewParamAddr("points", 40)
	narrow := func() reg.VecVirtual { // as many float32
		if s.lanes == 16 {
			return YMM()
		}
		return XMM()
	}
	sum := func(a []Op, b []reg.VecVirtual) reg.VecVirtual {
		total, product := s.vec(), s.vec()
		VMULPD(a[0], b[0], total)
		for i := 1; i < taps; i++ {
			VMULPD(a[i], b[i], product)
			VADDPD(product, total, total)
		}
		return total
	}
	row := func(at reg.GPVirtual) (v []Op) { // of G
		for i := range taps {
			b := s.vec()
			VBROADCASTSD(Mem{Base: at, Disp: 8 * i}, b)
			v = append(v, b)
		}
		return v
	}
	at, to, i, j, gi, gj := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()

	Label("kernels")
	w := make([][]reg.VecVirtual, taps) // by column and row
	MOVQ(src, at)
	for range taps {
		for x := range taps {
			v := s.vec()
			VCVTPS2PD(Mem{Base: at}, v)
			w[x] = append(w[x], v)
			ADDQ(ss, at)
		}
	}
	MOVQ(dst, to)
	MOVQ(g, gi)
	MOVQ(points, i)
	Label("row")
	gs := row(gi)
	var half []reg.VecVirtual
	for x := range taps {
		half = append(half, sum(gs, w[x]))
	}
	MOVQ(g, gj)
	MOVQ(points, j)
	Label("point")
	u := narrow()
	v := sum(row(gj), half)
	if s.lanes == 16 {
		VCVTPD2PS(v, u)
	} else {
		VCVTPD2PSY(v, u)
	}
	VMOVUPS(u, Mem{Base: to})
	ADDQ(df, to)
	ADDQ(I8(8*taps), gj)
	DECQ(j)
	JNZ(LabelRef("point"))
	ADDQ(I8(8*taps), gi)
	DECQ(i)
	JNZ(LabelRef("row"))
	ADDQ(I8(2*s.lanes), src)
	ADDQ(I8(2*s.lanes), dst)
	DECQ(n)
	JNZ(LabelRef("kernels"))
	VZEROUPPER()
	RET()
}
