package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// resize generates the mixing of rows of planes, and of pairs of their elements. Where the pairs of a vector stand close
// together they are permuted out of a window of the row; any others are gathered.
func resize() {
	for _, s := range targets {
		if s.lanes > 4 {
			resizeRows(s, "resizeNear", true)
		}
		resizeRows(s, "resizeFar", false)
	}
}

// The table of one vector of columns: a header of 16 words (the first element, and masks of bits), then vectors: indices of
// the first and second elements, their weights, and, but for AVX-512, the masks as vectors.
const (
	resizeHeader  = 64
	resizeSecond  = 4 // of the second elements that take part
	resizeOut     = 8 // the columns that exist
	resizeWindow  = 12
	resizeVectors = 7
	resizeStep    = 32 // bytes of a row's step
)

// resizer is a kernel at work on one vector of columns.
type resizer struct {
	target
	near                      bool
	src, table, from          reg.GPVirtual
	first, second, wFirst, wS reg.VecVirtual
	low, high                 reg.VecVirtual
	bits                      [4]reg.OpmaskVirtual // for AVX-512: second, out, and both vectors of the window
	masks                     [3]Op                // otherwise: second, out, window
}

// resizeRows goes down the rows, vector by vector: two rows of input are mixed along themselves, and again with each
// other for every row of outputs that they are the nearest of.
func resizeRows(s target, name string, near bool) {
	id := name + s.suffix
	TEXT(id, NOSPLIT, "func(dst, src *float32, at int, columns *uint32, n int, steps *int64, rows int, lo, hi float32)")
	Pragma("noescape")
	Doc(id + " mixes pairs of elements, and of rows, into rows of n outputs; see Resize.")
	r := &resizer{target: s, near: near}
	dst := param("dst")
	r.src, r.table = param("src"), param("columns")
	n, width := param("n"), GP64()
	MOVQ(n, width)
	SHLQ(U8(2), width)
	at := stride("at")
	SUBQ(at, r.src)
	r.low, r.high = s.vec(), s.vec()
	VBROADCASTSS(argument("lo"), r.low)
	VBROADCASTSS(argument("hi"), r.high)
	next := func() {
		bytes := resizeHeader + resizeVectors*s.bytes()
		if s.lanes == 16 {
			bytes = resizeHeader + 4*s.bytes()
		}
		ADDQ(I32(bytes), r.table)
		ADDQ(I8(s.bytes()), dst)
	}
	if s.lanes == neon.lanes {
		byFours(n, func(some int) {
			r.column(fmt.Sprintf("some%d_", some), dst, width, func(v reg.VecVirtual, to Mem) { storeSome(some, v, to) })
		}, next)
		return
	}
	Label("columns")
	r.column("", dst, width, func(v reg.VecVirtual, to Mem) {
		if s.lanes == 16 {
			VMOVUPS(v, r.bits[1], to)
			return
		}
		CMPQ(n, I8(s.lanes))
		JLT(LabelRef("tail"))
		VMOVUPS(v, to)
		JMP(LabelRef("stored"))
		Label("tail")
		m := s.vec()
		VMOVUPS(r.masks[1], m)
		VMASKMOVPS(v, m, to)
		Label("stored")
	})
	next()
	SUBQ(I8(s.lanes), n)
	JG(LabelRef("columns"))
	VZEROUPPER()
	RET()
}

// column goes down the rows.
func (r *resizer) column(id string, dst, width reg.GPVirtual, store func(v reg.VecVirtual, to Mem)) {
	r.load()
	a, b, v, w := r.vec(), r.vec(), r.vec(), r.vec()
	step, left, to, kind, row := param("steps"), param("rows"), GP64(), GP64(), GP64()
	MOVQ(dst, to)
	mix := func(disp int, into reg.VecVirtual) {
		MOVQ(Mem{Base: step, Disp: disp}, row)
		LEAQ(Mem{Base: r.from, Index: row, Scale: 4}, row)
		r.mix(row, into)
	}
	JMP(LabelRef(id + "both"))
	Label(id + "row")
	MOVQ(Mem{Base: step, Disp: 24}, kind)
	TESTQ(kind, kind)
	JZ(LabelRef(id + "same"))
	CMPQ(kind, I8(1))
	JEQ(LabelRef(id + "next"))
	Label(id + "both")
	mix(0, b)
	Label(id + "next")
	VMOVAPS(b, a)
	mix(8, b)
	Label(id + "same")
	VBROADCASTSS(Mem{Base: step, Disp: 16}, w)
	VMULPS(a, w, v)
	MOVL(Mem{Base: step, Disp: 20}, kind.As32())
	TESTQ(kind, kind)
	JZ(LabelRef(id + "single"))
	VBROADCASTSS(Mem{Base: step, Disp: 20}, w)
	VFMADD231PS(b, w, v)
	Label(id + "single")
	VMAXPS(v, r.low, v) // the value second: a NaN stays one
	VMINPS(v, r.high, v)
	store(v, Mem{Base: to})
	ADDQ(width, to)
	ADDQ(I8(resizeStep), step)
	DECQ(left)
	JNZ(LabelRef(id + "row"))
}

