package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vecComplex is a vector of complex numbers.
type vecComplex struct{ re, im reg.VecVirtual }

func (s target) complex() vecComplex { return vecComplex{s.vec(), s.vec()} }

// addSub returns a + b and a - b; it uses a's registers.
func (s target) addSub(a, b vecComplex) (sum, diff vecComplex) {
	diff = s.complex()
	VSUBPS(b.re, a.re, diff.re)
	VSUBPS(b.im, a.im, diff.im)
	VADDPS(b.re, a.re, a.re)
	VADDPS(b.im, a.im, a.im)
	return a, diff
}

// turned returns a - ib and a + ib; it uses b's registers for the second.
func (s target) turned(a, b vecComplex) (minus, plus vecComplex) {
	minus = s.complex()
	plus = vecComplex{b.im, b.re}
	VADDPS(b.im, a.re, minus.re)
	VSUBPS(b.re, a.im, minus.im)
	VSUBPS(b.im, a.re, plus.re)
	VADDPS(b.re, a.im, plus.im)
	return minus, plus
}

// fftConstants are vectors in memory, by name.
type fftConstants map[string]Mem

func newFFTConstants(s target, radix int, name string) fftConstants {
	thirds := map[string]float64{"half": 0.5, "sin": math.Sqrt(3) / 2}
	values := map[int]map[string]float64{
		3: thirds, 6: thirds,
		5: {
			"cos1": math.Cos(2 * math.Pi / 5), "cos2": math.Cos(4 * math.Pi / 5),
			"sin1": math.Sin(2 * math.Pi / 5), "sin2": math.Sin(4 * math.Pi / 5),
		},
	}[radix]
	c := fftConstants{}
	for _, k := range []string{"half", "sin", "cos1", "cos2", "sin1", "sin2"} {
		if v, ok := values[k]; ok {
			c[k] = s.constant(name+"_"+k, float32(v))
		}
	}
	return c
}

// dft returns the discrete FFT transform of x; it uses x's registers.
func (s target) dft(x []vecComplex, c fftConstants) []vecComplex {
	switch len(x) {
	case 2:
		a, b := s.addSub(x[0], x[1])
		return []vecComplex{a, b}
	case 3:
		return s.dft3(x, c)
	case 4:
		a, b := s.addSub(x[0], x[2])
		d, e := s.addSub(x[1], x[3])
		y0, y2 := s.addSub(a, d)
		y1, y3 := s.turned(b, e)
		return []vecComplex{y0, y1, y2, y3}
	case 5:
		return s.dft5(x, c)
	}
	// 6 is 2 times 3, without twiddles between them (Good & Thomas).
	e, o := s.dft3([]vecComplex{x[0], x[2], x[4]}, c), s.dft3([]vecComplex{x[3], x[5], x[1]}, c)
	y := make([]vecComplex, 6)
	y[0], y[3] = s.addSub(e[0], o[0])
	y[4], y[1] = s.addSub(e[1], o[1])
	y[2], y[5] = s.addSub(e[2], o[2])
	return y
}

func (s target) dft3(x []vecComplex, c fftConstants) []vecComplex {
	t, d := s.addSub(x[1], x[2])
	y1, y2 := s.complex(), s.complex()
	VMOVAPS(x[0].re, y1.re)
	VMOVAPS(x[0].im, y1.im)
	VFNMADD231PS(c["half"], t.re, y1.re)
	VFNMADD231PS(c["half"], t.im, y1.im)
	VADDPS(t.re, x[0].re, x[0].re)
	VADDPS(t.im, x[0].im, x[0].im)
	VMOVAPS(y1.re, y2.re)
	VMOVAPS(y1.im, y2.im)
	s.rotate(y1, y2, d, c["sin"])
	return []vecComplex{x[0], y1, y2}
}

// rotate makes y1 - i*factor*d of y1, and y2 + i*factor*d of y2.
func (s target) rotate(y1, y2, d vecComplex, factor Op) {
	VFMADD231PS(factor, d.im, y1.re)
	VFNMADD231PS(factor, d.re, y1.im)
	VFNMADD231PS(factor, d.im, y2.re)
	VFMADD231PS(factor, d.re, y2.im)
}

func (s target) dft5(x []vecComplex, c fftConstants) []vecComplex {
	t1, d1 := s.addSub(x[1], x[4])
	t2, d2 := s.addSub(x[2], x[3])
	var y [5]vecComplex
	// One part after the other: 16 registers hold no more.
	even := func(x0, t1, t2 reg.VecVirtual) (y0, m1, m2 reg.VecVirtual) {
		m1, m2 = s.vec(), s.vec()
		VMOVAPS(x0, m1)
		VMOVAPS(x0, m2)
		VFMADD231PS(c["cos1"], t1, m1)
		VFMADD231PS(c["cos2"], t1, m2)
		VFMADD231PS(c["cos2"], t2, m1)
		VFMADD231PS(c["cos1"], t2, m2)
		VADDPS(t1, x0, x0)
		VADDPS(t2, x0, x0)
		return x0, m1, m2
	}
	odd := func(d1, d2 reg.VecVirtual) (s1, s2 reg.VecVirtual) {
		s1, s2 = s.vec(), s.vec()
		VMULPS(c["sin1"], d1, s1)
		VMULPS(c["sin2"], d1, s2)
		VFMADD231PS(c["sin2"], d2, s1)
		VFNMADD231PS(c["sin1"], d2, s2)
		return s1, s2
	}
	var m1, m2, s1, s2 vecComplex
	y[0].re, m1.re, m2.re = even(x[0].re, t1.re, t2.re)
	y[0].im, m1.im, m2.im = even(x[0].im, t1.im, t2.im)
	s1.re, s2.re = odd(d1.re, d2.re)
	s1.im, s2.im = odd(d1.im, d2.im)
	y[1], y[4] = s.turned(m1, s1)
	y[2], y[3] = s.turned(m2, s2)
	return y[:]
}
