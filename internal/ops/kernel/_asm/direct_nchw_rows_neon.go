package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// existing passes over the code of a source row that bits lack; the end of that code is named id and the row.
func (g planeNEON) existing(id string, bits reg.GPVirtual) func(i int) string {
	return func(i int) string {
		end := fmt.Sprintf("%s_skip%d", id, i)
		branchBit(false, rowBits+i, bits, end)
		return end
	}
}

// sourceRows multiplies the rows that exist, all where it is not asked, each loaded once for every output row that meets it.
func (g planeNEON) sourceRows(rows int, acc [][][]reg.VecVirtual, w []element, source sourceNEON, exists func(i int) string) {
	for i := range g.sources(rows) {
		if i > 0 {
			source.move(i)
		}
		end := ""
		if exists != nil {
			end = exists(i)
		}
		x := []reg.VecVirtual{source.load(i, 0), source.load(i, 1)}
		for r := range rows {
			k := i - r*g.stride
			if k < 0 || k >= g.k {
				continue
			}
			for o := range acc {
				by := w[k*g.outs+o]
				for h := range x {
					fmaLane(by.lane, by.of, x[h], acc[o][r][h])
				}
			}
		}
		if end != "" {
			Label(end)
		}
	}
}

// gather copies the few columns that exist of every row that does, so that whole vectors of them can be loaded.
func (g planeNEON) gather(id string, rows int, mask, bits reg.GPVirtual, halves []reg.GPVirtual, step reg.GPVirtual) {
	to, at, second, third, rest, left := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	LEAQ(g.buffer, to)
	MOVQ(halves[0], at)
	MOVL(Mem{Base: mask, Disp: moveShort}, second.As32())
	MOVL(Mem{Base: mask, Disp: moveShort + 4}, third.As32())
	MOVQ(bits, rest)
	SHRQ(U8(rowBits), rest)
	MOVQ(U32(g.sources(rows)), left)
	Label(id + "_copy")
	branchBit(false, 0, rest, id+"_absent")
	v := XMM()
	VMOVSS(Mem{Base: at}, v)
	loadLane(1, Mem{Base: at, Index: second, Scale: 1}, v)
	loadLane(2, Mem{Base: at, Index: third, Scale: 1}, v)
	VMOVUPS(v, Mem{Base: to})
	Label(id + "_absent")
	ADDQ(g.ss, at)
	ADDQ(I8(16), to)
	SHRQ(U8(1), rest)
	DECQ(left)
	JNZ(LabelRef(id + "_copy"))
	MOVQ(U32(16), step)
	for h := range halves {
		LEAQ(g.buffer, halves[h])
	}
}
