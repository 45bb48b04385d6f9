package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// directNCHWc generates the tile of rows over a list of blocks: what a convolution's
// taps read, each at its own offset.
func directNCHWc() {
	directNCHWcTile(avx512, 14)
	directNCHWcTile(avx2, 6)
}

type directNCHWcArgs struct {
	target
	c, a, b, ahead reg.GPVirtual
}

func directNCHWcTile(s target, most int) {
	name := "directNCHWc" + s.suffix
	TEXT(name, NOSPLIT, "func(c *float32, cs int, a *float32, at int, b, ahead *float32, asked int, list *int, count, m, vectors int, bias *float32, lo, hi float32, accumulate bool)")
	Pragma("noescape")
	Doc(name + " computes c[v][r] = clamp(bias[v] (+ c[v][r]) + the sum over the list of a[at+p][r]*b[p][v]).")
	g := directNCHWcArgs{target: s, c: param("c"), a: param("a"), b: param("b"), ahead: param("ahead")}
	ADDQ(stride("at"), g.a)
	rowTiles(most, s.bytes(), g.a, g.b, g.c, g.ahead, g.body, finishAVX)
}

func (g directNCHWcArgs) body(id string, rows, v int) {
	acc := make([][]reg.VecVirtual, rows)
	for r := range acc {
		acc[r] = []reg.VecVirtual{g.vec(), g.vec()}[:v]
	}
	g.begin(acc, id)

	col := []reg.VecVirtual{g.vec(), g.vec()}[:v]
	tmp := g.vec()
	list, count := param("list"), param("count")
	a, b, left := GP64(), GP64(), GP64()
	Label(id + "_tap")
	MOVQ(Mem{Base: list}, a)
	ADDQ(g.a, a)
	MOVQ(Mem{Base: list, Disp: 8}, b)
	ADDQ(g.b, b)
	MOVQ(Mem{Base: list, Disp: 16}, left)
	// The next tap's pixels are far from these: ask for them now.
	next := GP64()
	LEAQ(Mem{Base: list, Disp: 24}, next)
	CMPQ(count, I8(1))
	CMOVQEQ(list, next)
	MOVQ(Mem{Base: next}, next)
	ADDQ(g.a, next)
	for r := range acc {
		PREFETCHT0(Mem{Base: next, Disp: g.bytes() * r})
	}
	few := GP64() // channels beyond whole fours
	MOVQ(left, few)
	ANDQ(I8(gemmNCHWcUnroll-1), few)
	SUBQ(few, left)
	JZ(LabelRef(id + "_few"))
	g.sumBlock(id+"_loop", gemmNCHWcUnroll, acc, col, tmp, a, b, left, g.ahead)
	Label(id + "_few")
	TESTQ(few, few)
	JZ(LabelRef(id + "_next"))
	g.sumBlock(id+"_one", 1, acc, col, tmp, a, b, few, g.ahead)
	Label(id + "_next")
	ADDQ(I8(24), list)
	DECQ(count)
	JNZ(LabelRef(id + "_tap"))
	g.end(acc, tmp, id)
}

// begin sets the accumulators to the bias, or to zero.
func (g directNCHWcArgs) begin(acc [][]reg.VecVirtual, id string) {
	bias := param("bias")
	TESTQ(bias, bias)
	JZ(LabelRef(id + "_zero"))
	for r := range acc {
		for j := range acc[r] {
			if r == 0 {
				VMOVUPS(Mem{Base: bias, Disp: g.bytes() * j}, acc[0][j])
			} else {
				VMOVAPS(acc[0][j], acc[r][j])
			}
		}
	}
	JMP(LabelRef(id + "_begin"))
	Label(id + "_zero")
	clearAll(acc)
	Label(id + "_begin")
}

// end adds what c holds, clamps and stores.
func (g directNCHWcArgs) end(acc [][]reg.VecVirtual, tmp reg.VecVirtual, id string) {
	more := Load(Param("accumulate"), GP8()).(reg.GPVirtual)
	second := stride("cs")
	ADDQ(g.c, second)
	at := func(r, j int) Mem { return Mem{Base: []reg.GPVirtual{g.c, second}[j], Disp: g.bytes() * r} }
	TESTB(more, more)
	JZ(LabelRef(id + "_clamp"))
	for r := range acc {
		for j := range acc[r] {
			VADDPS(at(r, j), acc[r][j], acc[r][j])
		}
	}
	Label(id + "_clamp")
	for _, limit := range []struct {
		name string
		op   func(ops ...Op)
	}{{"lo", VMAXPS}, {"hi", VMINPS}} {
		VBROADCASTSS(argument(limit.name), tmp)
		for r := range acc {
			for j := range acc[r] {
				limit.op(acc[r][j], tmp, acc[r][j]) // the value second: a NaN stays one
			}
		}
	}
	for r := range acc {
		for j := range acc[r] {
			VMOVUPS(acc[r][j], at(r, j))
		}
	}
}
