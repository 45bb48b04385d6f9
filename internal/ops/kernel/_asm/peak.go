package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// peak generates loops of independent FMAs without memory operands: the rate
// of the arithmetic units alone.
func peak() {
	peakLoop("peakAVX512", func() reg.VecVirtual { return ZMM() })
	peakLoop("peakAVX2", func() reg.VecVirtual { return YMM() })
}

// peakChains is enough to hide a latency of 5 cycles at 2 FMAs a cycle, and
// leaves one of the 16 AVX2 registers for the operand.
const peakChains = 12

func peakLoop(name string, vec func() reg.VecVirtual) {
	TEXT(name, NOSPLIT, "func(n int)")
	Doc(name + " runs n rounds of 12 independent vector FMAs.")
	n := Load(Param("n"), GP64())
	one := vec()
	VXORPS(one.AsY(), one.AsY(), one.AsY())
	var acc [peakChains]reg.VecVirtual
	for i := range acc {
		acc[i] = vec()
		VXORPS(acc[i].AsY(), acc[i].AsY(), acc[i].AsY())
	}
	Label(name + "_loop")
	for i := range acc {
		VFMADD231PS(one, one, acc[i])
	}
	DECQ(n)
	JNZ(LabelRef(name + "_loop"))
	VZEROUPPER()
	RET()
}
