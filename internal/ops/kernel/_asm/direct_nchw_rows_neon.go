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
		multiply := func(h int, x reg.VecVirtual) {
			for r := range rows {
				k := i - r*g.stride
				if k < 0 || k >= g.k {
					continue
				}
				for o := range acc {
					by := w[k*g.outs+o]
					fmaLane(by.lane, by.of, x, acc[o][r][h])
				}
			}
		}
		var halves [2]reg.VecVirtual
		for h := range halves {
			if halves[h] = source.load(i, h); !source.pairs {
				multiply(h, halves[h])
			}
		}
		if source.pairs {
			multiply(0, halves[0])
			multiply(1, halves[1])
		}
		if end != "" {
			Label(end)
		}
	}
}

// gather copies the few columns that exist of every row that does, so that whole vectors of them can be loaded.
func (g planeNEON) gather(id string, rows int, tap, mask, bits reg.GPVirtual, halves []reg.GPVirtual, step reg.GPVirtual) {
	to, at, other, left := GP64(), GP64(), GP64(), GP64()
	LEAQ(g.buffer, to)
	MOVQ(halves[0], at)
	SHRQ(U8(rowBits), bits)
	MOVQ(U32(g.sources(rows)), left)
	Label(id + "_copy")
	branchBit(false, 0, bits, id+"_absent")
	v := XMM()
	VMOVSS(Mem{Base: at}, v)
	for lane := 1; lane < 3; lane++ {
		MOVL(Mem{Base: mask, Disp: moveShort + 4*(lane-1)}, other.As32())
		loadLane(lane, Mem{Base: at, Index: other, Scale: 1}, v)
	}
	VMOVUPS(v, Mem{Base: to})
	Label(id + "_absent")
	ADDQ(g.ss, at)
	ADDQ(I8(16), to)
	SHRQ(U8(1), bits)
	DECQ(left)
	JNZ(LabelRef(id + "_copy"))
	MOVQ(Mem{Base: tap, Disp: 8}, bits)
	MOVQ(U32(16), step)
	for h := range halves {
		LEAQ(g.buffer, halves[h])
	}
}
