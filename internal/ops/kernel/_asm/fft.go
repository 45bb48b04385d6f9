package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fft generates the passes of complex FFT transforms, the split of a
// spectrum into those of two real rows, the way back, and products of spectra.
// A vector holds the real or the imaginary part of one element in as many
// channels as it has lanes, so that nothing is ever shuffled.
func fft() {
	for _, s := range targets {
		for _, radix := range []int{2, 3, 4, 5, 6} {
			for _, kind := range []string{"Plain", "After", "Before"} {
				fftPass(s, radix, kind)
			}
		}
		fftSplit(s)
		fftJoin(s)
		fftMultiply(s, "fftMultiply", false)
		fftMultiply(s, "fftMultiplyAdd", true)
	}
}

// fftPass generates one pass of a transform.
func fftPass(s target, radix int, kind string) {
	name := fmt.Sprintf("fftPass%d%s%s", radix, kind, s.suffix)
	consts := newFFTConstants(s, radix, name)
	TEXT(name, NOSPLIT, "func(dst *float32, ds, db, di int, src *float32, ss, sb, si int, twiddles *float32, m, blocks int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s writes butterflies of %d, as FFTPass says.", name, radix))
	dst, src := param("dst"), param("src")
	ds, di, ss, si := stride("ds"), stride("di"), stride("ss"), stride("si")
	db, sb := NewParamAddr("db", 16), NewParamAddr("sb", 48)
	twiddles, m, blocks := NewParamAddr("twiddles", 64), NewParamAddr("m", 72), NewParamAddr("blocks", 80)
	SHLQ(U8(2), db)
	SHLQ(U8(2), sb)
	dstep, sstep := GP64(), GP64()
	MOVQ(m, dstep)
	MOVQ(dstep, sstep)
	IMULQ(ds, dstep)
	IMULQ(ss, sstep)
	to, from, at, tw, j := GP64(), GP64(), GP64(), GP64(), GP64()

	Label("block")
	MOVQ(dst, to)
	MOVQ(src, from)
	MOVQ(twiddles, tw)
	MOVQ(m, j)
	Label("loop")
	x := make([]vecComplex, radix)
	MOVQ(from, at)
	for q := range x {
		x[q] = s.complex()
		VMOVUPS(Mem{Base: at}, x[q].re)
		VMOVUPS(Mem{Base: at, Index: si, Scale: 1}, x[q].im)
		if q < radix-1 {
			ADDQ(sstep, at)
		}
		if kind == "Before" && q > 0 {
			x[q] = s.twiddled(x[q], tw, q-1)
		}
	}
	y := s.dft(x, consts)
	MOVQ(to, at)
	for p, v := range y {
		if kind == "After" && p > 0 {
			v = s.twiddled(v, tw, p-1)
		}
		VMOVUPS(v.re, Mem{Base: at})
		VMOVUPS(v.im, Mem{Base: at, Index: di, Scale: 1})
		if p < radix-1 {
			ADDQ(dstep, at)
		}
	}
	ADDQ(ss, from)
	ADDQ(ds, to)
	if kind != "Plain" {
		ADDQ(I8(8*(radix-1)), tw)
	}
	DECQ(j)
	JNZ(LabelRef("loop"))
	ADDQ(db, dst)
	ADDQ(sb, src)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// twiddled returns v times the i-th complex number at tw.
func (s target) twiddled(v vecComplex, tw reg.GPVirtual, i int) vecComplex {
	cos, sin, out := s.vec(), s.vec(), s.complex()
	VBROADCASTSS(Mem{Base: tw, Disp: 8 * i}, cos)
	VBROADCASTSS(Mem{Base: tw, Disp: 8*i + 4}, sin)
	VMULPS(cos, v.re, out.re)
	VMULPS(cos, v.im, out.im)
	VFNMADD231PS(sin, v.im, out.re)
	VFMADD231PS(sin, v.re, out.im)
	return out
}

