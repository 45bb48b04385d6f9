package main

import (
	"strings"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

// A kernel for arm64 is a program of avo too: for vectors of 128 bits, in the registers and instructions of amd64, of
// which each has its like on arm64. Kernels of one shape are so described once. The passes here stand in for avo's: they
// take constants and operands out of memory into registers, have avo allocate registers (there are 32 vectors on both,
// and fewer general ones on amd64), and write each instruction as arm64's. What amd64 has no like for, multiplication by
// an element above all, is in neon_ops.go.
var neon = target{suffix: "NEON", lanes: 4, registers: 32, vec: func() reg.VecVirtual { return XMM() }}

var neonPasses = pass.Concat(
	pass.Verify,
	pass.FunctionPass(hoistConstants),
	pass.FunctionPass(splitOperands),
	pass.FunctionPass(pass.PruneJumpToFollowingLabel),
	pass.FunctionPass(pass.PruneDanglingLabels),
	pass.FunctionPass(pass.LabelTarget),
	pass.FunctionPass(pass.CFG),
	pass.InstructionPass(pass.ZeroExtend32BitOutputs),
	pass.FunctionPass(pass.Liveness),
	pass.FunctionPass(pass.AllocateRegisters),
	pass.FunctionPass(pass.BindRegisters),
	pass.FunctionPass(pass.VerifyAllocation),
	pass.FunctionPass(pass.PruneSelfMoves),
	pass.FunctionPass(lowerNEON),
	pass.Func(pass.IncludeTextFlagHeader),
	pass.Func(includeNEONMacros),
)

func includeNEONMacros(f *ir.File) error {
	f.Includes = append(f.Includes, "neon.h")
	return nil
}

// newInstruction is an instruction that reads in and writes out; operands are in avo's order.
func newInstruction(opcode string, operands, in, out []Op) *ir.Instruction {
	return &ir.Instruction{Opcode: opcode, Operands: operands, Inputs: in, Outputs: out}
}

func loadOf(m Mem, v reg.Register) *ir.Instruction {
	return newInstruction("VMOVUPS", []Op{m, v}, []Op{m}, []Op{v})
}

func isStatic(op Op) bool {
	m, ok := op.(Mem)
	return ok && m.Base == reg.StaticBase
}

// hoistConstants loads every constant that a function uses once, where it begins. Those that only scale what is added
// to a sum share registers, four to one, and multiply by element; the registers suffice then, or avo says so.
func hoistConstants(fn *ir.Function) error {
	var begin []ir.Node
	kept := map[Mem]reg.Register{}
	packs := constantPacks{lanes: map[Mem]int{}}
	for _, i := range fn.Instructions() {
		if m, ok := scale(i); ok {
			packs.use(i, m)
		}
	}
	for _, i := range fn.Instructions() {
		for _, ops := range [][]Op{i.Operands, i.Inputs} {
			for n, op := range ops {
				if !isStatic(op) {
					continue
				}
				m := op.(Mem)
				if kept[m] == nil {
					kept[m] = XMM()
					begin = append(begin, loadOf(m, kept[m]))
				}
				ops[n] = kept[m]
			}
		}
	}
	fn.Nodes = append(append(packs.loads, begin...), fn.Nodes...)
	return nil
}

// constantPacks are vectors of four constants each, and where each constant is.
type constantPacks struct {
	vectors []reg.Register
	lanes   map[Mem]int
	loads   []ir.Node
}

// use makes i multiply by the lane that holds m.
func (p *constantPacks) use(i *ir.Instruction, m Mem) {
	at, known := p.lanes[m]
	if !known {
		at = len(p.lanes)
		p.lanes[m] = at
		if at%4 == 0 {
			v := XMM()
			p.vectors = append(p.vectors, v)
			p.loads = append(p.loads, newInstruction("VMOVSS", []Op{m, v}, []Op{m}, []Op{v}))
		} else {
			p.loads = append(p.loads, laneOf(at%4, m, p.vectors[at/4]))
		}
	}
	y, x, sum := p.vectors[at/4], i.Operands[1], i.Operands[2]
	i.Opcode = neonByElement[i.Opcode]
	i.Operands = []Op{U8(at % 4), y, x, sum}
	i.Inputs = []Op{y, x, sum}
}

// scale returns the constant that an instruction multiplies by before it adds.
func scale(i *ir.Instruction) (m Mem, ok bool) {
	if neonByElement[i.Opcode] == "" || !isStatic(i.Operands[0]) {
		return m, false
	}
	return i.Operands[0].(Mem), true
}

// splitOperands gives every operand of vector arithmetic a register, and makes the forms of multiply-add one.
func splitOperands(fn *ir.Function) error {
	var nodes []ir.Node
	local, called := localRegisters(fn.Nodes), names{}
	for _, node := range fn.Nodes {
		i, ok := node.(*ir.Instruction)
		if ok {
			called.apply(i)
		}
		if !ok || !isArithmetic(i.Opcode) {
			nodes = append(nodes, node)
			continue
		}
		for n, op := range i.Operands {
			if m, ok := op.(Mem); ok {
				v := XMM()
				nodes = append(nodes, loadOf(m, v))
				replace(i, n, m, v)
			}
		}
		nodes = append(nodes, asFMA231(i, local, called)...)
	}
	fn.Nodes = nodes
	return nil
}

func isArithmetic(opcode string) bool {
	_, ok := neonArithmetic[opcode]
	return ok || strings.HasPrefix(opcode, "VFM") || strings.HasPrefix(opcode, "VFNM") || opcode == "VSHUFPS"
}

// replace puts v for the memory operand m.
func replace(i *ir.Instruction, n int, m Mem, v reg.Register) {
	i.Operands[n] = v
	for at, op := range i.Inputs {
		if op == Op(m) {
			i.Inputs[at] = v
		}
	}
}

// asFMA231 returns d = b*d + c and d = d*c - b as instructions that add to a third register, as arm64's do. Where d is
// local that register takes its name, else its place.
func asFMA231(i *ir.Instruction, local map[reg.ID]bool, called names) []ir.Node {
	if i.Opcode != "VFMADD213PS" && i.Opcode != "VFMSUB132PS" {
		return []ir.Node{i}
	}
	c, b, d := i.Operands[0], i.Operands[1], i.Operands[2].(reg.Register)
	sum := XMM()
	first := newInstruction("VMOVAPS", []Op{c, sum}, []Op{c}, []Op{sum})
	x := b
	if i.Opcode == "VFMSUB132PS" {
		first = newInstruction("FNEG", []Op{b, sum}, []Op{b}, []Op{sum})
		x = c
	}
	nodes := []ir.Node{first, newInstruction("VFMADD231PS", []Op{x, d, sum}, []Op{x, d, sum}, []Op{sum})}
	if !local[d.ID()] {
		return append(nodes, newInstruction("VMOVAPS", []Op{sum, d}, []Op{sum}, []Op{d}))
	}
	local[sum.ID()] = true
	for from, to := range called {
		if to.ID() == d.ID() {
			called[from] = sum
		}
	}
	called[d.ID()] = sum
	return nodes
}
