package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// planeShape is one family of tiles of direct convolution: outs output planes at once, k
// kernel rows to a tap, the output's rows stride source rows apart, and the
// most rows of a tile.
type planeShape struct{ outs, k, stride, rows int }

func (d planeShape) name(s target) string {
	return fmt.Sprintf("directNCHW%dx%ds%d%s", d.outs, d.k, d.stride, s.suffix)
}

// directNCHW generates the tiles of direct convolution that slide over one output plane:
// a source row, loaded once, meets every kernel row, whose weights stay in
// registers.
func directNCHW() {
	for _, s := range []target{avx512, avx2} {
		most := planeRows(s)[1]
		for _, k := range []int{3, 5, 7} {
			planeTile(s, planeShape{1, k, 1, most})
			planeTile(s, planeShape{1, k, 2, min(most, (32-k)/2+1)}) // a bit of 32 a source row
		}
	}
}

// directNCHWTaps generates the tiles that take one tap at a time: with several
// planes each row is used so often that this suffices.
func directNCHWTaps() {
	for _, s := range []target{avx512, avx2} {
		for _, outs := range []int{1, 2, 4} {
			planeTile(s, planeShape{outs, 1, 1, planeRows(s)[outs]})
		}
	}
}

// planeRows is the most rows of a tile by its planes.
func planeRows(s target) map[int]int {
	if s.lanes == 8 { // 16 registers: outs*(rows+k) accumulators and weights, a row and a mask
		return map[int]int{1: 7, 2: 6, 4: 2}
	}
	return map[int]int{1: 14, 2: 12, 4: 6}
}

// planeSignature is that of a tile, which is computed times over: of planes dp, and of a source sp elements, apart, with
// weights sw apart.
const planeSignature = "func(dst *float32, ds, dp int, src *float32, at, ss, sp int, taps *uint64, count int, w, bias *float32, sw int, masks *uint32, maskStep, rows, n, times int, lo, hi float32, stream, far bool)"

func planeTile(s target, d planeShape) {
	name := d.name(s)
	TEXT(name, NOSPLIT, planeSignature)
	Pragma("noescape")
	Doc(fmt.Sprintf("%s computes rows (at most %d) x n outputs of %d planes; see DirectNCHW.", name, d.rows, d.outs))
	g := planeState{
		target: s, planeShape: d, acc: s.vectors(d.outs, d.rows), w: s.vectors(d.outs, d.k), mask: s.mask(),
		tap: GP64(), wp: GP64(), left: GP64(), from: GP64(), bits: GP32(),
		lo: s.vec(), hi: s.vec(), to: GP64(), ds: GP64(), dp: GP64(), dp3: GP64(),
	}
	Label("times")
	g.dst, g.src, g.masks, g.n = param("dst"), param("src"), param("masks"), param("n")
	at := param("at")
	LEAQ(Mem{Base: g.src, Index: at, Scale: 4}, g.src)
	g.ss, g.ss3 = stride("ss"), GP64()
	LEAQ(Mem{Base: g.ss, Index: g.ss, Scale: 2}, g.ss3)
	Label("columns")
	d.dispatch("rows%d")
	for r := 1; r <= d.rows; r++ {
		g.body(r)
	}
	if g.shares(d.rows) {
		Label("some")
		g.sourceRows("some", d.rows, everyRow, true)
		d.dispatch("rows%d_next")
	}
	if d.k > 1 {
		g.storeRows("whole", storeWhole)
	}
	g.storeRows("stream", storePast)
	Label("tail")
	step := param("maskStep") // the mask of the columns that exist is the last of a column block
	g.loadMask(Mem{Base: g.masks, Index: step, Scale: 1, Disp: -g.maskBytes()})
	d.dispatch("tail%d")
	g.storeRows("tail", g.storeMasked)
	Label("stored")
	CMPB(argument("far"), U8(0))
	JEQ(LabelRef("near"))
	g.prefetch("", g.src, g.ss)
	Label("near")
	g.nextColumns("columns")
	d.again()
}

// vectors are n registers for each output plane.
func (s target) vectors(outs, n int) [][]reg.VecVirtual {
	all := make([][]reg.VecVirtual, outs)
	for o := range all {
		for range n {
			all[o] = append(all[o], s.vec())
		}
	}
	return all
}

