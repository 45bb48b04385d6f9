package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// interleaveNEON generates the interleaving of rows, four columns at a time.
func interleaveNEON() { interleaveBy(neon, interleavedNEON, storeColumnNEON) }

func storeColumnNEON(ways int, v reg.VecVirtual, _ int, m Mem) { storeSome(ways, v, m) }

// interleavedNEON interleaves rows of four columns. Four rows are a transposition, eight are two whose columns alternate.
func interleavedNEON(_ target, rows []reg.VecVirtual) []reg.VecVirtual {
	if len(rows) == 2 {
		l, h := XMM(), XMM()
		VUNPCKLPS(rows[1], rows[0], l)
		VUNPCKHPS(rows[1], rows[0], h)
		return []reg.VecVirtual{l, h}
	}
	fours := len(rows) / 4
	out := make([]reg.VecVirtual, len(rows))
	for f := range fours {
		for i, v := range neon.transpose(rows[4*f : 4*f+4]) {
			out[i*fours+f] = v
		}
	}
	return out
}
