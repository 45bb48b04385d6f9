package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packNCHWc generates the transpositions between planes (each channel's pixels
// contiguous) and channel blocks (each pixel's channels contiguous).
func packNCHWc() {
	for _, s := range []target{avx512, avx2} {
		packPixels(s, false)
		packPixels(s, true)
		unpackPixels(s)
	}
}

// inLanes is s for a transposition of the 4x4 elements of each lane of 128 bits by itself.
func (s target) inLanes() target {
	s.lanes = 4
	return s
}

// transpose turns rows of lanes elements into columns, in registers.
func (s target) transpose(rows []reg.VecVirtual) []reg.VecVirtual {
	unpack := func(in []reg.VecVirtual, step int, lo, hi func(b, a, dst Op)) []reg.VecVirtual {
		out := make([]reg.VecVirtual, len(in))
		for i := range in {
			if i&step != 0 {
				continue
			}
			out[i], out[i+step] = s.vec(), s.vec()
			lo(in[i+step], in[i], out[i])
			hi(in[i+step], in[i], out[i+step])
		}
		return out
	}
	// Pairs of rows, then fours: 4x4 blocks inside each 128-bit lane. Row i of
	// a four then holds column order(i) of its block.
	t := unpack(rows, 1, func(b, a, d Op) { VUNPCKLPS(b, a, d) }, func(b, a, d Op) { VUNPCKHPS(b, a, d) })
	t = unpack(t, 2, func(b, a, d Op) { VUNPCKLPD(b, a, d) }, func(b, a, d Op) { VUNPCKHPD(b, a, d) })
	order := [4]int{0, 2, 1, 3}
	out := make([]reg.VecVirtual, s.lanes)
	if s.lanes == 4 {
		for i := range t {
			out[order[i]] = t[i]
		}
		return out
	}
	if s.lanes == 8 {
		t = unpack(t, 4, func(b, a, d Op) { VPERM2F128(U8(0x20), b, a, d) }, func(b, a, d Op) { VPERM2F128(U8(0x31), b, a, d) })
		for i := range t {
			out[order[i%4]+i/4*4] = t[i]
		}
		return out
	}
	// Lanes of 128 bits are a 4x4 matrix over the four fours: transpose it too.
	t = unpack(t, 4, func(b, a, d Op) { VSHUFF32X4(U8(0x88), b, a, d) }, func(b, a, d Op) { VSHUFF32X4(U8(0xdd), b, a, d) })
	t = unpack(t, 8, func(b, a, d Op) { VSHUFF32X4(U8(0x88), b, a, d) }, func(b, a, d Op) { VSHUFF32X4(U8(0xdd), b, a, d) })
	// After both, bit 4 of i is the low bit of the column's lane, bit 8 the high.
	for i := range t {
		out[order[i%4]+4*(i>>2&1+2*(i>>3&1))] = t[i]
	}
	return out
}

// storeRows writes the first min(n, lanes) columns of as many rows as left says
// to at, step bytes apart. kmask or mask is columnMask's.
func (s target) storeRows(rows []reg.VecVirtual, at, step, left, n reg.GPVirtual, kmask reg.Register, mask Mem) {
	store := func(put func(v reg.VecVirtual, to Mem)) {
		for i, v := range rows {
			put(v, Mem{Base: at})
			if i < s.lanes-1 {
				ADDQ(step, at)
				DECQ(left)
				JZ(LabelRef("stored"))
			}
		}
	}
	if s.lanes == 16 {
		store(func(v reg.VecVirtual, to Mem) { VMOVUPS(v, kmask, to) })
	} else {
		CMPQ(n, I8(s.lanes))
		JLT(LabelRef("tail"))
		store(func(v reg.VecVirtual, to Mem) { VMOVUPS(v, to) })
		JMP(LabelRef("stored"))
		Label("tail") // AMD's masked stores are slow: only where needed
		m := s.vec()
		VMOVUPS(mask, m)
		store(func(v reg.VecVirtual, to Mem) { VMASKMOVPS(v, m, to) })
	}
	Label("stored")
}

// columnMask leaves a mask of the first min(n, lanes) columns in k, or for
// AVX2 returns where in table it stands.
func (s target) columnMask(n reg.GPVirtual, k reg.Register, table reg.GPVirtual) Mem {
	count := GP64()
	MOVQ(U32(s.lanes), count)
	CMPQ(n, count)
	CMOVQLT(n, count)
	if s.lanes == 16 {
		ones := GP64()
		MOVQ(I32(-1), ones)
		BZHIQ(count, ones, ones)
		KMOVW(ones.As32(), k)
		return Mem{}
	}
	NEGQ(count)
	LEAQ(Mem{Base: table, Index: count, Scale: 4, Disp: 32}, count)
	return Mem{Base: count}
}

// loadRows loads as many rows as a vector has lanes, or only left, and zeros in place of the others.
func (s target) loadRows(left reg.GPVirtual, load func(i int, row reg.VecVirtual)) []reg.VecVirtual {
	rows := make([]reg.VecVirtual, s.lanes)
	for i := range rows {
		rows[i] = s.vec()
		VXORPS(rows[i].AsY(), rows[i].AsY(), rows[i].AsY())
	}
	for i, row := range rows {
		load(i, row)
		if i < s.lanes-1 {
			DECQ(left)
			JZ(LabelRef("loaded"))
		}
	}
	Label("loaded")
	return rows
}

// loadColumns loads the columns of a row that columnMask says, which has left its mask in k or in memory.
func (s target) loadColumns(from Mem, k reg.Register, mask Mem, row reg.VecVirtual) {
	if s.lanes == 16 {
		VMOVUPS_Z(from, k, row)
		return
	}
	VMOVUPS(mask, row)
	VMASKMOVPS(from, row, row)
}

// packNCHWc's split form sends every other pixel elsewhere: the two phases of
// a stride of 2.
func packPixels(s target, split bool) {
	name, args := "packNCHWc"+s.suffix, "dst *float32"
	doc := " writes dst[j][c] = src[c][j] for n pixels j; channels that do not exist are zero."
	if split {
		name, args = "packNCHWcPhases"+s.suffix, "dst, odd *float32"
		doc = " writes dst[j/2][c] = src[c][j] for even pixels j < n, and odd likewise for odd ones."
	}
	TEXT(name, NOSPLIT, "func("+args+", src *float32, cs, channels, n int)")
	Pragma("noescape")
	Doc(name + doc)
	dst, src, channels, n := param("dst"), param("src"), param("channels"), param("n")
	to := []reg.GPVirtual{dst}
	if split {
		to = append(to, param("odd"))
	}
	cs := stride("cs")
	table := GP64()
	if s.lanes == 8 {
		LEAQ(maskTable(name+"_masks"), table)
	}
	kmask := K()
	left, at := GP64(), GP64()

	Label("columns")
	mask := s.columnMask(n, kmask, table)
	MOVQ(src, at)
	MOVQ(channels, left)
	rows := s.loadRows(left, func(i int, row reg.VecVirtual) {
		s.loadColumns(Mem{Base: at}, kmask, mask, row)
		if i < s.lanes-1 {
			ADDQ(cs, at)
		}
	})
	MOVQ(n, left)
	for i, v := range s.transpose(rows) {
		VMOVUPS(v, Mem{Base: to[i%len(to)], Disp: s.bytes() * (i / len(to))})
		if i < s.lanes-1 {
			DECQ(left)
			JZ(LabelRef("done"))
		}
	}
	ADDQ(I8(s.bytes()), src)
	for _, p := range to {
		ADDQ(I32(s.bytes()*s.lanes/len(to)), p)
	}
	SUBQ(I8(s.lanes), n)
	JG(LabelRef("columns"))
	Label("done")
	VZEROUPPER()
	RET()
}

func unpackPixels(s target) {
	name := "unpackNCHWc" + s.suffix
	TEXT(name, NOSPLIT, "func(dst *float32, cs int, src *float32, channels, n int)")
	Pragma("noescape")
	Doc(name + " writes dst[c][j] = src[j][c] for n pixels j and the channels that exist.")
	dst, src, channels, n := param("dst"), param("src"), param("channels"), param("n")
	cs := stride("cs")
	table := GP64()
	if s.lanes == 8 {
		LEAQ(maskTable("unpack_nchwc_masks"), table)
	}
	kmask := K()
	left, at := GP64(), GP64()

	Label("columns")
	mask := s.columnMask(n, kmask, table)
	MOVQ(n, left)
	rows := s.loadRows(left, func(i int, row reg.VecVirtual) { VMOVUPS(Mem{Base: src, Disp: s.bytes() * i}, row) })
	MOVQ(dst, at)
	MOVQ(channels, left)
	s.storeRows(s.transpose(rows), at, cs, left, n, kmask, mask)
	ADDQ(I8(s.bytes()), dst)
	ADDQ(I32(s.bytes()*s.lanes), src)
	SUBQ(I8(s.lanes), n)
	JG(LabelRef("columns"))
	VZEROUPPER()
	RET()
}
