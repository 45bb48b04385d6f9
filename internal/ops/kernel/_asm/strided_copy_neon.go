package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stridedCopyNEON generates the copies that pack panels of im2col, four columns of every row at a time.
func stridedCopyNEON() {
	for _, step := range []int{1, 2, 0} {
		stridedCopyRowsNEON(step)
	}
}

// stridedCopyRowsNEON specialises on steps 1 and 2; step 0 is any other.
func stridedCopyRowsNEON(step int) {
	name := fmt.Sprintf("stridedCopy%dNEON", step)
	if step == 0 {
		name = "stridedCopyNNEON"
	}
	TEXT(name, NOSPLIT, "func(dst *float32, ds int, src *float32, ss, step, n, rows, ahead int)")
	Pragma("noescape")
	Doc(name+" writes dst[r*ds+j] = src[r*ss+j*step] for r < rows and j < n,", "and asks the cache for what stands ahead elements further.")
	dst, src, n, rows := param("dst"), param("src"), param("n"), param("rows")
	ds, ss, ahead := stride("ds"), stride("ss"), stride("ahead")
	apart, four := GP64(), GP64()
	if step == 0 {
		Load(Param("step"), apart)
		SHLQ(U8(2), apart)
		MOVQ(apart, four)
		SHLQ(U8(2), four)
	}
	from, to, left := GP64(), GP64(), GP64()
	// columns copies some columns of every row.
	columns := func(some int) {
		MOVQ(src, from)
		MOVQ(dst, to)
		MOVQ(rows, left)
		label := fmt.Sprintf("rows%d", some)
		Label(label)
		PREFETCHT0(Mem{Base: from, Index: ahead, Scale: 1})
		v := XMM()
		switch {
		case step == 1:
			loadSome(some, Mem{Base: from}, v)
		case step == 2 && some == 4:
			loadEven(Mem{Base: from}, v)
		case step == 2:
			loadApart(some, func(i int) Mem { return Mem{Base: from, Disp: 8 * i} }, v)
		default:
			at := GP64()
			MOVQ(from, at)
			loadApart(some, func(i int) Mem {
				if i > 0 {
					ADDQ(apart, at)
				}
				return Mem{Base: at}
			}, v)
		}
		storeSome(some, v, Mem{Base: to})
		ADDQ(ss, from)
		ADDQ(ds, to)
		DECQ(left)
		JNZ(LabelRef(label))
	}
	byFours(n, columns, func() {
		ADDQ(I8(16), dst)
		if step == 0 {
			ADDQ(four, src)
		} else {
			ADDQ(I8(16*step), src)
		}
	})
}

// loadEven loads every other of seven elements; the eighth may not exist.
func loadEven(m Mem, v reg.VecVirtual) {
	w := XMM()
	VMOVUPS(m, v)
	VMOVUPS(m.Offset(12), w)
	VSHUFPS(U8(0x88), v, v, v)
	VSHUFPS(U8(0xdd), w, w, w)
	VUNPCKLPD(w, v, v)
}

// loadApart loads lanes from places of their own.
func loadApart(some int, at func(i int) Mem, v reg.VecVirtual) {
	VMOVSS(at(0), v)
	for i := 1; i < some; i++ {
		loadLane(i, at(i), v)
	}
}
