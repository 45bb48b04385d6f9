package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// finish clamps and writes the tile's columns, from the last row up to the first, and goes on to the next. Where taps are one row
// high, which is soon done, that takes no other branch; else what all numbers of rows share does it.
func (g *planeState) finish(id string, rows int) {
	VBROADCASTSS(argument("lo"), g.lo)
	VBROADCASTSS(argument("hi"), g.hi)
	Load(Param("ds"), g.ds)
	SHLQ(U8(2), g.ds)
	MOVQ(g.dst, g.to)
	if rows > 1 {
		last := GP64()
		IMUL3Q(U32(rows-1), g.ds, last)
		ADDQ(last, g.to)
	}
	if g.outs > 1 {
		Load(Param("dp"), g.dp)
		SHLQ(U8(2), g.dp)
		LEAQ(Mem{Base: g.dp, Index: g.dp, Scale: 2}, g.dp3)
	}
	CMPQ(g.n, I8(g.lanes))
	JLT(LabelRef("tail"))
	CMPB(argument("stream"), U8(0))
	JNE(LabelRef(fmt.Sprintf("stream%d", rows)))
	if g.k > 1 {
		JMP(LabelRef(fmt.Sprintf("whole%d", rows)))
		return
	}
	g.store(rows, func(int) {}, storeWhole)
	CMPB(argument("far"), U8(0))
	JNE(LabelRef("stored"))
	g.nextColumns(id)
}

func storeWhole(v reg.VecVirtual, to Mem) { VMOVUPS(v, to) }
func storePast(v reg.VecVirtual, to Mem)  { VMOVNTPS(v, to) }

// storeRows is store for any number of rows, which goes on behind it.
func (g *planeState) storeRows(name string, put func(v reg.VecVirtual, to Mem)) {
	g.store(g.rows, func(row int) { Label(fmt.Sprintf("%s%d", name, row)) }, put)
	JMP(LabelRef("stored"))
}

// store clamps and writes the columns of the rows from the last one up; before is called before each, counted from 1.
func (g *planeState) store(rows int, before func(row int), put func(v reg.VecVirtual, to Mem)) {
	for r := rows; r > 0; r-- {
		before(r)
		for o, acc := range g.acc {
			VMAXPS(acc[r-1], g.lo, acc[r-1]) // the value stands second, so that a NaN stays one
			VMINPS(acc[r-1], g.hi, acc[r-1])
			put(acc[r-1], rung(g.to, g.dp, g.dp3, o))
		}
		if r > 1 {
			SUBQ(g.ds, g.to)
		}
	}
}

// nextColumns goes to a label for the next column block, and after the last one back for the next time.
func (g *planeState) nextColumns(label string) {
	ADDQ(param("maskStep"), g.masks)
	ADDQ(I8(g.bytes()), g.src)
	ADDQ(I8(g.bytes()), g.dst)
	SUBQ(I8(g.lanes), g.n)
	JG(LabelRef(label))
	SUBQ(I8(1), argument("times"))
	JNZ(LabelRef("again"))
	finishAVX()
}

// ahead is the bytes between what a tile reads and what it asks memory for, of planes too large for the caches: more
// rows are read at once than the processor follows by itself.
const ahead = 512

// prefetch asks for the source rows of the first tap.
func (d planeShape) prefetch(id string, src, ss reg.GPVirtual) {
	from, left := GP64(), param("rows")
	if d.stride == 2 {
		ADDQ(left, left)
	}
	ADDQ(I8(d.sources(0)), left)
	Load(Param("taps"), from)
	MOVQ(Mem{Base: from}, from)
	LEAQ(Mem{Base: src, Index: from, Scale: 4, Disp: ahead}, from)
	Label(id + "ask")
	PREFETCHT0(Mem{Base: from})
	ADDQ(ss, from)
	DECQ(left)
	JNZ(LabelRef(id + "ask"))
}

// again goes back for the next planes, if there are any.
func (d planeShape) again() {
	Label("again")
	dp := stride("dp")
	IMUL3Q(U32(d.outs), dp, dp)
	ADDQ(dp, argument("dst"))
	ADDQ(stride("sp"), argument("src"))
	ADDQ(stride("sw"), argument("w"))
	ADDQ(I8(4*d.outs), argument("bias"))
	JMP(LabelRef("times"))
}