// maskBytes is the size of a mask.
func (s target) maskBytes() int {
	if s.lanes == 16 {
		return 4
	}
	return s.bytes()
}

// mask is a register for which lanes exist: a bit each, or a lane each.
func (s target) mask() reg.Register {
	if s.lanes == 16 {
		return K()
	}
	return s.vec()
}

// planeState is the registers of a tile: the same for every number of rows, so that those share what is not worth a body of its own.
type planeState struct {
	target
	planeShape
	dst, src, ss, ss3, masks, n reg.GPVirtual
	acc, w                      [][]reg.VecVirtual // of each output plane: its rows, and the weights of a tap
	mask                        reg.Register       // of columns
	tap, wp, left               reg.GPVirtual      // the tap, its weights, and how many taps are left
	from, bits                  reg.GPVirtual      // where the tap begins in the source, and which of its rows exist
	lo, hi                      reg.VecVirtual
	to, ds, dp, dp3             reg.GPVirtual // the last row of the output; bytes to the next row, to the next plane and the third
}

// dispatch goes to the label of the tile's number of rows: soonest to that of full tiles, which most are, and of sequences.
func (d planeShape) dispatch(label string) {
	rows := param("rows")
	to := func(format string, r int) LabelRef { return LabelRef(fmt.Sprintf(format, r)) }
	for _, r := range []int{d.rows, 1} {
		CMPQ(rows, I8(r))
		JEQ(to(label, r))
	}
	var among func(from, end int)
	among = func(from, end int) {
		if end-from < 2 {
			JMP(to(label, from))
			return
		}
		middle, upper := (from+end)/2, label+"_or_more"
		CMPQ(rows, I8(middle))
		JGE(to(upper, middle))
		among(from, middle)
		Label(string(to(upper, middle)))
		among(middle, end)
	}
	if d.rows > 2 {
		among(2, d.rows)
	}
}

// sources is how many source rows a tap of a tile meets.
func (d planeShape) sources(rows int) int { return (rows-1)*d.stride + d.k }

// body computes a column block of a tile of the given number of rows.
func (g *planeState) body(rows int) {
	id := fmt.Sprintf("rows%d", rows)
	Label(id)
	bias := GP64()
	Load(Param("bias"), bias)
	for o, acc := range g.acc {
		VBROADCASTSS(Mem{Base: bias, Disp: 4 * o}, acc[0])
		for _, v := range acc[1:rows] {
			VMOVAPS(acc[0], v)
		}
	}
	Load(Param("taps"), g.tap)
	Load(Param("w"), g.wp)
	Load(Param("count"), g.left)

	Label(id + "_tap")
	g.addTap(id, rows)
	Label(id + "_next")
	ADDQ(I8(16), g.tap)
	ADDQ(I8(4*g.k*g.outs), g.wp)
	DECQ(g.left)
	JNZ(LabelRef(id + "_tap"))
	g.finish(id, rows)
}

func everyRow(int) bool { return true }
func noRow(int) bool    { return false }

// ends are the source rows of a tap that may be missing where the others exist; nil if those are few.
func (g *planeState) ends(rows int) func(i int) bool {
	sources := g.sources(rows)
	if g.k == 1 || sources <= 2*(g.k-1) {
		return nil
	}
	return func(i int) bool { return i < g.k-1 || i > sources-g.k }
}

// shares reports whether tiles of so many rows leave taps that lack other rows than those at the ends, which are rare, to code that
// serves them all.
func (g *planeState) shares(rows int) bool { return g.lanes == 16 && g.ends(rows) != nil }

