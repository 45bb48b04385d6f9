package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stridedCopy generates the copies that pack panels of im2col: short rows, many of
// them, every step-th element.
func stridedCopy() {
	for _, s := range []target{avx512, avx2} {
		for _, step := range []int{1, 2, 0} {
			stridedCopyRows(s, step)
		}
	}
}

// stridedCopyRows specialises on steps 1 and 2; step 0 gathers any other.
func stridedCopyRows(s target, step int) {
	name := fmt.Sprintf("stridedCopy%d%s", step, s.suffix)
	if step == 0 {
		name = "stridedCopyN" + s.suffix
	}
	TEXT(name, NOSPLIT, "func(dst *float32, ds int, src *float32, ss, step, n, rows, ahead int)")
	Pragma("noescape")
	Doc(name+" writes dst[r*ds+j] = src[r*ss+j*step] for r < rows and j < n,", "and asks the cache for what stands ahead elements further.")
	dst, src := param("dst"), param("src")
	ds, ss := stride("ds"), stride("ss")
	n, rows := param("n"), param("rows")
	ahead := stride("ahead")
	g := stridedCopyState{target: s, step: step}
	if s.lanes == 8 {
		g.table = GP64()
		LEAQ(maskTable(name+"_masks"), g.table)
	}
	g.prepare(name)

	// Whole vectors of columns first, each down all the rows; the tail last.
	from, to, left := GP64(), GP64(), GP64()
	Label("columns")
	MOVQ(src, from)
	MOVQ(dst, to)
	MOVQ(rows, left)
	CMPQ(n, I8(s.lanes))
	JLT(LabelRef("tail"))
	Label("whole")
	PREFETCHT0(Mem{Base: from, Index: ahead, Scale: 1})
	g.copy(from, to, false)
	ADDQ(ss, from)
	ADDQ(ds, to)
	DECQ(left)
	JNZ(LabelRef("whole"))
	ADDQ(I8(s.bytes()), dst)
	if step == 0 {
		width := GP64()
		MOVQ(g.stepBytes, width)
		IMUL3Q(I8(s.lanes), width, width)
		ADDQ(width, src)
	} else {
		ADDQ(I32(step*s.bytes()), src)
	}
	SUBQ(I8(s.lanes), n)
	JNZ(LabelRef("columns"))
	VZEROUPPER()
	RET()

	Label("tail")
	g.masks(n)
	Label("part")
	PREFETCHT0(Mem{Base: from, Index: ahead, Scale: 1})
	g.copy(from, to, true)
	ADDQ(ss, from)
	ADDQ(ds, to)
	DECQ(left)
	JNZ(LabelRef("part"))
	VZEROUPPER()
	RET()
}

// stridedCopyState is what copying one vector needs.
type stridedCopyState struct {
	target
	step      int
	stepBytes reg.GPVirtual
	table     reg.GPVirtual
	index     reg.VecVirtual
	mask      []reg.VecVirtual // AVX2: of each source vector, then of the target
	k         []reg.Register   // AVX-512: the same
}

// prepare sets what does not change: the indices of a step.
func (g *stridedCopyState) prepare(name string) {
	g.index = g.vec()
	switch {
	case g.step == 2 && g.lanes == 16:
		m := GLOBL(name+"_even", RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(2*i))
		}
		VMOVUPS(m, g.index)
	case g.step == 0:
		m := GLOBL(name+"_iota", RODATA|NOPTR)
		for i := range g.lanes {
			DATA(4*i, U32(i))
		}
		g.stepBytes = stride("step")
		VMOVD(g.stepBytes.As32(), g.index.AsX())
		VPBROADCASTD(g.index.AsX(), g.index)
		VPMULLD(m, g.index, g.index)
	}
	for range 3 {
		if g.lanes == 16 {
			g.k = append(g.k, K())
		} else {
			g.mask = append(g.mask, g.vec())
		}
	}
	switch {
	case g.step == 0 && g.lanes == 16:
		KXNORW(g.k[2], g.k[2], g.k[2])
	case g.step == 2:
		// The element after the last one wanted may not exist.
		most := GP64()
		MOVQ(U32(g.lanes-1), most)
		g.setMask(1, most)
	}
}

// setMask makes mask i one of the first count lanes.
func (g *stridedCopyState) setMask(i int, count reg.GPVirtual) {
	if g.lanes == 16 {
		ones := GP64()
		MOVQ(I32(-1), ones)
		BZHIQ(count, ones, ones)
		KMOVW(ones.As32(), g.k[i])
		return
	}
	at := GP64()
	MOVQ(count, at)
	NEGQ(at)
	VMOVUPS(Mem{Base: g.table, Index: at, Scale: 4, Disp: 32}, g.mask[i])
}

// masks sets the tail's: n columns, which take 2n-1 elements of a step of 2.
func (g *stridedCopyState) masks(n reg.GPVirtual) {
	g.setMask(2, n)
	if g.step != 2 {
		return
	}
	first, second, zero := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: n, Index: n, Scale: 1, Disp: -1}, second)
	MOVQ(U32(g.lanes), first)
	CMPQ(second, first)
	CMOVQLT(second, first)
	g.setMask(0, first)
	XORQ(zero, zero)
	SUBQ(first, second)
	CMOVQLT(zero, second)
	g.setMask(1, second)
}

// copy moves one vector of columns.
func (g *stridedCopyState) copy(from, to reg.GPVirtual, tail bool) {
	v, w := g.vec(), g.vec()
	load := func(m Mem, i int, v reg.VecVirtual) {
		switch {
		case !tail && i != 1:
			VMOVUPS(m, v)
		case g.lanes == 16:
			VMOVUPS_Z(m, g.k[i], v)
		default:
			VMASKMOVPS(m, g.mask[i], v)
		}
	}
	switch g.step {
	case 1:
		load(Mem{Base: from}, 2, v)
	case 2:
		load(Mem{Base: from, Disp: g.bytes()}, 1, w)
		load(Mem{Base: from}, 0, v)
		if g.lanes == 16 {
			x := g.vec()
			VMOVAPS(g.index, x)
			VPERMI2PS(w, v, x)
			v = x
		} else {
			VSHUFPS(U8(0x88), w, v, v)
			VPERMPD(U8(0xd8), v, v)
		}
	case 0:
		if g.lanes == 16 {
			k := K()
			KMOVW(g.k[2], k)
			VPXORD(v, v, v)
			VGATHERDPS(Mem{Base: from, Index: g.index, Scale: 1}, k, v)
		} else {
			if tail {
				VMOVAPS(g.mask[2], w)
			} else {
				VPCMPEQD(w, w, w)
			}
			VXORPS(v, v, v)
			VGATHERDPS(w, Mem{Base: from, Index: g.index, Scale: 1}, v)
		}
	}
	switch {
	case !tail:
		VMOVUPS(v, Mem{Base: to})
	case g.lanes == 16:
		VMOVUPS(v, g.k[2], Mem{Base: to})
	default:
		VMASKMOVPS(v, g.mask[2], Mem{Base: to})
	}
}
