package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// target is what the generators differ by between the instruction sets (kernel.ISA) that they write for.
type target struct {
	suffix    string
	lanes     int
	registers int
	vec       func() reg.VecVirtual
}

var (
	avx512 = target{"AVX512", 16, 32, func() reg.VecVirtual { return ZMM() }}
	avx2   = target{"AVX2", 8, 16, func() reg.VecVirtual { return YMM() }}
)

// targets are the instruction sets to write for.
var targets = []target{avx512, avx2}

func (s target) bytes() int { return 4 * s.lanes }

// param loads an integer or pointer argument into a register.
func param(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// stride loads an argument that counts elements as bytes.
func stride(name string) reg.GPVirtual {
	r := param(name)
	SHLQ(U8(2), r)
	return r
}

// constant declares a vector of equal float32 values in read-only memory.
func (s target) constant(name string, v float32) Mem {
	m := GLOBL(name+s.suffix, RODATA|NOPTR)
	for i := range s.lanes {
		DATA(4*i, F32(v))
	}
	return m
}

// number declares a float32 that instructions take as filled or loaded make it: with AVX-512 a place of 4 bytes, since the linker puts
// nothing at multiples of more than 32, and vectors of 64 that straddle two lines of the cache cost twice.
func (s target) number(name string, v float32) Mem {
	if s.lanes < 16 {
		return s.constant(name, v)
	}
	m := GLOBL(name+s.suffix, RODATA|NOPTR)
	DATA(0, F32(v))
	return m
}

// filled is a register of a number.
func (s target) filled(number Mem) reg.VecVirtual {
	v := s.vec()
	if s.lanes < 16 {
		VMOVUPS(number, v)
	} else {
		VBROADCASTSS(number, v)
	}
	return v
}

// loaded is a number as an operand of several instructions: from memory where that is as good.
func (s target) loaded(number Mem) Op {
	if s.lanes < 16 {
		return number
	}
	return s.filled(number)
}

// ladder addresses base + i*step for i in 0..7: base, step and step*3 in
// registers, and base+step in another for the fifth and the seventh.
type ladder struct{ base, next, step, step3 reg.GPVirtual }

func newLadder(base, step reg.GPVirtual) ladder {
	l := ladder{base: GP64(), next: GP64(), step: step, step3: GP64()}
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, l.step3)
	l.moveTo(base)
	return l
}

func (l ladder) moveTo(base reg.GPVirtual) {
	MOVQ(base, l.base)
	LEAQ(Mem{Base: base, Index: l.step, Scale: 1}, l.next)
}

// advance moves the ladder by a register or an immediate.
func (l ladder) advance(by Op) {
	ADDQ(by, l.base)
	ADDQ(by, l.next)
}

func (l ladder) at(i int) Mem {
	switch i {
	case 0:
		return Mem{Base: l.base}
	case 1, 2, 4:
		return Mem{Base: l.base, Index: l.step, Scale: uint8(i)}
	case 3:
		return Mem{Base: l.base, Index: l.step3, Scale: 1}
	case 5:
		return Mem{Base: l.next, Index: l.step, Scale: 4}
	case 6:
		return Mem{Base: l.base, Index: l.step3, Scale: 2}
	case 7:
		return Mem{Base: l.next, Index: l.step3, Scale: 2}
	}
	panic("ladder: no such rung")
}

// maskTable declares 8 lanes of ones followed by 8 of zeros: a load at byte
// 32 - 4*n has its first n lanes set.
func maskTable(name string) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 16 {
		v := uint32(0xffffffff)
		if i >= 8 {
			v = 0
		}
		DATA(4*i, U32(v))
	}
	return m
}
