package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// fours parts pixels of few elements: four elements of as many pixels as there are lanes are four vectors, whose lanes of 128 bits
// are transposed each by itself.
type fours struct {
	target
	ss, ss3  reg.GPVirtual // bytes from a pixel to the next, and to the third after it
	n        reg.GPVirtual // pixels that are left
	from, to reg.GPVirtual // the elements at hand of the first pixel, and where they go
	ds, left reg.GPVirtual // bytes from a row of elements to the next, and how many are left
	table    Mem           // AVX2: masks
	pixels   []reg.VecVirtual
	some     reg.Register // AVX-512: of the elements that are left
	kept     reg.Register // AVX-512: of the pixels that are left
}

// deinterleaveFours generates deinterleavePixels for few ways and for rows of pixels.
func deinterleaveFours(s target) {
	name := "deinterleaveFours" + s.suffix
	TEXT(name, NOSPLIT, "func(dst *float32, ds, dr int, src *float32, ss, sr, ways, n, rows int)")
	Pragma("noescape")
	Doc(name + " writes dst[q*dr+r*ds+j] = src[q*sr+j*ss+r] for q < rows, r < ways and j < n.")
	g := fours{target: s, n: param("n"), ss: stride("ss"), ss3: GP64(), ds: stride("ds"), left: GP64(), from: GP64(), to: GP64(), some: K(), kept: K()}
	LEAQ(Mem{Base: g.ss, Index: g.ss, Scale: 2}, g.ss3)
	if s.lanes == 8 {
		g.table = maskTable(name + "_masks")
	}
	for range 4 { // once: loads of their first lanes do not make them new to avo
		g.pixels = append(g.pixels, s.vec())
	}
	dst, src := param("dst"), param("src")
	Label("columns")
	if s.lanes == 16 {
		s.columnMask(g.n, g.kept, nil)
	}
	CMPQ(g.n, I8(s.lanes))
	JL(LabelRef("rest"))
	g.rows("whole", dst, src)
	ADDQ(I8(s.bytes()), dst)
	for range s.lanes / 4 {
		LEAQ(Mem{Base: src, Index: g.ss, Scale: 4}, src)
	}
	SUBQ(I8(s.lanes), g.n)
	JNZ(LabelRef("columns"))
	VZEROUPPER()
	RET()
	Label("rest")
	g.rows("tail", dst, src)
	VZEROUPPER()
	RET()
}

// rows parts a vector of pixels of every row, or the last ones.
func (g *fours) rows(id string, dst, src reg.GPVirtual) {
	row, out, rows := GP64(), GP64(), param("rows")
	MOVQ(src, row)
	MOVQ(dst, out)
	Label(id)
	MOVQ(row, g.from)
	MOVQ(out, g.to)
	Load(Param("ways"), g.left)
	CMPQ(g.left, I8(4))
	JL(LabelRef(id + "_few"))
	Label(id + "_four")
	g.part(id, true)
	ADDQ(I8(16), g.from)
	SUBQ(I8(4), g.left)
	JZ(LabelRef(id + "_next"))
	CMPQ(g.left, I8(4))
	JGE(LabelRef(id + "_four"))
	Label(id + "_few")
	g.part(id, false)
	Label(id + "_next")
	ADDQ(stride("sr"), row)
	ADDQ(stride("dr"), out)
	DECQ(rows)
	JNZ(LabelRef(id))
}

// part moves four elements of each pixel, or those that are left.
func (g *fours) part(id string, all bool) {
	mask := g.vec().AsX()
	if !all {
		count := GP64()
		if g.lanes == 16 {
			MOVQ(I32(-1), count)
			BZHIQ(g.left, count, count)
			KMOVW(count.As32(), g.some)
		} else {
			table := GP64()
			LEAQ(g.table, table)
			MOVQ(g.left, count)
			NEGQ(count)
			VMOVUPS(Mem{Base: table, Index: count, Scale: 4, Disp: 32}, mask)
		}
	}
	at := GP64()
	MOVQ(g.from, at)
	loaded := fmt.Sprintf("%s_%v_loaded", id, all)
	for four := range g.lanes / 4 {
		if four > 0 {
			LEAQ(Mem{Base: at, Index: g.ss, Scale: 4}, at)
			if id == "tail" {
				CMPQ(g.n, I8(4*four))
				JLE(LabelRef(loaded))
			}
		}
		for i, pixel := range []Mem{{Base: at}, {Base: at, Index: g.ss, Scale: 1}, {Base: at, Index: g.ss, Scale: 2}, {Base: at, Index: g.ss3, Scale: 1}} {
			if id == "tail" && i > 0 { // in place of one that does not exist, one that does
				place := GP64()
				LEAQ(pixel, place)
				CMPQ(g.n, I8(4*four+i))
				CMOVQLE(at, place)
				pixel = Mem{Base: place}
			}
			g.load(pixel, four, g.pixels[i], all, mask)
		}
	}
	Label(loaded)
	kept := g.vec()
	if id == "tail" && g.lanes == 8 {
		table, count := GP64(), GP64()
		LEAQ(g.table, table)
		MOVQ(g.n, count)
		NEGQ(count)
		VMOVUPS(Mem{Base: table, Index: count, Scale: 4, Disp: 32}, kept)
	}
	for i, v := range g.inLanes().transpose(g.pixels) {
		switch to := (Mem{Base: g.to}); {
		case id == "whole":
			VMOVUPS(v, to)
		case g.lanes == 16:
			VMOVUPS(v, g.kept, to)
		default:
			VMASKMOVPS(v, kept, to)
		}
		ADDQ(g.ds, g.to)
		if !all && i < 3 {
			DECQ(g.left)
			JZ(LabelRef(id + "_next"))
		}
	}
}

// load brings elements of a pixel into a lane of v.
func (g *fours) load(pixel Mem, lane int, v reg.VecVirtual, all bool, mask reg.Register) {
	var from Op = pixel
	if x := v.AsX(); lane == 0 || !all {
		if lane > 0 {
			x = XMM()
		}
		switch {
		case all:
			VMOVUPS(pixel, x)
		case g.lanes == 16:
			VMOVUPS_Z(pixel, g.some, x)
		default:
			VMASKMOVPS(pixel, mask, x)
		}
		from = x
	}
	switch {
	case lane == 0:
	case g.lanes == 16:
		VINSERTF32X4(U8(lane), from, v, v)
	default:
		VINSERTF128(U8(lane), from, v, v)
	}
}
