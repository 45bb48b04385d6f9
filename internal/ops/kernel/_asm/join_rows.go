package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// joinRows generates what pools do to rows: each output row is the sum, or the maximum, of rows of the source.
func joinRows() {
	for _, s := range targets {
		joinRowsBy(s, "joinRowsSum", "the sum of src[r*ss+offset+j]", nil, func(acc, v reg.VecVirtual) { VADDPS(v, acc, acc) })
		joinRowsBy(s, "joinRowsSquares", "the sum of the squares of src[r*ss+offset+j]", func(acc reg.VecVirtual) { VMULPS(acc, acc, acc) },
			func(acc, v reg.VecVirtual) { VFMADD231PS(v, v, acc) })
		joinRowsBy(s, "joinRowsLargest", "the maximum of src[r*ss+offset+j]", nil, func(acc, v reg.VecVirtual) {
			// The maximum is the second operand where either is a NaN: of both orders, one is that NaN.
			most := s.vec()
			VMAXPS(acc, v, most)
			VMAXPS(v, acc, acc)
			if s.lanes == 16 {
				VPORD(most, acc, acc)
			} else {
				VORPS(most, acc, acc)
			}
		})
	}
}

func joinRowsBy(s target, name, doc string, begin func(acc reg.VecVirtual), join func(acc, v reg.VecVirtual)) {
	name += s.suffix
	TEXT(name, NOSPLIT, "func(dst *float32, ds int, src *float32, ss int, offsets *int, count, n, rows int)")
	Pragma("noescape")
	Doc(name + " writes dst[r*ds+j] = " + doc + " over the offsets, for r < rows and j < n.")
	dst, src, offsets := param("dst"), param("src"), param("offsets")
	ds, ss := stride("ds"), stride("ss")
	count, n, rows := param("count"), param("n"), param("rows")
	from, to, left, list, more, at := GP64(), GP64(), GP64(), GP64(), GP64(), GP64()
	down := func(id string, load func(m Mem) reg.VecVirtual, store func(v reg.VecVirtual, m Mem)) {
		MOVQ(dst, to)
		MOVQ(rows, left)
		// Few rows keep their places in registers.
		for _, few := range []int{3, 2} {
			other := fmt.Sprint(id, "_not", few)
			CMPQ(count, I8(few))
			JNE(LabelRef(other))
			at := make([]reg.GPVirtual, few)
			for k := range at {
				at[k] = GP64()
				MOVQ(Mem{Base: offsets, Disp: 8 * k}, at[k])
				SHLQ(U8(2), at[k])
				ADDQ(src, at[k])
			}
			some := fmt.Sprint(id, few)
			Label(some)
			acc := load(Mem{Base: at[0]})
			if begin != nil {
				begin(acc)
			}
			for _, p := range at[1:] {
				join(acc, load(Mem{Base: p}))
			}
			store(acc, Mem{Base: to})
			for _, p := range at {
				ADDQ(ss, p)
			}
			ADDQ(ds, to)
			DECQ(left)
			JNZ(LabelRef(some))
			JMP(LabelRef(id + "_end"))
			Label(other)
		}
		MOVQ(src, from)
		Label(id)
		MOVQ(offsets, list)
		MOVQ(count, more)
		next := func() Mem {
			MOVQ(Mem{Base: list}, at)
			SHLQ(U8(2), at)
			ADDQ(from, at)
			return Mem{Base: at}
		}
		acc := load(next())
		if begin != nil {
			begin(acc)
		}
		DECQ(more)
		JZ(LabelRef(id + "_store"))
		Label(id + "_join")
		ADDQ(I8(8), list)
		join(acc, load(next()))
		DECQ(more)
		JNZ(LabelRef(id + "_join"))
		Label(id + "_store")
		store(acc, Mem{Base: to})
		ADDQ(ss, from)
		ADDQ(ds, to)
		DECQ(left)
		JNZ(LabelRef(id))
		Label(id + "_end")
	}
	s.columns(name, dst, src, n, down)
	Label("done")
	VZEROUPPER()
	RET()
}