// load takes the table of a vector into registers, as many as there are.
func (r *resizer) load() {
	at := func(i int) Mem { return Mem{Base: r.table, Disp: resizeHeader + i*r.bytes()} }
	r.from = GP64()
	MOVLQSX(Mem{Base: r.table}, r.from)
	LEAQ(Mem{Base: r.src, Index: r.from, Scale: 4}, r.from)
	for i, v := range []*reg.VecVirtual{&r.first, &r.second, &r.wFirst, &r.wS} {
		if i < 2 && r.lanes == neon.lanes {
			continue // general registers take them one by one
		}
		*v = r.vec()
		VMOVUPS(at(i), *v)
	}
	if r.lanes == 16 {
		for i, disp := range []int{resizeSecond, resizeOut, resizeWindow, resizeWindow + 4} {
			r.bits[i] = K()
			KMOVW(Mem{Base: r.table, Disp: disp}, r.bits[i])
		}
		return
	}
	for i := range r.masks {
		r.masks[i] = at(4 + i)
	}
}

// mix mixes the pairs of a row's elements.
func (r *resizer) mix(row reg.GPVirtual, v reg.VecVirtual) {
	second := r.vec()
	switch {
	case r.lanes == neon.lanes:
		for i, into := range []reg.VecVirtual{v, second} {
			loadApart(r.lanes, func(lane int) Mem {
				index := GP64()
				MOVLQSX(Mem{Base: r.table, Disp: resizeHeader + i*r.bytes() + 4*lane}, index)
				LEAQ(Mem{Base: row, Index: index, Scale: 4}, index)
				return Mem{Base: index}
			}, into)
		}
	case r.near && r.lanes == 16:
		x, y := r.vec(), r.vec()
		VMOVUPS_Z(Mem{Base: row}, r.bits[2], x)
		VMOVUPS_Z(Mem{Base: row, Disp: 64}, r.bits[3], y)
		VMOVAPS(r.first, v)
		VMOVAPS(r.second, second)
		VPERMI2PS(y, x, v)
		VPERMI2PS(y, x, second)
	case r.near:
		x := r.vec()
		VMOVUPS(r.masks[2], x)
		VMASKMOVPS(Mem{Base: row}, x, x)
		VPERMPS(x, r.first, v)
		VPERMPS(x, r.second, second)
	case r.lanes == 16:
		taken := K()
		KMOVW(r.bits[1], taken)
		VPXORD(v, v, v)
		VGATHERDPS(Mem{Base: row, Index: r.first, Scale: 4}, taken, v)
		KMOVW(r.bits[0], taken)
		VPXORD(second, second, second)
		VGATHERDPS(Mem{Base: row, Index: r.second, Scale: 4}, taken, second)
	default:
		taken := r.vec()
		VMOVUPS(r.masks[1], taken)
		VXORPS(v, v, v)
		VGATHERDPS(taken, Mem{Base: row, Index: r.first, Scale: 4}, v)
		VMOVUPS(r.masks[0], taken)
		VXORPS(second, second, second)
		VGATHERDPS(taken, Mem{Base: row, Index: r.second, Scale: 4}, second)
	}
	VMULPS(r.wFirst, v, v)
	if r.lanes == 16 {
		VFMADD231PS(second, r.wS, r.bits[0], v)
		return
	}
	VANDPS(r.masks[0], second, second)
	VFMADD231PS(second, r.wS, v)
}
