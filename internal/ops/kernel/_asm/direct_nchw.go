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

// directNCHW generates the tiles of direct convolution. One output plane slides:
// a source row, loaded once, meets every kernel row, whose weights stay in
// registers. With several planes each row is used so often that single taps
// suffice.
func directNCHW() {
	for _, s := range []target{avx512, avx2} {
		most := map[int]int{1: 14, 2: 12, 4: 6}
		if s.lanes == 8 { // 16 registers: outs*(rows+k) accumulators and weights, a row and a mask
			most = map[int]int{1: 7, 2: 6, 4: 2}
		}
		for _, k := range []int{3, 5, 7} {
			planeTile(s, planeShape{1, k, 1, most[1]})
			planeTile(s, planeShape{1, k, 2, min(most[1], (32-k)/2+1)}) // a bit of 32 a source row
		}
		for _, outs := range []int{1, 2, 4} {
			planeTile(s, planeShape{outs, 1, 1, most[outs]})
		}
	}
}

// planeSignature is that of a tile, which is computed times over: of planes dp, and of a source sp elements, apart, with
// weights sw apart.
const planeSignature = "func(dst *float32, ds, dp int, src *float32, at, ss, sp int, taps *uint64, count int, w, bias *float32, sw int, masks *uint32, maskStep, rows, n, times int, lo, hi float32, stream, far bool)"

