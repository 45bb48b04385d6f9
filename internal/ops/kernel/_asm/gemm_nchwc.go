package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gemmNCHWc generates the tile over channel-blocked operands: 14 x 2 vectors of 16
// (28 accumulators, 2 columns of b, 2 broadcasts: all 32 registers), 6 x 2
// vectors of 8 (12+2+2 of 16). Every count of rows has a body of its own.
func gemmNCHWc() {
	gemmNCHWcTile(avx512, 14)
	gemmNCHWcTile(avx2, 6)
}

func gemmNCHWcTile(s target, most int) {
	name := "gemmNCHWc" + s.suffix
	TEXT(name, NOSPLIT, "func(c *float32, cs int, a *float32, as int, b, ahead *float32, asked, k, m, vectors int, accumulate bool)")
	Pragma("noescape")
	Doc(name+" computes c[v][r] (+)= sum over p of a[p][r]*b[p][v] for m rows r and 1 or 2 vectors v, a tile of rows after the other,", "and asks the cache for 64 bytes from ahead on for each p.")
	g := gemmNCHWcArgs{target: s, c: param("c"), a: param("a"), b: param("b"), ahead: param("ahead"), cs: stride("cs"), as: stride("as")}
	// a steps by 4 bytes in a block; as is then from a block's end to the next.
	SUBQ(I8(s.bytes()), g.as)
	rowTiles(most, s.bytes(), g.a, g.b, g.c, g.ahead, g.body, finishAVX)
}

type gemmNCHWcArgs struct {
	target
	c, a, b, ahead, cs, as reg.GPVirtual
}

// gemmNCHWcUnroll divides the lanes and every k.
const gemmNCHWcUnroll = 4

func (g gemmNCHWcArgs) body(id string, rows, v int) {
	acc := make([][]reg.VecVirtual, rows)
	for r := range acc {
		acc[r] = make([]reg.VecVirtual, v)
		for j := range acc[r] {
			acc[r][j] = g.vec()
		}
	}
	clearAll(acc)
	col := []reg.VecVirtual{g.vec(), g.vec()}[:v]
	tmp := g.vec()
	a, b, k, left := GP64(), GP64(), param("k"), GP64()
	MOVQ(g.a, a)
	MOVQ(g.b, b)

	Label(id + "_block")
	MOVQ(U32(g.lanes), left)
	CMPQ(k, left)
	CMOVQLT(k, left)
	SUBQ(left, k)
	// The next block's rows are far from these: ask for them now.
	for r := range acc {
		PREFETCHT0(Mem{Base: a, Index: g.as, Scale: 1, Disp: g.bytes() * (r + 1)})
	}
	g.sumBlock(id+"_loop", gemmNCHWcUnroll, acc, col, tmp, a, b, left, g.ahead)
	ADDQ(g.as, a)
	TESTQ(k, k)
	JNZ(LabelRef(id + "_block"))

	more := Load(Param("accumulate"), GP8()).(reg.GPVirtual)
	at := []reg.GPVirtual{g.c, GP64()}[:v]
	for j := range col {
		if j > 0 {
			LEAQ(Mem{Base: g.c, Index: g.cs, Scale: 1}, at[j])
		}
		TESTB(more, more)
		JZ(LabelRef(fmt.Sprintf("%s_store%d", id, j)))
		for r := range acc {
			VADDPS(Mem{Base: at[j], Disp: g.bytes() * r}, acc[r][j], acc[r][j])
		}
		Label(fmt.Sprintf("%s_store%d", id, j))
		for r := range acc {
			VMOVUPS(acc[r][j], Mem{Base: at[j], Disp: g.bytes() * r})
		}
	}
}

// oneRowAhead is how many bytes before it reads them a tile of one row asks for its vectors of b: it is done with each at once, so that
// they come no faster than the cache behind delivers them, and what ahead asks for comes too early.
const oneRowAhead = 2048

// sumBlock adds the products of left channels of a block, n at a time: rows of a, which are a block apart, by vectors of b, col; it asks the cache
// for 64 bytes from ahead on for each, or, with one row, for what it reads oneRowAhead later.
func (s target) sumBlock(loop string, n int, acc [][]reg.VecVirtual, col []reg.VecVirtual, tmp reg.VecVirtual, a, b, left, ahead reg.GPVirtual) {
	Label(loop)
	for u := range n {
		if len(acc) > 1 {
			PREFETCHT1(Mem{Base: ahead, Disp: 64 * u})
		} else if at := s.bytes() * u * len(col); at%64 == 0 {
			for line := at; line < at+s.bytes()*len(col); line += 64 {
				PREFETCHT0(Mem{Base: b, Disp: oneRowAhead + line})
			}
		}
		for j := range col {
			VMOVUPS(Mem{Base: b, Disp: s.bytes() * (u*len(col) + j)}, col[j])
		}
		for r := range acc {
			VBROADCASTSS(Mem{Base: a, Disp: s.bytes()*r + 4*u}, tmp)
			for j := range col {
				VFMADD231PS(tmp, col[j], acc[r][j])
			}
		}
	}
	ADDQ(I32(s.bytes()*n*len(col)), b)
	ADDQ(I8(4*n), a)
	ADDQ(I32(64*n), ahead)
	SUBQ(I8(n), left)
	JNZ(LabelRef(loop))
}
