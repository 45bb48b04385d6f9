package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// depthwiseRows is the pixels of a tile: with one vector of weights they fill the 16 registers of AVX2.
const depthwiseRows = 14

// depthwiseNCHWc generates the tile of a depthwise convolution on channel blocks: a channel is a lane, a tap one product of
// vectors.
func depthwiseNCHWc() {
	for _, s := range targets {
		depthwiseNCHWcTile(s)
		if s.lanes == avx512.lanes { // 16 registers hold the sums alone
			depthwiseLinesTile(s)
		}
	}
}

// depthwiseLines are the taps that may make a line: neighbours, which meet neighbouring pixels.
var depthwiseLines = []int{3, 5, 7}

// depthwiseLinesTile generates the same for taps that come in lines: each pixel is loaded once for all taps of a line, whose weights
// stay in registers.
func depthwiseLinesTile(s target) {
	name := "depthwiseLines" + s.suffix
	TEXT(name, NOSPLIT, "func(c, a, b *float32, list *int, count, line, m int, bias *float32, lo, hi float32)")
	Pragma("noescape")
	Doc(name + " computes the same for count lines of so many taps, and pixels that follow each other.")
	c, a, b, list, count, line, m := param("c"), param("a"), param("b"), param("list"), param("count"), param("line"), param("m")
	acc := make([]reg.VecVirtual, depthwiseRows)
	for r := range acc {
		acc[r] = s.vec()
	}
	bias := param("bias")
	for r := range acc {
		if r == 0 {
			VMOVUPS(Mem{Base: bias}, acc[0])
		} else {
			VMOVAPS(acc[0], acc[r])
		}
	}
	for _, taps := range depthwiseLines[1:] {
		CMPQ(line, I8(taps))
		JEQ(LabelRef(fmt.Sprint("line", taps)))
	}
	pixel, weight := GP64(), GP64()
	for _, taps := range depthwiseLines {
		Label(fmt.Sprint("line", taps))
		for r := depthwiseRows; r > 1; r-- {
			CMPQ(m, I8(r))
			JEQ(LabelRef(fmt.Sprintf("line%dx%d", taps, r)))
		}
		for rows := 1; rows <= depthwiseRows; rows++ {
			Label(fmt.Sprintf("line%dx%d", taps, rows))
			MOVQ(Mem{Base: list, Disp: 8}, weight)
			ADDQ(b, weight)
			MOVQ(Mem{Base: list}, pixel)
			ADDQ(a, pixel)
			w := make([]reg.VecVirtual, taps)
			for i := range w {
				w[i] = s.vec()
				VMOVUPS(Mem{Base: weight, Disp: s.bytes() * i}, w[i])
			}
			for i := range rows + taps - 1 {
				x := s.vec()
				VMOVUPS(Mem{Base: pixel, Disp: s.bytes() * i}, x)
				for t := max(0, i-rows+1); t < min(taps, i+1); t++ {
					VFMADD231PS(x, w[t], acc[i-t])
				}
			}
			ADDQ(I32(16*taps), list)
			DECQ(count)
			JNZ(LabelRef(fmt.Sprintf("line%dx%d", taps, rows)))
			s.depthwiseStore(acc[:rows], w[0], c)
		}
	}
}

func depthwiseNCHWcTile(s target) {
	name := "depthwiseNCHWc" + s.suffix
	TEXT(name, NOSPLIT, "func(c, a *float32, step int, b *float32, list *int, count, m int, bias *float32, lo, hi float32)")
	Pragma("noescape")
	Doc(name + " computes c[r] = clamp(bias + the sum over the list of a[p][r*step]*b[p]), vectors all.")
	c, a, step, b := param("c"), param("a"), stride("step"), param("b")
	list, count, m := param("list"), param("count"), param("m")
	step3, step4 := GP64(), GP64()
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, step3)
	MOVQ(step, step4)
	SHLQ(U8(2), step4)
	acc := make([]reg.VecVirtual, depthwiseRows)
	for r := range acc {
		acc[r] = s.vec()
	}
	bias := param("bias")
	for r := range acc {
		if r == 0 {
			VMOVUPS(Mem{Base: bias}, acc[0])
		} else {
			VMOVAPS(acc[0], acc[r])
		}
	}
	weights := s.vec()
	w := GP64()
	bases := []reg.GPVirtual{GP64(), GP64(), GP64(), GP64()}
	// pixels adds the products of pixels step apart.
	pixels := func(rows int) {
		for r := range rows {
			q := r / 4
			if r%4 == 0 && q > 0 {
				LEAQ(Mem{Base: bases[q-1], Index: step4, Scale: 1}, bases[q])
			}
			at := [...]Mem{
				{Base: bases[q]},
				{Base: bases[q], Index: step, Scale: 1},
				{Base: bases[q], Index: step, Scale: 2},
				{Base: bases[q], Index: step3, Scale: 1},
			}
			VFMADD231PS(at[r%4], weights, acc[r])
		}
	}
	tiles := func(form string, pixels func(rows int)) {
		for r := depthwiseRows; r > 1; r-- {
			CMPQ(m, I8(r))
			JEQ(LabelRef(fmt.Sprintf("%s%d", form, r)))
		}
		for rows := 1; rows <= depthwiseRows; rows++ {
			Label(fmt.Sprintf("%s%d", form, rows))
			MOVQ(Mem{Base: list, Disp: 8}, w)
			VMOVUPS(Mem{Base: b, Index: w, Scale: 1}, weights)
			MOVQ(Mem{Base: list}, bases[0])
			ADDQ(a, bases[0])
			pixels(rows)
			ADDQ(I8(16), list)
			DECQ(count)
			JNZ(LabelRef(fmt.Sprintf("%s%d", form, rows)))
			s.depthwiseStore(acc[:rows], weights, c)
		}
	}
	if s.lanes == neon.lanes {
		// Neighbours come in pairs.
		CMPQ(step, I8(s.bytes()))
		JNE(LabelRef("apart"))
		tiles("near", func(rows int) {
			x := vectorsOf(1, rows)[0]
			for r := range x {
				VMOVUPS(Mem{Base: bases[0], Disp: s.bytes() * r}, x[r])
			}
			for r := range x {
				VFMADD231PS(x[r], weights, acc[r])
			}
		})
		Label("apart")
	}
	tiles("tap", pixels)
}

// depthwiseStore clamps and writes a tile, and returns.
func (s target) depthwiseStore(acc []reg.VecVirtual, limits reg.VecVirtual, c reg.GPVirtual) {
	for _, limit := range []struct {
		name   string
		offset int
		op     func(ops ...Op)
	}{{"lo", 64, VMAXPS}, {"hi", 68, VMINPS}} {
		VBROADCASTSS(NewParamAddr(limit.name, limit.offset), limits)
		for _, v := range acc {
			limit.op(v, limits, v) // the value second: a NaN stays one
		}
	}
	for r, v := range acc {
		VMOVUPS(v, Mem{Base: c, Disp: s.bytes() * r})
	}
	VZEROUPPER()
	RET()
}
