package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// directNCHWNEON generates the tiles of direct convolution that slide, with those of directNCHWTapsNEON: 28 accumulators, or 24 of four planes, two vectors of columns a
// row. The weights of a tap are elements of one or two vectors. Where columns have no source, a vector is loaded from
// within the ones that have and its elements are moved to where they belong (tbl), which makes zeros of the others.
func directNCHWNEON() {
	for _, k := range []int{3, 5, 7} {
		planeTileNEON(planeShape{1, k, 1, neonPlaneRows[1]})
		planeTileNEON(planeShape{1, k, 2, min(neonPlaneRows[1], (32-k)/2+1)})
	}
}

// directNCHWTapsNEON generates the tiles that take one tap at a time.
func directNCHWTapsNEON() {
	for _, outs := range []int{1, 2, 4} {
		planeTileNEON(planeShape{outs, 1, 1, neonPlaneRows[outs]})
	}
}

// neonPlaneRows is the most rows of a tile by its planes.
var neonPlaneRows = map[int]int{1: 14, 2: 7, 4: 3}

// neonColumns is the columns of a tile.
const neonColumns = 8

// The layout of what Go calls a mask: how a tap's columns are loaded, in words.
const (
	moveKind   = 0  // one of those below
	moveFrom   = 4  // bytes from the tile's first column to what each half of them is loaded from
	moveShort  = 12 // of fewer than four columns: bytes to the second and the third
	moveTables = 20 // for each half, which bytes of what was loaded belong where
)

const (
	moveNothing = iota // no column has a source
	moveWhole          // all have
	moveParts
	moveFew // and fewer than a vector has in all
)

type planeNEON struct {
	planeShape
	src, ss, ss2, masks reg.GPVirtual
	dst, n, buffer      Mem // the first two stay arguments
	first               Mem // and what they were at first
}

func planeTileNEON(d planeShape) {
	name := d.name(neon)
	TEXT(name, NOSPLIT, planeSignature)
	Pragma("noescape")
	Doc(fmt.Sprintf("%s computes rows (at most %d) x n outputs of %d planes; see DirectNCHW.", name, d.rows, d.outs))
	g := planeNEON{planeShape: d}
	g.buffer = AllocLocal(16*d.sources(d.rows) + 16)
	g.first = g.buffer.Offset(16 * d.sources(d.rows))
	g.dst, g.n = argument("dst"), argument("n")
	Label("times")
	first := GP64()
	LEAQ(g.first, first)
	for i, arg := range []Mem{g.dst, g.n} {
		v := GP64()
		MOVQ(arg, v)
		MOVQ(v, Mem{Base: first, Disp: 8 * i})
	}
	g.src, g.masks = param("src"), param("masks")
	at := param("at")
	LEAQ(Mem{Base: g.src, Index: at, Scale: 4}, g.src)
	g.ss, g.ss2 = stride("ss"), GP64()
	LEAQ(Mem{Base: g.ss, Index: g.ss, Scale: 1}, g.ss2)
	rows := param("rows")
	for r := d.rows; r > 1; r-- {
		CMPQ(rows, I8(r))
		JEQ(LabelRef(fmt.Sprintf("rows%d", r)))
	}
	for r := 1; r <= d.rows; r++ {
		g.body(r)
	}
	d.again()
}

// body computes a tile of the given number of rows, all columns, and returns.
func (g planeNEON) body(rows int) {
	id := fmt.Sprintf("rows%d", rows)
	Label(id)
	acc := make([][][]reg.VecVirtual, g.outs)
	bias, tap, wp, left := GP64(), GP64(), GP64(), GP64()
	Load(Param("bias"), bias)
	for o := range acc {
		acc[o] = vectorsOf(rows, 2)
		VBROADCASTSS(Mem{Base: bias, Disp: 4 * o}, acc[o][0][0])
		for r := range acc[o] {
			for h, v := range acc[o][r] {
				if r+h > 0 {
					VMOVAPS(acc[o][0][0], v)
				}
			}
		}
	}
	Load(Param("taps"), tap)
	Load(Param("w"), wp)
	Load(Param("count"), left)
	exist := GP64()
	if rows == g.rows {
		MOVQ(U64((1<<g.sources(rows)-1)<<rowBits), exist)
	}
	Label(id + "_tap")
	g.tap(id, rows, acc, tap, wp, exist)
	Label(id + "_next")
	ADDQ(I8(16), tap)
	ADDQ(I8(4*g.k*g.outs), wp)
	DECQ(left)
	JNZ(LabelRef(id + "_tap"))
	g.store(id, acc)
	far := Load(Param("far"), GP8()).(reg.GPVirtual)
	TESTB(far, far)
	JZ(LabelRef(id + "_near"))
	g.prefetch(id+"_", g.src, g.ss)
	Label(id + "_near")

	step := GP64()
	Load(Param("maskStep"), step)
	ADDQ(step, g.masks)
	ADDQ(I8(4*neonColumns), g.src)
	ADDQ(I8(4*neonColumns), g.dst)
	SUBQ(I8(neonColumns), g.n)
	JG(LabelRef(id))
	first := GP64()
	LEAQ(g.first, first)
	for i, arg := range []Mem{g.dst, g.n} {
		v := GP64()
		MOVQ(Mem{Base: first, Disp: 8 * i}, v)
		MOVQ(v, arg)
	}
	SUBQ(I8(1), argument("times"))
	JNZ(LabelRef("again"))
	RET()
}

// A PlaneTap is 8 bytes of offset, 4 of where its mask is, and from rowBits of the second half on a bit for each row that
// exists.
const rowBits = 32

