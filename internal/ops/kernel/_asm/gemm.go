package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const gemmSignature = "func(c *float32, ldc int, a, b *float32, ldb, k, m, n int, bias *float32, lo, hi float32, accumulate bool)"

// gemmTile is the shape of one instruction set's micro-kernel: rows x vectors
// accumulators live in registers through the whole of k.
type gemmTile struct {
	name    string
	rows    int
	vectors int
	lanes   int
	vec     func() reg.VecVirtual
	masked  bool // AVX-512: k-masks on every last vector
	gather  bool // rows of b at offsets of their own
}

// gemm generates the dense tiles. 8x48 keeps 24 accumulators, 3 columns of B
// and 1 broadcast in 28 of 32 registers; 4x24 keeps 12+3+1 in all 16.
func gemm() { gemmTiles("gemm", false) }

func gemmTiles(name string, gather bool) {
	gemmTile{name: name + "AVX512", rows: 8, vectors: 3, lanes: 16, vec: avx512.vec, masked: true, gather: gather}.generate()
	gemmTile{name: name + "AVX2", rows: 4, vectors: 3, lanes: 8, vec: avx2.vec, gather: gather}.generate()
}

// gemmArgs are the registers that the body works on. Row strides are bytes.
type gemmArgs struct {
	c, ldc, a, b, ldb, offsets, k, m, bias, table reg.GPVirtual
	kmask                                         reg.Register
}

