package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// resizeNEON generates the mixing of pairs of a row's elements, each loaded into a lane.
func resizeNEON() {
	TEXT("resizeFarNEON", NOSPLIT, "func(dst, src *float32, table *uint32, n int, lo, hi float32)")
	Pragma("noescape")
	Doc("resizeFarNEON mixes pairs of elements of a row into n others; see Resize.")
	dst, src, table, n := param("dst"), param("src"), param("table"), param("n")
	low, high := XMM(), XMM()
	VBROADCASTSS(argument("lo"), low)
	VBROADCASTSS(argument("hi"), high)
	const bytes = resizeHeader + 5*16
	body := func(some int) {
		// The rest of the table's lanes name the first element, which exists.
		mixed := vectorsOf(1, 2)[0]
		for i, v := range mixed {
			loadApart(4, func(lane int) Mem {
				index := GP64()
				MOVLQSX(Mem{Base: table, Disp: resizeHeader + 16*i + 4*lane}, index)
				LEAQ(Mem{Base: src, Index: index, Scale: 4}, index)
				return Mem{Base: index}
			}, v)
		}
		a, b := mixed[0], mixed[1]
		VMULPS(Mem{Base: table, Disp: resizeHeader + 32}, a, a)
		VFMADD231PS(Mem{Base: table, Disp: resizeHeader + 48}, b, a)
		VMAXPS(a, low, a)
		VMINPS(a, high, a)
		storeSome(some, a, Mem{Base: dst})
	}
	byFours(n, body, func() {
		ADDQ(I32(bytes), table)
		ADDQ(I8(16), dst)
	})
}
