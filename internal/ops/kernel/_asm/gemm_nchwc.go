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
	TEXT(name, NOSPLIT, "func(c *float32, cs int, a *float32, as int, b, ahead *float32, k, m, vectors int, accumulate bool)")
	Pragma("noescape")
	Doc(name+" computes c[v][r] (+)= sum over p of a[p][r]*b[p][v] for m rows r and 1 or 2 vectors v,", "and asks the cache for 64 bytes from ahead on for each p.")
	c, a, b, ahead := param("c"), param("a"), param("b"), param("ahead")
	cs, as := stride("cs"), stride("as")
	k, m, vectors := param("k"), param("m"), param("vectors")
	// a steps by 4 bytes in a block; skip is from a block's end to the next.
	SUBQ(I8(s.bytes()), as)
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
			gemmNCHWcBody(s, r, v, c, cs, a, as, b, ahead, k)
		}
	}
}

// gemmNCHWcUnroll divides the lanes and every k.
const gemmNCHWcUnroll = 4

func gemmNCHWcBody(s target, rows, v int, c, cs, a, as, b, ahead, k reg.GPVirtual) {
	id := fmt.Sprintf("body%dx%d", rows, v)
	acc := make([][]reg.VecVirtual, rows)
	Label(id)
	for r := range acc {
		acc[r] = make([]reg.VecVirtual, v)
		for j := range acc[r] {
			acc[r][j] = s.vec()
			VXORPS(acc[r][j].AsY(), acc[r][j].AsY(), acc[r][j].AsY())
		}
	}
	col := []reg.VecVirtual{s.vec(), s.vec()}[:v]
	tmp := s.vec()
	left := GP64()

	Label(id + "_block")
	MOVQ(U32(s.lanes), left)
	CMPQ(k, left)
	CMOVQLT(k, left)
	SUBQ(left, k)
	// The next block's rows are far from these: ask for them now.
	for r := range acc {
		PREFETCHT0(Mem{Base: a, Index: as, Scale: 1, Disp: s.bytes() * (r + 1)})
	}
	Label(id + "_loop")
	for u := range gemmNCHWcUnroll {
		PREFETCHT1(Mem{Base: ahead, Disp: 64 * u})
		for j := range col {
			VMOVUPS(Mem{Base: b, Disp: s.bytes() * (u*v + j)}, col[j])
		}
		for r := range acc {
			VBROADCASTSS(Mem{Base: a, Disp: s.bytes()*r + 4*u}, tmp)
			for j := range col {
				VFMADD231PS(tmp, col[j], acc[r][j])
			}
		}
	}
	ADDQ(I32(s.bytes()*gemmNCHWcUnroll*v), b)
	ADDQ(I8(4*gemmNCHWcUnroll), a)
	ADDQ(I32(64*gemmNCHWcUnroll), ahead)
	SUBQ(I8(gemmNCHWcUnroll), left)
	JNZ(LabelRef(id + "_loop"))
	ADDQ(as, a)
	TESTQ(k, k)
	JNZ(LabelRef(id + "_block"))

	more := Load(Param("accumulate"), GP8()).(reg.GPVirtual)
	for j := range col {
		TESTB(more, more)
		JZ(LabelRef(fmt.Sprintf("%s_store%d", id, j)))
		for r := range acc {
			VADDPS(Mem{Base: c, Disp: s.bytes() * r}, acc[r][j], acc[r][j])
		}
		Label(fmt.Sprintf("%s_store%d", id, j))
		for r := range acc {
			VMOVUPS(acc[r][j], Mem{Base: c, Disp: s.bytes() * r})
		}
		if j < v-1 {
			ADDQ(cs, c)
		}
	}
	VZEROUPPER()
	RET()
}