// tap adds the source rows of one tap. Full tiles, which planes of many rows are made of, do not ask for every row whether
// it exists where all do.
func (g planeNEON) tap(id string, rows int, acc [][][]reg.VecVirtual, tap, wp, exist reg.GPVirtual) {
	from, bits, kind := GP64(), GP64(), GP64()
	loadPair(Mem{Base: tap}, from, bits)
	LEAQ(Mem{Base: g.src, Index: from, Scale: 4}, from)
	w := loadElements(g.k*g.outs, wp)
	loadAtHalf(g.masks, bits, kind)
	if rows == g.rows {
		testMissing(exist, bits)
		compareIfEqual(kind, moveWhole)
		JNE(LabelRef(id + "_some"))
		g.sourceRows(rows, acc, w, g.rowsInTurn(from), nil)
		JMP(LabelRef(id + "_next"))
		Label(id + "_some")
	}
	CMPQ(kind, I8(moveWhole))
	JLT(LabelRef(id + "_next"))
	JNE(LabelRef(id + "_parts"))
	g.sourceRows(rows, acc, w, wholeRows(g.ss, from), g.existing(id+"_whole", bits))
	JMP(LabelRef(id + "_next"))

	Label(id + "_parts")
	mask := GP64()
	MOVL(bits.As32(), mask.As32())
	ADDQ(g.masks, mask)
	halves := []reg.GPVirtual{GP64(), GP64()}
	table := g.tables(rows, mask)
	for h := range halves {
		MOVLQSX(Mem{Base: mask, Disp: moveFrom + 4*h}, halves[h])
		ADDQ(from, halves[h])
	}
	step := GP64()
	MOVQ(g.ss, step)
	CMPQ(kind, I8(moveFew))
	JNE(LabelRef(id + "_enough"))
	g.gather(id, rows, tap, mask, bits, halves, step)
	Label(id + "_enough")
	g.sourceRows(rows, acc, w, sourceNEON{
		move: func(int) {
			ADDQ(step, halves[0])
			ADDQ(step, halves[1])
		},
		load: func(_, h int) reg.VecVirtual {
			x := XMM()
			VMOVUPS(Mem{Base: halves[h]}, x)
			lookUp(table(h), x, x)
			return x
		},
	}, g.existing(id+"_part", bits))
}

// sourceNEON is how a tap comes by its source rows: move makes the next one, i, the one that load takes half h of; pairs
// are loaded both at once.
type sourceNEON struct {
	move  func(i int)
	load  func(i, h int) reg.VecVirtual
	pairs bool
}

// tables returns what loads the table of a half. Registers hold both for all rows, unless 28 accumulators and two vectors of
// weights leave no room.
func (g planeNEON) tables(rows int, mask reg.GPVirtual) func(h int) reg.VecVirtual {
	load := func(h int) reg.VecVirtual {
		table := XMM()
		VMOVUPS(Mem{Base: mask, Disp: moveTables + 16*h}, table)
		return table
	}
	if g.k > 1 && rows > 13 {
		return load
	}
	both := []reg.VecVirtual{load(0), load(1)}
	return func(h int) reg.VecVirtual { return both[h] }
}

// rowsInTurn are whole rows by two pointers, of which each waits for half as many additions.
func (g planeNEON) rowsInTurn(from reg.GPVirtual) sourceNEON {
	second := GP64()
	LEAQ(Mem{Base: from, Index: g.ss, Scale: 1}, second)
	return wholeRows(g.ss2, from, second)
}

// wholeRows are loaded from where they stand, by pointers in turn that each go on by step.
func wholeRows(step reg.GPVirtual, at ...reg.GPVirtual) sourceNEON {
	return sourceNEON{
		move: func(i int) {
			if i >= len(at) {
				ADDQ(step, at[i%len(at)])
			}
		},
		load: func(i, h int) reg.VecVirtual {
			x := XMM()
			VMOVUPS(Mem{Base: at[i%len(at)], Disp: 16 * h}, x)
			return x
		},
		pairs: true,
	}
}

// store clamps and writes the tile's columns that exist: all, or four, two and one as n says.
func (g planeNEON) store(id string, acc [][][]reg.VecVirtual) {
	for _, rows := range acc {
		clampAll(rows)
	}
	ds, dp, plane, to, first := stride("ds"), stride("dp"), GP64(), GP64(), GP64()
	MOVQ(g.dst, first)
	n := GP64()
	MOVQ(g.n, n)
	write := func(put func(v []reg.VecVirtual)) {
		MOVQ(first, plane)
		for o := range acc {
			MOVQ(plane, to)
			for r, v := range acc[o] {
				put(v)
				if r < len(acc[o])-1 {
					ADDQ(ds, to)
				}
			}
			if o < g.outs-1 {
				ADDQ(dp, plane)
			}
		}
	}
	CMPQ(n, I8(neonColumns))
	JLT(LabelRef(id + "_tail"))
	write(func(v []reg.VecVirtual) {
		VMOVUPS(v[0], Mem{Base: to})
		VMOVUPS(v[1], Mem{Base: to, Disp: 16})
	})
	JMP(LabelRef(id + "_stored"))
	Label(id + "_tail")
	branchBit(false, 2, n, id+"_two")
	write(func(v []reg.VecVirtual) {
		VMOVUPS(v[0], Mem{Base: to})
		VMOVAPS(v[1], v[0])
	})
	ADDQ(I8(16), first)
	Label(id + "_two")
	branchBit(false, 1, n, id+"_one")
	write(func(v []reg.VecVirtual) {
		VMOVSD(v[0], Mem{Base: to})
		VUNPCKHPD(v[0], v[0], v[0])
	})
	ADDQ(I8(8), first)
	Label(id + "_one")
	branchBit(false, 0, n, id+"_stored")
	write(func(v []reg.VecVirtual) { VMOVSS(v[0], Mem{Base: to}) })
	Label(id + "_stored")
}
