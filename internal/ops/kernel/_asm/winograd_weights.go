package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// winogradWeights generates the transform of 3x3 kernels, as many as a vector has float64 lanes at once. Products are added up one by
// one, in the order of the pure Go: FMA would round otherwise.
func winogradWeights() {
	for _, s := range targets {
		winogradWeights3(s)
	}
}

func winogradWeights3(s target) {
	name := fmt.Sprintf("winogradWeights3%s", s.suffix)
	TEXT(name, NOSPLIT, "func(dst *float32, df int, src *float32, ss int, rows *float64, points, n int)")
	Pragma("noescape")
	Doc(name + fmt.Sprintf(" writes G w G^T of n times %d kernels w of 3x3 taps.", s.lanes/2))
	dst, df, src, ss, n := param("dst"), stride("df"), param("src"), stride("ss"), param("n")
	g, points := NewParamAddr("rows", 32), NewParamAddr("points", 40)
	narrow := func() reg.VecVirtual { // as many float32
		if s.lanes == 16 {
			return YMM()
		}
		return XMM()
	}
	sum := func(a [3]Op, b [3]reg.VecVirtual) reg.VecVirtual {
		total, product := s.vec(), s.vec()
		VMULPD(a[0], b[0], total)
		for i := 1; i < 3; i++ {
			VMULPD(a[i], b[i], product)
			VADDPD(product, total, total)
		}
		return total
	}
	row := func(at reg.GPVirtual) (v [3]Op) { // of G
		for i := range v {
			b := s.vec()
			VBROADCASTSD(Mem{Base: at, Disp: 8 * i}, b)
			v[i] = b
		}
		return v
	}
	at, to, i, j, gi, gj := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()

	Label("kernels")
	var w [3][3]reg.VecVirtual // by column and row
	MOVQ(src, at)
	for y := range 3 {
		for x := range 3 {
			w[x][y] = s.vec()
			VCVTPS2PD(Mem{Base: at}, w[x][y])
			ADDQ(ss, at)
		}
	}
	MOVQ(dst, to)
	MOVQ(g, gi)
	MOVQ(points, i)
	Label("row")
	gs := row(gi)
	var half [3]reg.VecVirtual
	for x := range half {
		half[x] = sum(gs, w[x])
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
	ADDQ(I8(24), gj)
	DECQ(j)
	JNZ(LabelRef("point"))
	ADDQ(I8(24), gi)
	DECQ(i)
	JNZ(LabelRef("row"))
	ADDQ(I8(2*s.lanes), src)
	ADDQ(I8(2*s.lanes), dst)
	DECQ(n)
	JNZ(LabelRef("kernels"))
	VZEROUPPER()
	RET()
}
