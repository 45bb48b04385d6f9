package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowTiles generates a loop over the m rows of a product in tiles: of the most rows, but for the last two, which are alike
// rather than one of them thin. Every count of rows has a body of its own, for two vectors and for one. It leaves a and c
// where they begin, which are size bytes a row, and moves ahead, what the cache is asked for, which begins again at b once
// there is no more.
func rowTiles(most, size int, a, b, c, ahead reg.GPVirtual, body func(id string, rows, v int), end func()) {
	limit := stride("asked")
	ADDQ(ahead, limit)
	MOVQ(limit, argument("asked"))
	CMPQ(param("vectors"), I8(2))
	JNE(LabelRef("narrow"))
	for _, v := range []int{2, 1} {
		if v == 1 {
			Label("narrow")
		}
		next := fmt.Sprintf("tiles%d", v)
		Label(next)
		left, n := param("m"), GP64()
		MOVQ(U32(most), n)
		CMPQ(left, I8(2*most))
		JGE(LabelRef(next + "_choose"))
		MOVQ(left, n)
		CMPQ(left, I8(most))
		JLE(LabelRef(next + "_choose"))
		INCQ(n)
		SHRQ(U8(1), n)
		Label(next + "_choose")
		for r := most; r > 1; r-- {
			CMPQ(n, I8(r))
			JEQ(LabelRef(fmt.Sprintf("body%dx%d", r, v)))
		}
		for r := 1; r <= most; r++ {
			id := fmt.Sprintf("body%dx%d", r, v)
			Label(id)
			body(id, r, v)
			ADDQ(I32(r*size), a)
			ADDQ(I32(r*size), c)
			CMPQ(ahead, argument("asked"))
			JLT(LabelRef(id + "_more"))
			MOVQ(b, ahead)
			Label(id + "_more")
			SUBQ(I8(r), argument("m"))
			JNZ(LabelRef(next))
			end()
		}
	}
}

// clearAll sets registers to zero.
func clearAll(acc [][]reg.VecVirtual) {
	for i := range acc {
		for _, v := range acc[i] {
			VXORPS(v, v, v)
		}
	}
}

// argument is where an argument lies.
func argument(name string) Mem {
	a, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	return a.Addr
}

// finishAVX returns to code without wide vectors.
func finishAVX() {
	VZEROUPPER()
	RET()
}