// fftSplit generates the spectra of two real rows from that of the first
// plus i times the second.
func fftSplit(s target) {
	name := "fftSplit" + s.suffix
	TEXT(name, NOSPLIT, "func(dst *float32, second int, src *float32, order *int32, n int)")
	Pragma("noescape")
	Doc(name + " writes twice the first n frequencies of two real rows, as FFTSplit says.")
	dst, src, order, n := param("dst"), param("src"), param("order"), param("n")
	second := stride("second")
	p, q := GP64(), GP64()
	Label("loop")
	z, c := s.pairAt(src, order, p, q)
	a, b := s.complex(), s.complex()
	VADDPS(c.re, z.re, a.re)
	VSUBPS(c.im, z.im, a.im)
	VADDPS(c.im, z.im, b.re)
	VSUBPS(z.re, c.re, b.im)
	VMOVUPS(a.re, Mem{Base: dst})
	VMOVUPS(a.im, Mem{Base: dst, Disp: s.bytes()})
	VMOVUPS(b.re, Mem{Base: dst, Index: second, Scale: 1})
	VMOVUPS(b.im, Mem{Base: dst, Index: second, Scale: 1, Disp: s.bytes()})
	ADDQ(I8(8), order)
	ADDQ(U32(2*s.bytes()), dst)
	DECQ(n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// pairAt loads the two elements that order names; p and q become their addresses.
func (s target) pairAt(base, order, p, q reg.GPVirtual) (a, b vecComplex) {
	s.addresses(base, order, p, q)
	a, b = s.complex(), s.complex()
	VMOVUPS(Mem{Base: p}, a.re)
	VMOVUPS(Mem{Base: p, Disp: s.bytes()}, a.im)
	VMOVUPS(Mem{Base: q}, b.re)
	VMOVUPS(Mem{Base: q, Disp: s.bytes()}, b.im)
	return a, b
}

func (s target) addresses(base, order, p, q reg.GPVirtual) {
	shift := map[int]int{16: 7, 8: 6, 4: 5}[s.lanes]
	MOVLQSX(Mem{Base: order}, p)
	MOVLQSX(Mem{Base: order, Disp: 4}, q)
	SHLQ(U8(shift), p)
	SHLQ(U8(shift), q)
	ADDQ(base, p)
	ADDQ(base, q)
}

// fftJoin is the way back of fftSplit.
func fftJoin(s target) {
	name := "fftJoin" + s.suffix
	TEXT(name, NOSPLIT, "func(dst, src *float32, second int, order *int32, n int)")
	Pragma("noescape")
	Doc(name + " joins the spectra of two real rows, as FFTJoin says.")
	dst, src, order, n := param("dst"), param("src"), param("order"), param("n")
	second := stride("second")
	p, q := GP64(), GP64()
	Label("loop")
	a, b := s.complex(), s.complex()
	VMOVUPS(Mem{Base: src}, a.re)
	VMOVUPS(Mem{Base: src, Disp: s.bytes()}, a.im)
	VMOVUPS(Mem{Base: src, Index: second, Scale: 1}, b.re)
	VMOVUPS(Mem{Base: src, Index: second, Scale: 1, Disp: s.bytes()}, b.im)
	s.addresses(dst, order, p, q)
	z, c := s.complex(), s.complex()
	VSUBPS(b.im, a.re, z.re)
	VADDPS(b.re, a.im, z.im)
	VADDPS(b.im, a.re, c.re)
	VSUBPS(a.im, b.re, c.im)
	VMOVUPS(c.re, Mem{Base: q})
	VMOVUPS(c.im, Mem{Base: q, Disp: s.bytes()})
	VMOVUPS(z.re, Mem{Base: p})
	VMOVUPS(z.im, Mem{Base: p, Disp: s.bytes()})
	ADDQ(I8(8), order)
	ADDQ(U32(2*s.bytes()), src)
	DECQ(n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// fftMultiply generates products of complex numbers.
func fftMultiply(s target, kernel string, add bool) {
	name := kernel + s.suffix
	TEXT(name, NOSPLIT, "func(dst, a, b *float32, n int)")
	Pragma("noescape")
	Doc(name + " multiplies n complex numbers, as FFTMultiply says.")
	dst, a, b, n := param("dst"), param("a"), param("b"), param("n")
	load := func(base reg.GPVirtual) vecComplex {
		v := s.complex()
		VMOVUPS(Mem{Base: base}, v.re)
		VMOVUPS(Mem{Base: base, Disp: s.bytes()}, v.im)
		return v
	}
	Label("loop")
	x, y := load(a), load(b)
	var out vecComplex
	if add {
		out = load(dst)
		VFMADD231PS(x.re, y.re, out.re)
		VFMADD231PS(x.re, y.im, out.im)
	} else {
		out = s.complex()
		VMULPS(x.re, y.re, out.re)
		VMULPS(x.re, y.im, out.im)
	}
	VFNMADD231PS(x.im, y.im, out.re)
	VFMADD231PS(x.im, y.re, out.im)
	VMOVUPS(out.re, Mem{Base: dst})
	VMOVUPS(out.im, Mem{Base: dst, Disp: s.bytes()})
	for _, p := range []reg.GPVirtual{dst, a, b} {
		ADDQ(U32(2*s.bytes()), p)
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
