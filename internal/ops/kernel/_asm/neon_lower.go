package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// text is an operand in the syntax of Go's assembler for arm64.
type text string

func (t text) Asm() string { return string(t) }

// neonScratch are general registers that avo does not know of.
const neonScratch, neonScratch2 = 19, 20

// lowering writes the instructions of a function again.
type lowering struct {
	nodes   []ir.Node
	shifted map[scaledIndex]int // registers that hold the multiple of another
}

func (l *lowering) emit(opcode string, operands ...string) {
	i := &ir.Instruction{Opcode: opcode}
	for _, op := range operands {
		i.Operands = append(i.Operands, text(op))
	}
	l.nodes = append(l.nodes, i)
}

func (l *lowering) word(name string, arguments ...int) { l.emit(word(name, arguments...)) }

// lowerNEON replaces the instructions of a function by arm64's.
func lowerNEON(fn *ir.Function) error {
	l := &lowering{shifted: map[scaledIndex]int{}}
	nodes := fn.Nodes
	straight := straightLine(nodes)
	for n := 0; n < len(nodes); n++ {
		if n == straight {
			l.shift(nodes[straight:])
		}
		i, ok := nodes[n].(*ir.Instruction)
		if !ok {
			l.nodes = append(l.nodes, nodes[n])
			continue
		}
		if n+1 < len(nodes) {
			if next, ok := nodes[n+1].(*ir.Instruction); ok && l.pair(i, next) {
				n++
				continue
			}
		}
		if err := l.lower(i); err != nil {
			return fmt.Errorf("%s: %s %v: %w", fn.Name, i.Opcode, i.Operands, err)
		}
	}
	fn.Nodes = l.nodes
	return nil
}

func (l *lowering) lower(i *ir.Instruction) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	switch {
	case i.IsBranch:
		l.branch(i)
	case strings.HasPrefix(i.Opcode, "CMOVQ"):
		d := general(i.Operands[1])
		l.emit("CSEL", condition(i.Opcode[len("CMOVQ"):]), general(i.Operands[0]), d, d)
	case neonVector[i.Opcode] != nil:
		neonVector[i.Opcode](l, i.Operands)
	case neonArithmetic[i.Opcode] != "":
		l.three(neonArithmetic[i.Opcode], i.Operands)
	case neonGeneral[i.Opcode] != nil:
		neonGeneral[i.Opcode](l, i.Operands)
	default:
		panic("no like on arm64")
	}
	return nil
}

// condition is what amd64 calls a condition, in arm64's words.
func condition(c string) string {
	t := map[string]string{
		"EQ": "EQ", "Z": "EQ", "E": "EQ", "NE": "NE", "NZ": "NE", "LT": "LT", "L": "LT", "GE": "GE",
		"GT": "GT", "G": "GT", "LE": "LE", "CC": "LO", "CS": "HS",
	}[c]
	if t == "" {
		panic("condition " + c)
	}
	return t
}

func (l *lowering) branch(i *ir.Instruction) {
	o := i.Operands
	switch i.Opcode {
	case "JMP":
		l.emit("JMP", o[0].Asm())
	case "TBZ", "TBNZ":
		l.emit(i.Opcode, fmt.Sprintf("$%d", number(o[1])), general(o[2]), o[0].Asm())
	default:
		l.emit("B"+condition(i.Opcode[1:]), o[0].Asm())
	}
}

// number is the value of a constant operand.
func number(op Op) int {
	n, err := strconv.ParseInt(strings.TrimPrefix(op.Asm(), "$"), 0, 64)
	if err != nil {
		panic("no number: " + op.Asm())
	}
	return int(n)
}

func isNumber(op Op) bool { _, ok := op.(Constant); return ok }

// index is the number of a register: amd64's serve as those of the same number.
func index(op Op) int {
	p, ok := op.(reg.Register)
	if !ok || reg.ToPhysical(p) == nil {
		panic("no register: " + op.Asm())
	}
	return int(reg.ToPhysical(p).PhysicalIndex())
}

func vector(op Op) int { return index(op) }

func general(op Op) string { return fmt.Sprintf("R%d", index(op)) }

// isVector tells vectors from general registers.
func isVector(op Op) bool {
	r, ok := op.(reg.Register)
	return ok && r.Kind() == reg.KindVector
}

// address returns a register and a displacement that a load or store of size bytes reaches.
func (l *lowering) address(m Mem, size int) (base, disp int) {
	if m.Base == reg.StaticBase {
		l.emit("MOVD", "$"+m.Asm(), fmt.Sprintf("R%d", neonScratch))
		return neonScratch, 0
	}
	base = index(m.Base)
	if m.Index != nil {
		l.emit("ADD", l.scaled(m), fmt.Sprintf("R%d", base), fmt.Sprintf("R%d", neonScratch))
		base = neonScratch
	}
	if size > 0 && reaches(size, m.Disp) || m.Disp == 0 {
		return base, m.Disp
	}
	l.emit("ADD", fmt.Sprintf("$%d", m.Disp), fmt.Sprintf("R%d", base), fmt.Sprintf("R%d", neonScratch))
	return neonScratch, 0
}

// scaled is the index of an address.
func (l *lowering) scaled(m Mem) string {
	if r, ok := l.whole(m); ok {
		return fmt.Sprintf("R%d", r)
	}
	return fmt.Sprintf("%s<<%d", general(m.Index), shiftOf(m.Scale))
}

// whole returns the register that holds the whole of an address's index, if one does.
func (l *lowering) whole(m Mem) (r int, ok bool) {
	if m.Scale == 1 {
		return index(m.Index), true
	}
	r, ok = l.shifted[scaledIndex{index(m.Index), m.Scale}]
	return r, ok
}

func shiftOf(scale uint8) int { return map[uint8]int{1: 0, 2: 1, 4: 2, 8: 3}[scale] }

// plain is an address in the syntax of Go's assembler, for general registers.
func (l *lowering) plain(m Mem) string {
	if m.Base == reg.FramePointer || m.Base == reg.StaticBase {
		return m.Asm()
	}
	base, disp := l.address(m, 4) // Go's assembler finds a form for larger ones
	if disp == 0 {
		return fmt.Sprintf("(R%d)", base)
	}
	return fmt.Sprintf("%d(R%d)", disp, base)
}

// pair joins loads or stores of neighbours.
func (l *lowering) pair(a, b *ir.Instruction) bool {
	if a.Opcode != "VMOVUPS" || b.Opcode != "VMOVUPS" {
		return false
	}
	at := 0 // loads have memory first
	if _, ok := a.Operands[0].(Mem); !ok {
		at = 1
	}
	m, ok := a.Operands[at].(Mem)
	n, ok2 := b.Operands[at].(Mem)
	if !ok || !ok2 || !isVector(a.Operands[1-at]) || !isVector(b.Operands[1-at]) {
		return false
	}
	v, w := vector(a.Operands[1-at]), vector(b.Operands[1-at])
	next := m
	next.Disp += 16
	if n != next || m.Index != nil || m.Symbol != (Symbol{}) || v == w && at == 0 || !pairReaches(m.Disp) {
		return false
	}
	l.word([]string{"LDP_Q", "STP_Q"}[at], v, w, index(m.Base), m.Disp)
	return true
}