// addTap adds the source rows of one tap. A PlaneTap is 8 bytes of offset, 4 of
// where its mask is, and a bit for each row that exists. Inside of a plane all
// rows and columns do, and at its upper and lower edge only the first and the
// last rows may be missing: where that is so nothing else is asked.
func (g *planeState) addTap(id string, rows int) {
	t, exist := GP64(), GP32()
	MOVQ(Mem{Base: g.tap}, t)
	LEAQ(Mem{Base: g.src, Index: t, Scale: 4}, g.from)
	MOVL(Mem{Base: g.tap, Disp: 8}, t.As32())
	MOVL(Mem{Base: g.tap, Disp: 12}, g.bits)
	mask := Mem{Base: g.masks, Index: t, Scale: 1}
	for o, w := range g.w {
		for k := range w {
			VBROADCASTSS(Mem{Base: g.wp, Disp: 4 * (k*g.outs + o)}, w[k])
		}
	}
	g.loadMask(mask)
	if g.lanes == 8 { // a mask's first and last lane tell whether it has all
		MOVL(mask, exist)
		ANDL(mask.Offset(4*g.lanes-4), exist)
		JPL(LabelRef(id + "_some"))
	}
	sources := g.sources(rows)
	all := U32(1<<sources - 1)
	MOVL(all, exist)
	ANDL(g.bits, exist)
	CMPL(exist, all)
	JEQ(LabelRef(id + "_all"))
	if ends := g.ends(rows); ends != nil {
		edges := U32(0)
		for i := range sources {
			if ends(i) {
				edges |= 1 << i
			}
		}
		ORL(edges, exist)
		CMPL(exist, all)
		JNE(LabelRef(id + "_some"))
		g.sourceRows(id+"_edge", rows, ends, false)
		JMP(LabelRef(id + "_next"))
	}
	Label(id + "_some")
	if g.shares(rows) {
		g.share(rows)
	} else {
		g.sourceRows(id+"_row", rows, everyRow, true)
		JMP(LabelRef(id + "_next"))
	}
	Label(id + "_all")
	g.sourceRows("", rows, noRow, false)
}

// share leaves the tap to the code of a full tile, for which the source ends behind that of these rows. To some rows below them
// something is added too, which nobody reads: they begin at 0, since what a register happens to hold may be slow to add to.
func (g *planeState) share(rows int) {
	ANDL(U32(1<<g.sources(rows)-1), g.bits)
	for _, acc := range g.acc {
		for _, v := range acc[rows:min(rows+g.k-1, g.rows)] {
			VXORPS(v, v, v)
		}
	}
	JMP(LabelRef("some"))
}

func (g *planeState) loadMask(from Mem) {
	if g.lanes == 16 {
		KMOVW(from, g.mask)
	} else {
		VMOVUPS(from, g.mask)
	}
}

// load loads a row's columns: all exist where they are not masked. A mask of bits costs nothing.
func (g *planeState) load(from Mem, v reg.VecVirtual, masked bool) {
	switch {
	case g.lanes == 16:
		VMOVUPS_Z(from, g.mask, v)
	case masked:
		VMASKMOVPS(from, g.mask, v)
	default:
		VMOVUPS(from, v)
	}
}

func (g *planeState) storeMasked(v reg.VecVirtual, to Mem) {
	if g.lanes == 16 {
		VMOVUPS(v, g.mask, to)
	} else {
		VMASKMOVPS(v, g.mask, to)
	}
}

// sourceRows multiplies the rows of a tap, each loaded once for every output row that meets it: those asked about if they exist.
func (g *planeState) sourceRows(id string, rows int, asked func(i int) bool, masked bool) {
	for i := range g.sources(rows) {
		if i > 0 && i%4 == 0 {
			LEAQ(Mem{Base: g.from, Index: g.ss, Scale: 4}, g.from)
		}
		skip := fmt.Sprintf("%s%d", id, i)
		if asked(i) {
			BTL(U8(i), g.bits)
			JCC(LabelRef(skip))
		}
		v := g.vec()
		g.load(rung(g.from, g.ss, g.ss3, i%4), v, masked)
		for r := range rows {
			k := i - r*g.stride
			if k < 0 || k >= g.k {
				continue
			}
			for o, acc := range g.acc {
				VFMADD231PS(g.w[o][k], v, acc[r])
			}
		}
		if asked(i) {
			Label(skip)
		}
	}
}

// rung is base + i*step for i in 0..3; step3 is three steps.
func rung(base, step, step3 reg.GPVirtual, i int) Mem {
	return [...]Mem{{Base: base}, {Base: base, Index: step, Scale: 1}, {Base: base, Index: step, Scale: 2}, {Base: base, Index: step3, Scale: 1}}[i]
}