func planeTile(s target, d planeShape) {
	name := d.name(s)
	TEXT(name, NOSPLIT, planeSignature)
	Pragma("noescape")
	Doc(fmt.Sprintf("%s computes rows (at most %d) x n outputs of %d planes; see DirectNCHW.", name, d.rows, d.outs))
	g := planeState{target: s, planeShape: d}
	Label("times")
	g.dst, g.src, g.masks, g.n = param("dst"), param("src"), param("masks"), param("n")
	at := param("at")
	LEAQ(Mem{Base: g.src, Index: at, Scale: 4}, g.src)
	g.ss, g.ss3 = stride("ss"), GP64()
	LEAQ(Mem{Base: g.ss, Index: g.ss, Scale: 2}, g.ss3)
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

// again goes back for the next planes, if there are any.
func (d planeShape) again() {
	Label("again")
	dp := stride("dp")
	IMUL3Q(U32(d.outs), dp, dp)
	ADDQ(dp, argument("dst"))
	ADDQ(stride("sp"), argument("src"))
	ADDQ(stride("sw"), argument("w"))
	ADDQ(I8(4*d.outs), argument("bias"))
	JMP(LabelRef("times"))
}

type planeState struct {
	target
	planeShape
	dst, src, ss, ss3, masks, n reg.GPVirtual
}

// body computes a tile of the given number of rows, all columns, and returns.
func (g planeState) body(rows int) {
	id := fmt.Sprintf("rows%d", rows)
	Label(id)
	acc := make([][]reg.VecVirtual, g.outs)
	bias, tap, wp, left := GP64(), GP64(), GP64(), GP64()
	Load(Param("bias"), bias)
	for o := range acc {
		acc[o] = make([]reg.VecVirtual, rows)
		for r := range acc[o] {
			if acc[o][r] = g.vec(); r == 0 {
				VBROADCASTSS(Mem{Base: bias, Disp: 4 * o}, acc[o][0])
			} else {
				VMOVAPS(acc[o][0], acc[o][r])
			}
		}
	}
	Load(Param("taps"), tap)
	Load(Param("w"), wp)
	Load(Param("count"), left)

	Label(id + "_tap")
	g.tap(id, rows, acc, tap, wp)
	ADDQ(I8(16), tap)
	ADDQ(I8(4*g.k*g.outs), wp)
	DECQ(left)
	JNZ(LabelRef(id + "_tap"))
	g.store(id, rows, acc)
	far := Load(Param("far"), GP8()).(reg.GPVirtual)
	TESTB(far, far)
	JZ(LabelRef(id + "_near"))
	g.prefetch(rows)
	Label(id + "_near")

	step := GP64()
	Load(Param("maskStep"), step)
	ADDQ(step, g.masks)
	ADDQ(I8(g.bytes()), g.src)
	ADDQ(I8(g.bytes()), g.dst)
	SUBQ(I8(g.lanes), g.n)
	JG(LabelRef(id))
	SUBQ(I8(1), argument("times"))
	JNZ(LabelRef("again"))
	VZEROUPPER()
	RET()
}

// tap adds the source rows of one tap. A PlaneTap is 8 bytes of offset, 4 of
// where its mask is, and a bit for each row that exists. Inside of a plane all
// rows and columns do, and at its upper and lower edge only the first and the
// last rows may be missing: where that is so nothing else is asked.
func (g planeState) tap(id string, rows int, acc [][]reg.VecVirtual, tap, wp reg.GPVirtual) {
	t, from, bits, exist := GP64(), GP64(), GP32(), GP32()
	MOVQ(Mem{Base: tap}, t)
	LEAQ(Mem{Base: g.src, Index: t, Scale: 4}, from)
	MOVL(Mem{Base: tap, Disp: 8}, t.As32())
	MOVL(Mem{Base: tap, Disp: 12}, bits)
	mask := Mem{Base: g.masks, Index: t, Scale: 1}
	w := make([][]reg.VecVirtual, g.outs)
	for o := range w {
		for k := range g.k {
			v := g.vec()
			VBROADCASTSS(Mem{Base: wp, Disp: 4 * (k*g.outs + o)}, v)
			w[o] = append(w[o], v)
		}
	}
	whole, masked := g.maskedLoads(mask)
	if g.lanes == 8 { // a mask's first and last lane tell whether it has all
		MOVL(mask, exist)
		ANDL(mask.Offset(4*g.lanes-4), exist)
		JPL(LabelRef(id + "_some"))
	}
	sources := (rows-1)*g.stride + g.k
	all, edges := uint32(1<<sources-1), uint32(0)
	asked := func(int) bool { return false }
	MOVL(U32(all), exist)
	ANDL(bits, exist)
	CMPL(exist, U32(all))
	JEQ(LabelRef(id + "_all"))
	if g.k > 1 && sources > 2*(g.k-1) {
		asked = func(i int) bool { return i < g.k-1 || i > sources-g.k }
		for i := range sources {
			if asked(i) {
				edges |= 1 << i
			}
		}
		ORL(U32(edges), exist)
		CMPL(exist, U32(all))
		JNE(LabelRef(id + "_some"))
		g.sourceRows(id+"_edge", rows, acc, w, from, bits, asked, whole)
		JMP(LabelRef(id + "_next"))
	}
	Label(id + "_some")
	g.sourceRows(id+"_row", rows, acc, w, from, bits, func(int) bool { return true }, masked)
	JMP(LabelRef(id + "_next"))
	Label(id + "_all")
	g.sourceRows("", rows, acc, w, from, bits, func(int) bool { return false }, whole)
	Label(id + "_next")
}

// maskedLoads are how a row's columns are loaded where all exist, and where a mask says which.
func (g planeState) maskedLoads(mask Mem) (whole, masked func(from Mem, v reg.VecVirtual)) {
	if g.lanes == 16 {
		k := K()
		KMOVW(mask, k)
		masked = func(from Mem, v reg.VecVirtual) { VMOVUPS_Z(from, k, v) }
		return masked, masked
	}
	lanes := g.vec()
	VMOVUPS(mask, lanes)
	return func(from Mem, v reg.VecVirtual) { VMOVUPS(from, v) }, func(from Mem, v reg.VecVirtual) { VMASKMOVPS(from, lanes, v) }
}

// sourceRows multiplies the rows of a tap, each loaded once for every output row that meets it: those asked about if bits has them.
func (g planeState) sourceRows(id string, rows int, acc, w [][]reg.VecVirtual, first, bits reg.GPVirtual, asked func(i int) bool, load func(from Mem, v reg.VecVirtual)) {
	from := GP64()
	MOVQ(first, from)
	for i := range (rows-1)*g.stride + g.k {
		if i > 0 && i%4 == 0 {
			LEAQ(Mem{Base: from, Index: g.ss, Scale: 4}, from)
		}
		skip := fmt.Sprintf("%s%d", id, i)
		if asked(i) {
			BTL(U8(i), bits)
			JCC(LabelRef(skip))
		}
		v := g.vec()
		load(fourRows(from, g.ss, g.ss3, i), v)
		for r := range rows {
			k := i - r*g.stride
			if k < 0 || k >= g.k {
				continue
			}
			for o := range acc {
				VFMADD231PS(w[o][k], v, acc[o][r])
			}
		}
		if asked(i) {
			Label(skip)
		}
	}
}

// fourRows is row i of four from base on, step bytes apart, of which step3 is three.
func fourRows(base, step, step3 reg.GPVirtual, i int) Mem {
	return [...]Mem{{Base: base}, {Base: base, Index: step, Scale: 1}, {Base: base, Index: step, Scale: 2}, {Base: base, Index: step3, Scale: 1}}[i%4]
}

// ahead is the bytes between what a tile reads and what it asks memory for, of planes too large for the caches: more
// rows are read at once than the processor follows by itself.
const ahead = 512

// prefetch asks for the source rows of the first tap.
func (g planeState) prefetch(rows int) {
	from := GP64()
	Load(Param("taps"), from)
	MOVQ(Mem{Base: from}, from)
	LEAQ(Mem{Base: g.src, Index: from, Scale: 4, Disp: ahead}, from)
	for i := range (rows-1)*g.stride + g.k {
		if i > 0 {
			ADDQ(g.ss, from)
		}
		PREFETCHT0(Mem{Base: from})
	}
}

// store clamps and writes the tile's columns that exist. The mask of those is
// the last of a column block.
func (g planeState) store(id string, rows int, acc [][]reg.VecVirtual) {
	lo, hi := g.vec(), g.vec()
	loAddr, err := Param("lo").Resolve()
	if err != nil {
		panic(err)
	}
	hiAddr, err := Param("hi").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(loAddr.Addr, lo)
	for o := range acc {
		for r := range acc[o] {
			// The value stands second, so that a NaN stays one.
			VMAXPS(acc[o][r], lo, acc[o][r])
		}
	}
	VBROADCASTSS(hiAddr.Addr, hi)
	for o := range acc {
		for r := range acc[o] {
			VMINPS(acc[o][r], hi, acc[o][r])
		}
	}
	ds, ds3, plane, to := stride("ds"), GP64(), GP64(), GP64()
	LEAQ(Mem{Base: ds, Index: ds, Scale: 2}, ds3)
	write := func(put func(v reg.VecVirtual, to Mem)) {
		MOVQ(g.dst, plane)
		for o := range acc {
			MOVQ(plane, to)
			for r := range acc[o] {
				if r > 0 && r%4 == 0 {
					LEAQ(Mem{Base: to, Index: ds, Scale: 4}, to)
				}
				put(acc[o][r], fourRows(to, ds, ds3, r))
			}
			if o < g.outs-1 {
				ADDQ(stride("dp"), plane)
			}
		}
	}
	CMPQ(g.n, I8(g.lanes))
	JLT(LabelRef(id + "_tail"))
	stream := Load(Param("stream"), GP8()).(reg.GPVirtual)
	TESTB(stream, stream)
	JNZ(LabelRef(id + "_stream"))
	write(func(v reg.VecVirtual, to Mem) { VMOVUPS(v, to) })
	JMP(LabelRef(id + "_stored"))
	Label(id + "_stream")
	write(func(v reg.VecVirtual, to Mem) { VMOVNTPS(v, to) })
	JMP(LabelRef(id + "_stored"))
	Label(id + "_tail")
	step := GP64()
	Load(Param("maskStep"), step)
	if g.lanes == 16 {
		k := K()
		KMOVW(Mem{Base: g.masks, Index: step, Scale: 1, Disp: -4}, k)
		write(func(v reg.VecVirtual, to Mem) { VMOVUPS(v, k, to) })
	} else {
		VMOVUPS(Mem{Base: g.masks, Index: step, Scale: 1, Disp: -g.bytes()}, lo)
		write(func(v reg.VecVirtual, to Mem) { VMASKMOVPS(v, lo, to) })
	}
	Label(id + "_stored")
}
