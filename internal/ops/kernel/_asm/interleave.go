package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// interleave generates the interleaving of 2, 4 or 8 rows into one: the last pass
// of a transposed convolution that was computed phase by phase. It moves bytes
// as fast as the cache does with 8 lanes, so there is no wider one. Of other numbers
// of rows 3 or 4 are interleaved at a time, between the others.
func interleave() { interleaveBy(avx2, target.interleaved, storeColumn) }

// interleaveBy generates the kernels of interleave, whose rows of vectors become vectors of neighbours by interleaved, and a
// column of 3 or 4 is stored by store.
func interleaveBy(s target, interleaved func(target, []reg.VecVirtual) []reg.VecVirtual, store func(ways int, v reg.VecVirtual, lane int, m Mem)) {
	for _, ways := range []int{2, 4, 8} {
		interleaveRows(s, fmt.Sprintf("interleave%d%s", ways, s.suffix), ways, func(rows []reg.VecVirtual, out, at reg.GPVirtual) {
			to := GP64()
			LEAQ(Mem{Base: out, Index: at, Scale: uint8(ways)}, to)
			for i, v := range interleaved(s, rows) {
				VMOVUPS(v, Mem{Base: to, Disp: s.bytes() * i})
			}
		})
	}
	for _, ways := range []int{3, 4} {
		interleaveRows(s, fmt.Sprintf("interleaveBetween%d%s", ways, s.suffix), ways, func(rows []reg.VecVirtual, out, at reg.GPVirtual) {
			to, ds := GP64(), param("ds")
			MOVQ(at, to)
			IMULQ(ds, to)
			ADDQ(out, to)
			SHLQ(U8(2), ds)
			for len(rows) < 4 { // a column's fourth element is nobody's
				rows = append(rows, rows[0])
			}
			columns := s.inLanes().transpose(rows)
			for i := range s.lanes {
				store(ways, columns[i%4], i/4, Mem{Base: to})
				ADDQ(ds, to)
			}
		})
	}
}

// storeColumn stores the first elements of a lane of 128 bits.
func storeColumn(ways int, v reg.VecVirtual, lane int, m Mem) {
	x := v.AsX()
	if lane > 0 {
		x = XMM()
		VEXTRACTF128(U8(lane), v, x)
	}
	if ways == 4 {
		VMOVUPS(x, m)
		return
	}
	VMOVLPS(x, m)
	m.Disp += 8
	VEXTRACTPS(U8(2), x, m)
}

// interleaveRows generates a kernel that loads vectors of some rows and has put store them, for columns that begin at bytes
// after their rows.
func interleaveRows(s target, name string, ways int, put func(rows []reg.VecVirtual, out, at reg.GPVirtual)) {
	TEXT(name, NOSPLIT, "func(dst *float32, ds, dr int, src **float32, ss *int, n, rows int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s writes dst[y*dr+i*ds+r] = src[r][y*ss[r]+i] for y < rows, i < n and r < %d. n is at least %d, ds %d or more than that.", name, ways, s.lanes, ways))
	out, src, last := param("dst"), param("src"), stride("n")
	SUBQ(I8(s.bytes()), last)
	from := make([]reg.GPVirtual, ways)
	for r := range from {
		from[r] = GP64()
		MOVQ(Mem{Base: src, Disp: 8 * r}, from[r])
	}
	at := GP64()
	Label("row")
	XORQ(at, at)
	Label("block")
	rows := make([]reg.VecVirtual, ways)
	for r := range rows {
		rows[r] = s.vec()
		VMOVUPS(Mem{Base: from[r], Index: at, Scale: 1}, rows[r])
	}
	put(rows, out, at)
	CMPQ(at, last)
	JEQ(LabelRef("next"))
	ADDQ(I8(s.bytes()), at)
	CMPQ(at, last)
	JLE(LabelRef("block"))
	MOVQ(last, at) // the last columns together with some that are written again
	JMP(LabelRef("block"))
	Label("next")
	left, _ := Param("rows").Resolve()
	DECQ(left.Addr)
	JEQ(LabelRef("done"))
	step, steps := GP64(), param("ss")
	Load(Param("dr"), step)
	LEAQ(Mem{Base: out, Index: step, Scale: 4}, out)
	for r := range from {
		MOVQ(Mem{Base: steps, Disp: 8 * r}, step)
		LEAQ(Mem{Base: from[r], Index: step, Scale: 4}, from[r])
	}
	JMP(LabelRef("row"))
	Label("done")
	if s.lanes > 4 {
		VZEROUPPER()
	}
	RET()
}

// interleaved interleaves rows of 8 lanes.
func (s target) interleaved(rows []reg.VecVirtual) []reg.VecVirtual {
	pair := func(op func(b, a, dst Op), a, b reg.VecVirtual) reg.VecVirtual {
		d := s.vec()
		op(b, a, d)
		return d
	}
	lo := func(b, a, d Op) { VUNPCKLPS(b, a, d) }
	hi := func(b, a, d Op) { VUNPCKHPS(b, a, d) }
	lo2 := func(b, a, d Op) { VUNPCKLPD(b, a, d) }
	hi2 := func(b, a, d Op) { VUNPCKHPD(b, a, d) }
	first := func(b, a, d Op) { VPERM2F128(U8(0x20), b, a, d) }
	second := func(b, a, d Op) { VPERM2F128(U8(0x31), b, a, d) }
	switch len(rows) {
	case 2:
		l, h := pair(lo, rows[0], rows[1]), pair(hi, rows[0], rows[1])
		return []reg.VecVirtual{pair(first, l, h), pair(second, l, h)}
	case 4:
		// u[i] holds column i in its low half and column i+4 in its high.
		t0, t1 := pair(lo, rows[0], rows[1]), pair(hi, rows[0], rows[1])
		t2, t3 := pair(lo, rows[2], rows[3]), pair(hi, rows[2], rows[3])
		u := []reg.VecVirtual{pair(lo2, t0, t2), pair(hi2, t0, t2), pair(lo2, t1, t3), pair(hi2, t1, t3)}
		return []reg.VecVirtual{
			pair(first, u[0], u[1]), pair(first, u[2], u[3]),
			pair(second, u[0], u[1]), pair(second, u[2], u[3]),
		}
	}
	return s.transpose(rows)
}
