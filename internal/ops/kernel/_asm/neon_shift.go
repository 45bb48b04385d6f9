package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Addresses of amd64 scale their index; vectors of arm64 are loaded from sums of two registers as they are. A function's
// indices that never change are so multiplied once, where it begins, in registers that avo does not know of.

// scaledIndex is a register and what addresses multiply it by.
type scaledIndex struct {
	register int
	scale    uint8
}

// neonSpare hold the multiples.
var neonSpare = []int{16, 17, 21, 22, 23, 24, 25, 26}

// straightLine is how many nodes run before the first that branches, or that a branch may lead to.
func straightLine(nodes []ir.Node) int {
	for n, node := range nodes {
		if i, ok := node.(*ir.Instruction); !ok || i.IsBranch {
			return n
		}
	}
	return len(nodes)
}

// shift computes the multiples that the nodes use most, of registers that they do not write.
func (l *lowering) shift(nodes []ir.Node) {
	written, uses := map[int]bool{}, map[scaledIndex]int{}
	for _, node := range nodes {
		i, ok := node.(*ir.Instruction)
		if !ok {
			continue
		}
		for _, r := range i.OutputRegisters() {
			if r.Kind() == reg.KindGP {
				written[index(r)] = true
			}
		}
		for _, op := range i.Operands {
			if m, ok := op.(Mem); ok && m.Index != nil && m.Scale > 1 {
				uses[scaledIndex{index(m.Index), m.Scale}]++
			}
		}
	}
	var often []scaledIndex
	for s := range uses {
		if !written[s.register] {
			often = append(often, s)
		}
	}
	slices.SortFunc(often, func(a, b scaledIndex) int {
		return cmp.Or(cmp.Compare(uses[b], uses[a]), cmp.Compare(a.register, b.register), cmp.Compare(a.scale, b.scale))
	})
	for n, s := range often[:min(len(often), len(neonSpare))] {
		l.emit("LSL", fmt.Sprintf("$%d", shiftOf(s.scale)), fmt.Sprintf("R%d", s.register), fmt.Sprintf("R%d", neonSpare[n]))
		l.shifted[s] = neonSpare[n]
	}
}
