package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// directNCHWcNEON generates the tile of rows over a list of blocks. A block has the depth of a vector, always.
func directNCHWcNEON() {
	TEXT("directNCHWcNEON", NOSPLIT, "func(c *float32, cs int, a *float32, at int, b, ahead *float32, asked int, list *int, count, m, vectors int, bias *float32, lo, hi float32, accumulate bool)")
	Pragma("noescape")
	Doc("directNCHWcNEON computes c[v][r] = clamp(bias[v] (+ c[v][r]) + the sum over the list of a[at+p][r]*b[p][v]).")
	c, a, b, ahead := param("c"), param("a"), param("b"), param("ahead")
	ADDQ(stride("at"), a)
	rowTiles(neonRows, 16, a, b, c, ahead, func(id string, rows, v int) {
		acc := vectorsOf(rows, v)
		neonBias(acc, param("bias"), id)
		list, count := param("list"), param("count")
		pixels, weights, next := GP64(), GP64(), GP64()
		MOVQ(Mem{Base: list}, next)
		ADDQ(a, next)
		Label(id + "_tap")
		MOVQ(next, pixels)
		MOVQ(Mem{Base: list, Disp: 8}, weights)
		ADDQ(b, weights)
		// The next tap's pixels are far from these: ask for them now.
		following := GP64()
		LEAQ(Mem{Base: list, Disp: 24}, following)
		CMPQ(count, I8(1))
		CMOVQEQ(list, following)
		MOVQ(Mem{Base: following}, next)
		ADDQ(a, next)
		for r := 0; r < rows; r += 4 {
			PREFETCHT0(Mem{Base: next, Disp: 16 * r})
		}
		neonProducts(acc, pixels, weights, func(p int) { PREFETCHT1(Mem{Base: ahead, Disp: 64 * p}) })
		ADDQ(I32(64*neon.lanes), ahead)
		ADDQ(I8(24), list)
		DECQ(count)
		JNZ(LabelRef(id + "_tap"))

		more := Load(Param("accumulate"), GP8()).(reg.GPVirtual)
		second := stride("cs")
		ADDQ(c, second)
		at := func(r, j int) Mem { return Mem{Base: []reg.GPVirtual{c, second}[j], Disp: 16 * r} }
		TESTB(more, more)
		JZ(LabelRef(id + "_clamp"))
		addHeld(acc, at)
		Label(id + "_clamp")
		clampAll(acc)
		storeAll(acc, at)
	}, func() { RET() })
}

// neonBias sets the accumulators to a block of the bias, or to zero.
func neonBias(acc [][]reg.VecVirtual, bias reg.GPVirtual, id string) {
	TESTQ(bias, bias)
	JZ(LabelRef(id + "_zero"))
	for j, v := range acc[0] {
		VMOVUPS(Mem{Base: bias, Disp: 16 * j}, v)
	}
	for r := range acc[1:] {
		for j, v := range acc[r+1] {
			VMOVAPS(acc[0][j], v)
		}
	}
	JMP(LabelRef(id + "_begin"))
	Label(id + "_zero")
	clearAll(acc)
	Label(id + "_begin")
}

// clampAll keeps values within the arguments lo and hi; a NaN stays one.
func clampAll(acc [][]reg.VecVirtual) {
	lo, hi := XMM(), XMM()
	VBROADCASTSS(argument("lo"), lo)
	VBROADCASTSS(argument("hi"), hi)
	for r := range acc {
		for _, v := range acc[r] {
			VMAXPS(v, lo, v)
			VMINPS(v, hi, v)
		}
	}
}
