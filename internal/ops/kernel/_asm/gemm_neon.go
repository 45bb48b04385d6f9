package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The dense tiles of 128 bits: 8x12 keeps 24 accumulators, 3 columns of b and 2 vectors of a, which are multiplied by
// element, in 29 of 32 registers.
const neonGemmRows, neonGemmVectors = 8, 3

func gemmNEON()         { neonGemm{name: "gemmNEON"}.generate() }
func indirectGemmNEON() { neonGemm{name: "indirectGemmNEON", gather: true}.generate() }

type neonGemm struct {
	name                                   string
	gather                                 bool // rows of b at offsets of their own
	c, ldc, a, b, ldb, offsets, k, m, bias reg.GPVirtual
}

func (t neonGemm) generate() {
	signature, rows := gemmSignature, "rows of b ldb apart"
	if t.gather {
		signature, rows = indirectGemmSignature, "row p of b rows[p] bytes further"
	}
	TEXT(t.name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(t.name+" computes one tile: c[i][j] = clamp(sum over p of a[p][i]*b[p][j] (+ bias[i]) (+ c[i][j])),",
		"i < m, j < n, rows of c ldc apart, "+rows+", rows of a packed.")
	t.c, t.a, t.b, t.bias, t.k, t.m = param("c"), param("a"), param("b"), param("bias"), param("k"), param("m")
	t.ldc = stride("ldc")
	if t.gather {
		t.offsets = param("rows")
	} else {
		t.ldb = stride("ldb")
	}
	// Every count of columns has a body of its own: there are no masks.
	n := param("n")
	for columns := neonGemmVectors*neon.lanes - 1; columns > 0; columns-- {
		CMPQ(n, I8(columns))
		JEQ(LabelRef(fmt.Sprintf("columns%d", columns)))
	}
	for columns := neonGemmVectors * neon.lanes; columns > 0; columns-- {
		t.body(columns)
	}
}

func (t neonGemm) body(columns int) {
	id := fmt.Sprintf("columns%d", columns)
	vectors := (columns + neon.lanes - 1) / neon.lanes
	last := columns - (vectors-1)*neon.lanes
	Label(id)
	acc := vectorsOf(neonGemmRows, vectors)
	t.begin(acc, id)

	col := vectorsOf(1, vectors)[0]
	weights := []reg.VecVirtual{XMM(), XMM()}
	step := func(u int) {
		from := t.b
		if t.gather {
			from = GP64()
			MOVQ(Mem{Base: t.offsets, Disp: 8 * u}, from)
			ADDQ(t.b, from)
		}
		for i, w := range weights {
			VMOVUPS(Mem{Base: t.a, Disp: 4*neonGemmRows*u + 16*i}, w)
		}
		eachSome(col, last, func(j, lanes int) { loadSome(lanes, Mem{Base: from, Disp: 16 * j}, col[j]) })
		if !t.gather {
			ADDQ(t.ldb, t.b)
		}
		for i := range acc {
			for j := range col {
				fmaLane(i%4, weights[i/4], col[j], acc[i][j])
			}
		}
	}
	const unroll = 4
	advance := func(steps int) {
		ADDQ(I32(4*neonGemmRows*steps), t.a)
		if t.gather {
			ADDQ(I8(8*steps), t.offsets)
		}
	}
	SUBQ(I8(unroll), t.k)
	JLT(LabelRef(id + "_rest"))
	Label(id + "_loop")
	for u := range unroll {
		step(u)
	}
	advance(unroll)
	SUBQ(I8(unroll), t.k)
	JGE(LabelRef(id + "_loop"))
	Label(id + "_rest")
	ADDQ(I8(unroll), t.k)
	JZ(LabelRef(id + "_store"))
	Label(id + "_one")
	step(0)
	advance(1)
	DECQ(t.k)
	JNZ(LabelRef(id + "_one"))
	Label(id + "_store")
	t.store(acc, last, id)
}

// vectorsOf returns rows of registers.
func vectorsOf(rows, columns int) [][]reg.VecVirtual {
	v := make([][]reg.VecVirtual, rows)
	for i := range v {
		for range columns {
			v[i] = append(v[i], XMM())
		}
	}
	return v
}

// eachSome calls f for vectors in turn, with the lanes of each: all but in the last.
func eachSome(v []reg.VecVirtual, last int, f func(j, lanes int)) {
	for j := range v {
		lanes := neon.lanes
		if j == len(v)-1 {
			lanes = last
		}
		f(j, lanes)
	}
}

// begin sets the accumulators to the bias, or to zero.
func (t neonGemm) begin(acc [][]reg.VecVirtual, id string) {
	TESTQ(t.bias, t.bias)
	JZ(LabelRef(id + "_zero"))
	for i := range acc {
		VBROADCASTSS(Mem{Base: t.bias, Disp: 4 * i}, acc[i][0])
		for j := range acc[i][1:] {
			VMOVAPS(acc[i][0], acc[i][j+1])
		}
	}
	JMP(LabelRef(id + "_start"))
	Label(id + "_zero")
	clearAll(acc)
	Label(id + "_start")
}

// store adds what c holds, clamps and writes the first m rows.
func (t neonGemm) store(acc [][]reg.VecVirtual, last int, id string) {
	more := Load(Param("accumulate"), GP8()).(reg.GPVirtual)
	lo, hi, held := XMM(), XMM(), XMM()
	TESTB(more, more)
	JZ(LabelRef(id + "_write"))
	row, left := GP64(), GP64()
	MOVQ(t.c, row)
	MOVQ(t.m, left)
	for i := range acc {
		eachSome(acc[i], last, func(j, lanes int) {
			loadSome(lanes, Mem{Base: row, Disp: 16 * j}, held)
			VADDPS(held, acc[i][j], acc[i][j])
		})
		if i < len(acc)-1 {
			ADDQ(t.ldc, row)
			DECQ(left)
			JZ(LabelRef(id + "_write"))
		}
	}
	Label(id + "_write")
	VBROADCASTSS(argument("lo"), lo)
	VBROADCASTSS(argument("hi"), hi)
	for i := range acc {
		for _, v := range acc[i] {
			VMAXPS(v, lo, v)
			VMINPS(v, hi, v)
		}
		eachSome(acc[i], last, func(j, lanes int) { storeSome(lanes, acc[i][j], Mem{Base: t.c, Disp: 16 * j}) })
		if i < len(acc)-1 {
			ADDQ(t.ldc, t.c)
			DECQ(t.m)
			JZ(LabelRef(id + "_done"))
		}
	}
	Label(id + "_done")
	RET()
}

// peakNEON generates a loop of independent multiply-adds: 12 chains, as many as a round has, would not hide a latency of
// 4 cycles at 4 multiply-adds a cycle, so two rounds are one.
func peakNEON() {
	TEXT("peakNEON", NOSPLIT, "func(n int)")
	Doc("peakNEON runs n rounds of 12 independent vector FMAs; n is even.")
	n := param("n")
	acc := vectorsOf(2, peakChains)
	one := XMM()
	clearAll(append(acc, []reg.VecVirtual{one}))
	Label("loop")
	for i := range acc {
		for _, v := range acc[i] {
			fmaLane(0, one, one, v) // by element, as kernels do
		}
	}
	SUBQ(I8(2), n)
	JG(LabelRef("loop"))
	RET()
}