func (t gemmTile) generate() {
	signature, rows := gemmSignature, "rows of b ldb apart"
	if t.gather {
		signature, rows = indirectGemmSignature, "row p of b rows[p] bytes further"
	}
	TEXT(t.name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(t.name+" computes one tile: c[i][j] = clamp(sum over p of a[p][i]*b[p][j] (+ bias[i]) (+ c[i][j])),",
		"i < m, j < n, rows of c ldc apart, "+rows+", rows of a packed.")
	var g gemmArgs
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	g.c, g.a, g.b, g.bias = load("c"), load("a"), load("b"), load("bias")
	g.ldc, g.k, g.m = load("ldc"), load("k"), load("m")
	if t.gather {
		g.offsets = load("rows")
	} else {
		g.ldb = stride("ldb")
	}
	n := load("n")
	SHLQ(U8(2), g.ldc)

	// The last vector has ((n-1) mod lanes) + 1 columns.
	last := GP64()
	LEAQ(Mem{Base: n, Disp: -1}, last)
	ANDQ(I8(t.lanes-1), last)
	if t.masked {
		INCQ(last)
		ones := GP64()
		MOVQ(I32(-1), ones)
		BZHIQ(last, ones, ones)
		g.kmask = K()
		KMOVW(ones.As32(), g.kmask)
	} else {
		// Here last is still one less than the columns of the last vector.
		g.table = GP64()
		LEAQ(maskTable(t.name+"_masks"), g.table)
		NEGQ(last)
		LEAQ(Mem{Base: g.table, Index: last, Scale: 4, Disp: 28}, g.table)
	}
	for v := 1; v <= t.vectors; v++ {
		if v < t.vectors {
			CMPQ(n, I8(v*t.lanes))
			JGT(LabelRef(t.label("wider", v)))
		}
		if !t.masked {
			CMPQ(n, I8(v*t.lanes))
			JNE(LabelRef(t.label("tail", v)))
			t.body(g, v, false, t.label("full", v))
			Label(t.label("tail", v))
		}
		t.body(g, v, true, t.label("any", v))
		if v < t.vectors {
			Label(t.label("wider", v))
		}
	}
}

func (t gemmTile) label(what string, v int) string { return fmt.Sprintf("%s%d", what, v) }

// body multiplies, with v vectors of columns, and returns from the function.
func (t gemmTile) body(g gemmArgs, v int, tail bool, id string) {
	acc := make([][]reg.VecVirtual, t.rows)
	for i := range acc {
		acc[i] = make([]reg.VecVirtual, v)
		for j := range acc[i] {
			acc[i][j] = t.vec()
		}
	}
	col := make([]reg.VecVirtual, v)
	for j := range col {
		col[j] = t.vec()
	}
	tmp := t.vec()

	TESTQ(g.bias, g.bias)
	JZ(LabelRef(id + "_zero"))
	for i := range acc {
		VBROADCASTSS(Mem{Base: g.bias, Disp: 4 * i}, acc[i][0])
		for j := 1; j < v; j++ {
			VMOVAPS(acc[i][0], acc[i][j])
		}
	}
	JMP(LabelRef(id + "_start"))
	Label(id + "_zero")
	for i := range acc {
		for j := range acc[i] {
			VXORPS(acc[i][j].AsY(), acc[i][j].AsY(), acc[i][j].AsY())
		}
	}
	Label(id + "_start")

	step := func(u int) {
		var row reg.GPVirtual
		if t.gather {
			row = GP64()
			MOVQ(Mem{Base: g.offsets, Disp: 8 * u}, row)
		}
		for j := range col {
			m := Mem{Base: g.b, Disp: 4 * t.lanes * j}
			if t.gather {
				m.Index, m.Scale = row, 1
			}
			switch {
			case tail && j == v-1 && t.masked:
				VMOVUPS_Z(m, g.kmask, col[j])
			case tail && j == v-1:
				VMOVUPS(Mem{Base: g.table}, tmp)
				VMASKMOVPS(m, tmp, col[j])
			default:
				VMOVUPS(m, col[j])
			}
		}
		if !t.gather {
			ADDQ(g.ldb, g.b)
		}
		for i := range acc {
			VBROADCASTSS(Mem{Base: g.a, Disp: 4 * (u*t.rows + i)}, tmp)
			for j := range col {
				VFMADD231PS(tmp, col[j], acc[i][j])
			}
		}
	}
	const unroll = 4
	SUBQ(I8(unroll), g.k)
	JLT(LabelRef(id + "_rest"))
	Label(id + "_loop")
	for u := range unroll {
		step(u)
	}
	ADDQ(I32(4*unroll*t.rows), g.a)
	if t.gather {
		ADDQ(I8(8*unroll), g.offsets)
	}
	SUBQ(I8(unroll), g.k)
	JGE(LabelRef(id + "_loop"))
	Label(id + "_rest")
	ADDQ(I8(unroll), g.k)
	JZ(LabelRef(id + "_store"))
	Label(id + "_one")
	step(0)
	ADDQ(I8(4*t.rows), g.a)
	if t.gather {
		ADDQ(I8(8), g.offsets)
	}
	DECQ(g.k)
	JNZ(LabelRef(id + "_one"))
	Label(id + "_store")
	t.store(g, acc, col, tmp, v, tail, id)
}

// store adds what c holds, clamps and writes the first m rows.
func (t gemmTile) store(g gemmArgs, acc [][]reg.VecVirtual, col []reg.VecVirtual, tmp reg.VecVirtual, v int, tail bool, id string) {
	more := Load(Param("accumulate"), GP8()).(reg.GPVirtual)
	TESTB(more, more)
	JZ(LabelRef(id + "_write"))
	row, left := GP64(), GP64()
	MOVQ(g.c, row)
	MOVQ(g.m, left)
	for i := range acc {
		for j := range acc[i] {
			m := Mem{Base: row, Disp: 4 * t.lanes * j}
			switch {
			case tail && j == v-1 && t.masked:
				VADDPS(m, acc[i][j], g.kmask, acc[i][j])
			case tail && j == v-1:
				VMOVUPS(Mem{Base: g.table}, tmp)
				VMASKMOVPS(m, tmp, tmp)
				VADDPS(tmp, acc[i][j], acc[i][j])
			default:
				VADDPS(m, acc[i][j], acc[i][j])
			}
		}
		if i < len(acc)-1 {
			ADDQ(g.ldc, row)
			DECQ(left)
			JZ(LabelRef(id + "_write"))
		}
	}
	Label(id + "_write")
	lo, hi := col[0], tmp
	VBROADCASTSS(NewParamAddr("lo", 72), lo)
	VBROADCASTSS(NewParamAddr("hi", 76), hi)
	for i := range acc {
		for j := range acc[i] {
			// The value stands second, so that a NaN stays one.
			VMAXPS(acc[i][j], lo, acc[i][j])
			VMINPS(acc[i][j], hi, acc[i][j])
		}
	}
	mask := lo
	if tail && !t.masked {
		VMOVUPS(Mem{Base: g.table}, mask)
	}
	for i := range acc {
		for j := range acc[i] {
			m := Mem{Base: g.c, Disp: 4 * t.lanes * j}
			switch {
			case tail && j == v-1 && t.masked:
				VMOVUPS(acc[i][j], g.kmask, m)
			case tail && j == v-1:
				VMASKMOVPS(acc[i][j], mask, m)
			default:
				VMOVUPS(acc[i][j], m)
			}
		}
		if i < len(acc)-1 {
			ADDQ(g.ldc, g.c)
			DECQ(g.m)
			JZ(LabelRef(id + "_done"))
		}
	}
	Label(id + "_done")
	VZEROUPPER()
	RET()
}
