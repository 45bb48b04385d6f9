package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sample generates bilinear sampling of channel-blocked planes: four weighted
// pixels, a block of channels at once.
func sample() {
	for _, s := range targets {
		samplePixels(s)
	}
}

func samplePixels(s target) {
	name := "sample" + s.suffix
	TEXT(name, NOSPLIT, "func(dst, src *float32, at *int32, w *float32, n int)")
	Pragma("noescape")
	Doc(name + " writes dst[j][c] = sum over q < 4 of w[4*j+q] * src[at[4*j+q]+c].")
	dst, src, at, w, n := param("dst"), param("src"), param("at"), param("w"), param("n")

	Label("pixel")
	// Two sums of two keep the chain of dependent additions short.
	var sums [2]reg.VecVirtual
	for q := range 4 {
		index, weight := GP64(), s.vec()
		MOVLQSX(Mem{Base: at, Disp: 4 * q}, index)
		VBROADCASTSS(Mem{Base: w, Disp: 4 * q}, weight)
		pixel := Mem{Base: src, Index: index, Scale: 4}
		if q < 2 {
			sums[q] = s.vec()
			VMULPS(pixel, weight, sums[q])
		} else {
			VFMADD231PS(pixel, weight, sums[q-2])
		}
	}
	VADDPS(sums[1], sums[0], sums[0])
	VMOVUPS(sums[0], Mem{Base: dst})
	ADDQ(I8(16), at)
	ADDQ(I8(16), w)
	ADDQ(I8(s.bytes()), dst)
	DECQ(n)
	JNZ(LabelRef("pixel"))
	VZEROUPPER()
	RET()
}
