package main

import (
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// localRegisters are those that live within one stretch of code without labels and branches: written there first, and
// met nowhere else. They may have another name from some place on.
func localRegisters(nodes []ir.Node) map[reg.ID]bool {
	local, stretch, now := map[reg.ID]bool{}, map[reg.ID]int{}, 0
	meet := func(r reg.Register, written bool) {
		at, known := stretch[r.ID()]
		if !known {
			stretch[r.ID()], local[r.ID()] = now, written
		} else if at != now {
			local[r.ID()] = false
		}
	}
	for _, node := range nodes {
		i, ok := node.(*ir.Instruction)
		if !ok {
			now++
			continue
		}
		for _, r := range i.InputRegisters() {
			meet(r, false)
		}
		for _, r := range i.OutputRegisters() {
			meet(r, true)
		}
		if i.IsBranch {
			now++
		}
	}
	return local
}

// names are the registers that others are called by.
type names map[reg.ID]reg.Register

func (n names) apply(i *ir.Instruction) {
	for _, ops := range [][]Op{i.Operands, i.Inputs, i.Outputs} {
		for at, op := range ops {
			if r, ok := op.(reg.Register); ok && n[r.ID()] != nil {
				ops[at] = n[r.ID()]
			}
		}
	}
}
