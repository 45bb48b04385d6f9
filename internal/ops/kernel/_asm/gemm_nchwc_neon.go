package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// neonRows is the pixels of a tile over channel blocks: 12 x 2 accumulators, two columns of b for each of two p, and the
// pixels of four rows as they come: 32 registers.
const neonRows = 12

// gemmNCHWcNEON generates the tile over channel-blocked operands. A block is one vector, four p of a row of a.
func gemmNCHWcNEON() {
	TEXT("gemmNCHWcNEON", NOSPLIT, "func(c *float32, cs int, a *float32, as int, b, ahead *float32, asked, k, m, vectors int, accumulate bool)")
	Pragma("noescape")
	Doc("gemmNCHWcNEON computes c[v][r] (+)= sum over p of a[p][r]*b[p][v] for m rows r and 1 or 2 vectors v, a tile of rows after the other,", "and asks the cache for 64 bytes from ahead on for each p.")
	c, first, weights, ahead := param("c"), param("a"), param("b"), param("ahead")
	cs, as := stride("cs"), stride("as")
	rowTiles(neonRows, 16, first, weights, c, ahead, func(id string, rows, v int) {
		acc := vectorsOf(rows, v)
		clearAll(acc)
		a, b, k := GP64(), GP64(), param("k")
		MOVQ(first, a)
		MOVQ(weights, b)
		Label(id + "_loop")
		neonProducts(acc, a, b, func(p int) { PREFETCHT1(Mem{Base: ahead, Disp: 64 * p}) })
		ADDQ(as, a)
		ADDQ(I32(16*neon.lanes*v), b)
		ADDQ(I32(64*neon.lanes), ahead)
		SUBQ(I8(neon.lanes), k)
		JNZ(LabelRef(id + "_loop"))

		more := Load(Param("accumulate"), GP8()).(reg.GPVirtual)
		second := GP64()
		LEAQ(Mem{Base: c, Index: cs, Scale: 1}, second)
		at := func(r, j int) Mem { return Mem{Base: []reg.GPVirtual{c, second}[j], Disp: 16 * r} }
		TESTB(more, more)
		JZ(LabelRef(id + "_store"))
		addHeld(acc, at)
		Label(id + "_store")
		storeAll(acc, at)
	}, func() { RET() })
}

// neonProducts adds the products of one block of a's rows, which stand together, and four rows of b. A pixel's four
// channels come in halves, so that the columns of b for two of them suffice.
func neonProducts(acc [][]reg.VecVirtual, a, b reg.GPVirtual, each func(p int)) {
	v := len(acc[0])
	for half := range 2 {
		col := vectorsOf(2, v)
		for p := range col {
			each(2*half + p)
			for j := range col[p] {
				VMOVUPS(Mem{Base: b, Disp: 16 * ((2*half+p)*v + j)}, col[p][j])
			}
		}
		// Rows in fours: their sums are then far apart in time.
		for first := 0; first < len(acc); first += 4 {
			rows := acc[first:min(first+4, len(acc))]
			x := vectorsOf(1, len(rows))[0]
			for r := range rows {
				VMOVSD(Mem{Base: a, Disp: 16*(first+r) + 8*half}, x[r])
			}
			for p := range col {
				for r := range rows {
					for j := range rows[r] {
						fmaLane(p, x[r], col[p][j], rows[r][j])
					}
				}
			}
		}
	}
}

// addHeld adds what c holds, storeAll replaces it.
func addHeld(acc [][]reg.VecVirtual, at func(r, j int) Mem) {
	held := XMM()
	for j := range acc[0] {
		for r := range acc {
			VMOVUPS(at(r, j), held)
			VADDPS(held, acc[r][j], acc[r][j])
		}
	}
}

func storeAll(acc [][]reg.VecVirtual, at func(r, j int) Mem) {
	for j := range acc[0] {
		for r := range acc {
			VMOVUPS(acc[r][j], at(r, j))
		}
	}
}
