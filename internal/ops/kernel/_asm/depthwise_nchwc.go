package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// depthwiseRows is the pixels of a tile: with one vector of weights they fill the 16 registers of AVX2.
const depthwiseRows = 14

// depthwiseNCHWc generates the tile of a depthwise convolution on channel blocks: a channel is a lane, a tap one product of
// vectors.
func depthwiseNCHWc() {
	for _, s := range targets {
		depthwiseNCHWcTile(s)
		if s.lanes == avx512.lanes { // 16 registers hold the sums alone
			depthwiseLinesTile(s)
		}
	}
}

// depthwiseLines are the taps that may make a line: neighbours, which meet neighbouring pixels.
var depthwiseLines = []int{3, 5, 7}

// depthwiseLinesTile generates the same for taps that come in lines: each pixel is loaded once for all taps of a line, whose weights
// stay in registers.
func depthwiseLinesTile(s target) {
	name := "depthwiseLines" + s.suffix
	TEXT(name, NOSPLIT, "func(c *float32, cs int, a *float32, as int, b *float32, list *int, count, line, m, rows int, bias *float32, lo, hi float32)")
	Pragma("noescape")
	Doc(name + " computes the same for count lines of so many taps, and pixels that follow each other.")
	b, line, m := param("b"), param("line"), param("m")
	rows := newDepthwiseRows(s)
	for _, taps := range depthwiseLines[1:] {
		CMPQ(line, I8(taps))
		JEQ(LabelRef(fmt.Sprint("line", taps)))
	}
	pixel, weight := GP64(), GP64()
	for _, taps := range depthwiseLines {
		Label(fmt.Sprint("line", taps))
		rows.tiles(fmt.Sprintf("line%dx", taps), m, func(acc []reg.VecVirtual, list reg.GPVirtual) {
			MOVQ(Mem{Base: list, Disp: 8}, weight)
			ADDQ(b, weight)
			MOVQ(Mem{Base: list}, pixel)
			ADDQ(rows.a, pixel)
			w := make([]reg.VecVirtual, taps)
			for i := range w {
				w[i] = s.vec()
				VMOVUPS(Mem{Base: weight, Disp: s.bytes() * i}, w[i])
			}
			for i := range len(acc) + taps - 1 {
				x := s.vec()
				VMOVUPS(Mem{Base: pixel, Disp: s.bytes() * i}, x)
				for t := max(0, i-len(acc)+1); t < min(taps, i+1); t++ {
					VFMADD231PS(x, w[t], acc[i-t])
				}
			}
			ADDQ(I32(16*taps), list)
		})
	}
}

func depthwiseNCHWcTile(s target) {
	name := "depthwiseNCHWc" + s.suffix
	TEXT(name, NOSPLIT, "func(c *float32, cs int, a *float32, as, step int, b *float32, list *int, count, m, rows int, bias *float32, lo, hi float32)")
	Pragma("noescape")
	Doc(name + " computes c[y][r] = clamp(bias + the sum over the list of a[p][y*as + r*step]*b[p]), vectors all.")
	b, step, m := param("b"), stride("step"), param("m")
	rows := newDepthwiseRows(s)
	step3, step4 := GP64(), GP64()
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, step3)
	MOVQ(step, step4)
	SHLQ(U8(2), step4)
	weights := s.vec()
	w := GP64()
	bases := []reg.GPVirtual{GP64(), GP64(), GP64(), GP64()}
	// apart adds the products of pixels step apart.
	apart := func(acc []reg.VecVirtual) {
		for r := range acc {
			q := r / 4
			if r%4 == 0 && q > 0 {
				LEAQ(Mem{Base: bases[q-1], Index: step4, Scale: 1}, bases[q])
			}
			at := [...]Mem{
				{Base: bases[q]},
				{Base: bases[q], Index: step, Scale: 1},
				{Base: bases[q], Index: step, Scale: 2},
				{Base: bases[q], Index: step3, Scale: 1},
			}
			VFMADD231PS(at[r%4], weights, acc[r])
		}
	}
	tiles := func(form string, pixels func(acc []reg.VecVirtual)) {
		rows.tiles(form, m, func(acc []reg.VecVirtual, list reg.GPVirtual) {
			MOVQ(Mem{Base: list, Disp: 8}, w)
			VMOVUPS(Mem{Base: b, Index: w, Scale: 1}, weights)
			MOVQ(Mem{Base: list}, bases[0])
			ADDQ(rows.a, bases[0])
			pixels(acc)
			ADDQ(I8(16), list)
		})
	}
	if s.lanes == neon.lanes {
		// Neighbours come in pairs.
		CMPQ(step, I8(s.bytes()))
		JNE(LabelRef("apart"))
		tiles("near", func(acc []reg.VecVirtual) {
			x := vectorsOf(1, len(acc))[0]
			for r := range x {
				VMOVUPS(Mem{Base: bases[0], Disp: s.bytes() * r}, x[r])
			}
			for r := range x {
				VFMADD231PS(x[r], weights, acc[r])
			}
		})
		Label("apart")
	}
	tiles("tap", apart)
}

// depthwiseRowLoop is what tiles of depthwise convolutions have in common: they compute the same columns of several rows.
type depthwiseRowLoop struct {
	target
	c, cs, a, as, rows reg.GPVirtual
}

func newDepthwiseRows(s target) *depthwiseRowLoop {
	return &depthwiseRowLoop{s, param("c"), stride("cs"), param("a"), stride("as"), param("rows")}
}

// tiles generates a form for each number m of pixels of a row; products adds those of the list's next taps.
func (g *depthwiseRowLoop) tiles(form string, m reg.GPVirtual, products func(acc []reg.VecVirtual, list reg.GPVirtual)) {
	for r := depthwiseRows; r > 1; r-- {
		CMPQ(m, I8(r))
		JEQ(LabelRef(fmt.Sprint(form, r)))
	}
	for n := 1; n <= depthwiseRows; n++ {
		id := fmt.Sprint(form, n)
		Label(id)
		acc := make([]reg.VecVirtual, n)
		for r := range acc {
			acc[r] = g.vec()
			if r == 0 {
				VMOVUPS(Mem{Base: param("bias")}, acc[0])
			} else {
				VMOVAPS(acc[0], acc[r])
			}
		}
		list, count := param("list"), param("count")
		Label(id + "_taps")
		products(acc, list)
		DECQ(count)
		JNZ(LabelRef(id + "_taps"))
		g.store(acc)
		ADDQ(g.as, g.a)
		ADDQ(g.cs, g.c)
		DECQ(g.rows)
		JNZ(LabelRef(id))
		VZEROUPPER()
		RET()
	}
}

// store clamps and writes a tile.
func (g *depthwiseRowLoop) store(acc []reg.VecVirtual) {
	limits := g.vec()
	for _, limit := range []struct {
		name string
		op   func(ops ...Op)
	}{{"lo", VMAXPS}, {"hi", VMINPS}} {
		VBROADCASTSS(argument(limit.name), limits)
		for _, v := range acc {
			limit.op(v, limits, v) // the value second: a NaN stays one
		}
	}
	for r, v := range acc {
		VMOVUPS(v, Mem{Base: g.c, Disp: g.bytes() * r})
	}
}
