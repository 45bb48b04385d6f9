package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// deinterleaveNEON generates the parting of pixels and of pairs, each number of columns that may be left with a body of
// its own.
func deinterleaveNEON() {
	deinterleavePixelsNEON()
	deinterleavePairsNEON()
}

func deinterleavePixelsNEON() {
	TEXT("deinterleaveNEON", NOSPLIT, "func(dst *float32, ds int, src *float32, ss, ways, n int)")
	Pragma("noescape")
	Doc("deinterleaveNEON writes dst[r*ds+j] = src[j*ss+r] for r < ways and j < n.")
	dst, src, ways, n := param("dst"), param("src"), param("ways"), param("n")
	ds, ss := stride("ds"), stride("ss")
	at := GP64()
	for w := 1; w < 4; w++ {
		CMPQ(ways, I8(w))
		JEQ(LabelRef(fmt.Sprintf("ways%d", w)))
	}
	for _, w := range []int{4, 1, 2, 3} {
		id := fmt.Sprintf("ways%d", w)
		part := func(some int) {
			rows := vectorsOf(1, 4)[0]
			for i, v := range rows {
				if i < some {
					loadSome(w, Mem{Base: src}, v)
					ADDQ(ss, src)
				} else {
					VXORPS(v, v, v)
				}
			}
			MOVQ(dst, at)
			for r, v := range neon.transpose(rows)[:w] {
				storeSome(some, v, Mem{Base: at})
				if r < w-1 {
					ADDQ(ds, at)
				}
			}
		}
		Label(id)
		SUBQ(I8(4), n)
		JLT(LabelRef(id + "_rest"))
		Label(id + "_four")
		part(4)
		ADDQ(I8(16), dst)
		SUBQ(I8(4), n)
		JGE(LabelRef(id + "_four"))
		Label(id + "_rest")
		ADDQ(I8(4), n)
		for some := 1; some < 4; some++ {
			CMPQ(n, I8(some))
			JEQ(LabelRef(fmt.Sprintf("%s_left%d", id, some)))
		}
		RET()
		for some := 1; some < 4; some++ {
			Label(fmt.Sprintf("%s_left%d", id, some))
			part(some)
			RET()
		}
	}
}

func deinterleavePairsNEON() {
	TEXT("deinterleavePairsNEON", NOSPLIT, "func(even, odd *float32, ds int, src *float32, ss, n, rows int)")
	Pragma("noescape")
	Doc("deinterleavePairsNEON writes even[r*ds+j] = src[r*ss+2*j] and odd[r*ds+j] = src[r*ss+2*j+1] for r < rows and the n columns of src.")
	even, odd, src, n := param("even"), param("odd"), param("src"), param("n")
	ds, ss := stride("ds"), stride("ss")
	from, toEven, toOdd, left := GP64(), GP64(), GP64(), GP64()
	// columns parts up to eight columns of every row.
	columns := func(some int) {
		MOVQ(src, from)
		MOVQ(even, toEven)
		MOVQ(odd, toOdd)
		Load(Param("rows"), left)
		Label(fmt.Sprintf("rows%d", some))
		v, w, e, o := XMM(), XMM(), XMM(), XMM()
		loadSome(min(4, some), Mem{Base: from}, v)
		if some > 4 {
			loadSome(some-4, Mem{Base: from, Disp: 16}, w)
		} else {
			VXORPS(w, w, w)
		}
		VSHUFPS(U8(0x88), w, v, e)
		VSHUFPS(U8(0xdd), w, v, o)
		storeSome((some+1)/2, e, Mem{Base: toEven})
		if some > 1 {
			storeSome(some/2, o, Mem{Base: toOdd})
		}
		ADDQ(ss, from)
		for _, p := range []reg.GPVirtual{toEven, toOdd} {
			ADDQ(ds, p)
		}
		DECQ(left)
		JNZ(LabelRef(fmt.Sprintf("rows%d", some)))
	}
	SUBQ(I8(8), n)
	JLT(LabelRef("rest"))
	Label("eight")
	columns(8)
	ADDQ(I8(32), src)
	ADDQ(I8(16), even)
	ADDQ(I8(16), odd)
	SUBQ(I8(8), n)
	JGE(LabelRef("eight"))
	Label("rest")
	ADDQ(I8(8), n)
	for some := 1; some < 8; some++ {
		CMPQ(n, I8(some))
		JEQ(LabelRef(fmt.Sprintf("left%d", some)))
	}
	RET()
	for some := 1; some < 8; some++ {
		Label(fmt.Sprintf("left%d", some))
		columns(some)
		RET()
	}
}
