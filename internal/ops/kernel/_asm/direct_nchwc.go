package main

import (
	"fmt"

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
	c, cs, a, b, ahead, list, count, bias reg.GPVirtual
}

func directNCHWcTile(s target, most int) {
	name := "directNCHWc" + s.suffix
	TEXT(name, NOSPLIT, "func(c *float32, cs int, a *float32, at int, b, ahead *float32, list *int, count, m, vectors int, bias *float32, lo, hi float32, accumulate bool)")
	Pragma("noescape")
	Doc(name + " computes c[v][r] = clamp(bias[v] (+ c[v][r]) + the sum over the list of a[at+p][r]*b[p][v]).")
	g := directNCHWcArgs{target: s, c: param("c"), cs: stride("cs"), a: param("a"), b: param("b"), ahead: param("ahead"), list: param("list"), count: param("count"), bias: param("bias")}
	ADDQ(stride("at"), g.a)
	m, vectors := param("m"), param("vectors")
	for _, v := range []int{2, 1} {
		if v == 2 {
			CMPQ(vectors, I8(2))
			JNE(LabelRef("narrow"))
		} else {
			Label("narrow")
		}
		for r := most; r > 1; r-- {
			CMPQ(m, I8(r))
			JEQ(LabelRef(fmt.Sprintf("body%dx%d", r, v)))
		}
		for r := 1; r <= most; r++ {
			g.body(r, v)
		}
	}
}

func (g directNCHWcArgs) body(rows, v int) {
	id := fmt.Sprintf("body%dx%d", rows, v)
	Label(id)
	acc := make([][]reg.VecVirtual, rows)
	for r := range acc {
		acc[r] = []reg.VecVirtual{g.vec(), g.vec()}[:v]
	}
	g.begin(acc, id)

	col := []reg.VecVirtual{g.vec(), g.vec()}[:v]
	tmp := g.vec()
	a, b, left := GP64(), GP64(), GP64()
	Label(id + "_tap")
	MOVQ(Mem{Base: g.list}, a)
	ADDQ(g.a, a)
	MOVQ(Mem{Base: g.list, Disp: 8}, b)
	ADDQ(g.b, b)
	MOVQ(Mem{Base: g.list, Disp: 16}, left)
	// The next tap's pixels are far from these: ask for them now.
	next, same := GP64(), GP64()
	LEAQ(Mem{Base: g.list, Disp: 24}, next)
	MOVQ(g.list, same)
	CMPQ(g.count, I8(1))
	CMOVQEQ(same, next)
	MOVQ(Mem{Base: next}, next)
	ADDQ(g.a, next)
	for r := range acc {
		PREFETCHT0(Mem{Base: next, Disp: g.bytes() * r})
	}
	Label(id + "_loop")
	for u := range gemmNCHWcUnroll {
		PREFETCHT1(Mem{Base: g.ahead, Disp: 64 * u})
		for j := range col {
			VMOVUPS(Mem{Base: b, Disp: g.bytes() * (u*v + j)}, col[j])
		}
		for r := range acc {
			VBROADCASTSS(Mem{Base: a, Disp: g.bytes()*r + 4*u}, tmp)
			for j := range col {
				VFMADD231PS(tmp, col[j], acc[r][j])
			}
		}
	}
	ADDQ(I32(g.bytes()*gemmNCHWcUnroll*v), b)
	ADDQ(I8(4*gemmNCHWcUnroll), a)
	ADDQ(I32(64*gemmNCHWcUnroll), g.ahead)
	SUBQ(I8(gemmNCHWcUnroll), left)
	JNZ(LabelRef(id + "_loop"))
	ADDQ(I8(24), g.list)
	DECQ(g.count)
	JNZ(LabelRef(id + "_tap"))
	g.end(acc, tmp, id)
}

// begin sets the accumulators to the bias, or to zero.
func (g directNCHWcArgs) begin(acc [][]reg.VecVirtual, id string) {
	TESTQ(g.bias, g.bias)
	JZ(LabelRef(id + "_zero"))
	for r := range acc {
		for j := range acc[r] {
			if r == 0 {
				VMOVUPS(Mem{Base: g.bias, Disp: g.bytes() * j}, acc[0][j])
			} else {
				VMOVAPS(acc[0][j], acc[r][j])
			}
		}
	}
	JMP(LabelRef(id + "_tap"))
	Label(id + "_zero")
	for r := range acc {
		for j := range acc[r] {
			VXORPS(acc[r][j].AsY(), acc[r][j].AsY(), acc[r][j].AsY())
		}
	}
}

// end adds what c holds, clamps and stores.
func (g directNCHWcArgs) end(acc [][]reg.VecVirtual, tmp reg.VecVirtual, id string) {
	more := Load(Param("accumulate"), GP8()).(reg.GPVirtual)
	second := GP64()
	LEAQ(Mem{Base: g.c, Index: g.cs, Scale: 1}, second)
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
		name   string
		offset int
		op     func(ops ...Op)
	}{{"lo", 88, VMAXPS}, {"hi", 92, VMINPS}} {
		VBROADCASTSS(NewParamAddr(limit.name, limit.offset), tmp)
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
	VZEROUPPER()
	RET()
}
