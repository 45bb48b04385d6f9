package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packNCHWcNEON generates the transpositions between planes and blocks of four channels: by fours of pixels, and the
// one to three that are left.
func packNCHWcNEON() {
	packNEON("packNCHWcNEON", "dst *float32", " writes dst[j][c] = src[c][j] for n pixels j; channels that do not exist are zero.")
	packNEON("packNCHWcPhasesNEON", "dst, odd *float32", " writes dst[j/2][c] = src[c][j] for even pixels j < n, and odd likewise for odd ones.")
	unpackNEON()
}

// byFours calls body for four of n at a time and for the rest; step moves on by four.
func byFours(n reg.GPVirtual, body func(some int), step func()) {
	SUBQ(I8(4), n)
	JLT(LabelRef("rest"))
	Label("four")
	body(4)
	step()
	SUBQ(I8(4), n)
	JGE(LabelRef("four"))
	Label("rest")
	ADDQ(I8(4), n)
	for some := 1; some < 4; some++ {
		CMPQ(n, I8(some))
		JNE(LabelRef(fmt.Sprintf("not%d", some)))
		body(some)
		RET()
		Label(fmt.Sprintf("not%d", some))
	}
	RET()
}

// rowsThatExist calls f for the rows below 4 that left counts, one after the other.
func rowsThatExist(left reg.GPVirtual, done string, f func(i int)) {
	for i := range 4 {
		f(i)
		if i < 3 {
			DECQ(left)
			JZ(LabelRef(done))
		}
	}
	Label(done)
}

func packNEON(name, args, doc string) {
	TEXT(name, NOSPLIT, "func("+args+", src *float32, cs, channels, n int)")
	Pragma("noescape")
	Doc(name + doc)
	to := []reg.GPVirtual{param("dst")}
	if args != "dst *float32" {
		to = append(to, param("odd"))
	}
	src, channels, n, cs := param("src"), param("channels"), param("n"), stride("cs")
	left, at := GP64(), GP64()
	byFours(n, func(some int) {
		rows := vectorsOf(1, 4)[0]
		MOVQ(src, at)
		MOVQ(channels, left)
		for _, v := range rows[1:] {
			VXORPS(v, v, v)
		}
		rowsThatExist(left, fmt.Sprintf("loaded%d", some), func(i int) {
			loadSome(some, Mem{Base: at}, rows[i])
			ADDQ(cs, at)
		})
		blocks := neon.transpose(rows)
		for p := range to {
			for i := p; i < some; i += len(to) {
				VMOVUPS(blocks[i], Mem{Base: to[p], Disp: 16 * (i / len(to))})
			}
		}
	}, func() {
		ADDQ(I8(16), src)
		for _, p := range to {
			ADDQ(I8(64/len(to)), p)
		}
	})
}

func unpackNEON() {
	TEXT("unpackNCHWcNEON", NOSPLIT, "func(dst *float32, cs int, src *float32, channels, n int)")
	Pragma("noescape")
	Doc("unpackNCHWcNEON writes dst[c][j] = src[j][c] for n pixels j and the channels that exist.")
	dst, src, channels, n, cs := param("dst"), param("src"), param("channels"), param("n"), stride("cs")
	left, at := GP64(), GP64()
	byFours(n, func(some int) {
		rows := vectorsOf(1, 4)[0]
		for i, v := range rows {
			if i < some {
				VMOVUPS(Mem{Base: src, Disp: 16 * i}, v)
			} else {
				VXORPS(v, v, v)
			}
		}
		planes := neon.transpose(rows)
		MOVQ(dst, at)
		MOVQ(channels, left)
		rowsThatExist(left, fmt.Sprintf("stored%d", some), func(i int) {
			storeSome(some, planes[i], Mem{Base: at})
			ADDQ(cs, at)
		})
	}, func() {
		ADDQ(I8(16), dst)
		ADDQ(I8(64), src)
	})
}
