package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// neonGeneral are the instructions of general registers. Sums and differences set the flags, as on amd64; the addresses
// of operands do not.
var neonGeneral = map[string]func(l *lowering, o []Op){
	"RET":        func(l *lowering, _ []Op) { l.emit("RET") },
	"MOVQ":       func(l *lowering, o []Op) { l.moveGeneral("MOVD", o) },
	"MOVL":       func(l *lowering, o []Op) { l.moveGeneral("MOVWU", o) },
	"MOVLQSX":    func(l *lowering, o []Op) { l.moveGeneral("MOVW", o) },
	"MOVB":       func(l *lowering, o []Op) { l.moveGeneral("MOVBU", o) },
	"ADDQ":       func(l *lowering, o []Op) { l.onto("ADDS", o[0], o[1]) },
	"SUBQ":       func(l *lowering, o []Op) { l.onto("SUBS", o[0], o[1]) },
	"ANDQ":       func(l *lowering, o []Op) { l.onto("AND", o[0], o[1]) },
	"SHLQ":       func(l *lowering, o []Op) { l.onto("LSL", o[0], o[1]) },
	"SHRQ":       func(l *lowering, o []Op) { l.onto("LSR", o[0], o[1]) },
	"IMULQ":      func(l *lowering, o []Op) { l.onto("MUL", o[0], o[1]) },
	"INCQ":       func(l *lowering, o []Op) { l.onto("ADDS", U8(1), o[0]) },
	"DECQ":       func(l *lowering, o []Op) { l.onto("SUBS", U8(1), o[0]) },
	"NEGQ":       func(l *lowering, o []Op) { l.emit("NEG", general(o[0]), general(o[0])) },
	"TESTQ":      func(l *lowering, o []Op) { l.emit("CMP", "$0", general(o[0])) },
	"TESTB":      func(l *lowering, o []Op) { l.emit("CMP", "$0", general(o[0])) },
	"CMPQ":       func(l *lowering, o []Op) { l.emit("CMP", l.source(o[1], neonScratch2), l.source(o[0], neonScratch)) },
	"XORQ":       func(l *lowering, o []Op) { l.emit("EOR", general(o[0]), general(o[1]), general(o[1])) },
	"PREFETCHT0": func(l *lowering, o []Op) { l.prefetch("PLDL1KEEP", o[0].(Mem)) },
	"PREFETCHT1": func(l *lowering, o []Op) { l.prefetch("PLDL2KEEP", o[0].(Mem)) },
	"LDP": func(l *lowering, o []Op) {
		l.emit("LDP", l.plain(o[0].(Mem)), fmt.Sprintf("(%s, %s)", general(o[1]), general(o[2])))
	},
	"LDRUXTW": func(l *lowering, o []Op) {
		l.emit("MOVWU", fmt.Sprintf("(%s)(%s.UXTW)", general(o[0]), general(o[1])), general(o[2]))
	},
	"CCMPEQ": func(l *lowering, o []Op) {
		l.emit("CCMP", "EQ", general(o[0]), fmt.Sprintf("$%d", number(o[1])), "$0")
	},
	"BICS": func(l *lowering, o []Op) { l.emit("BICS", general(o[0]), general(o[1]), "ZR") },
	"IMUL3Q": func(l *lowering, o []Op) {
		l.emit("MOVD", fmt.Sprintf("$%d", number(o[0])), fmt.Sprintf("R%d", neonScratch))
		l.emit("MUL", fmt.Sprintf("R%d", neonScratch), general(o[1]), general(o[2]))
	},
	"LEAQ": func(l *lowering, o []Op) {
		m, d := o[0].(Mem), general(o[1])
		if m.Base == reg.StackPointer {
			l.emit("ADD", fmt.Sprintf("$%d", m.Disp+8), "RSP", d) // the link register is below
			return
		}
		base := general(m.Base)
		if m.Index != nil {
			l.emit("ADD", l.scaled(m), base, d)
			base = d
		}
		if m.Disp != 0 || m.Index == nil {
			l.emit("ADD", fmt.Sprintf("$%d", m.Disp), base, d)
		}
	},
}

// moveGeneral loads, stores, moves or sets.
func (l *lowering) moveGeneral(op string, o []Op) {
	switch {
	case isNumber(o[0]):
		l.emit("MOVD", fmt.Sprintf("$%d", number(o[0])), general(o[1]))
	case isMem(o[0]):
		l.emit(op, l.plain(o[0].(Mem)), general(o[1]))
	case isMem(o[1]):
		l.emit(op, general(o[0]), l.plain(o[1].(Mem)))
	default:
		l.emit(op, general(o[0]), general(o[1]))
	}
}

func isMem(op Op) bool { _, ok := op.(Mem); return ok }

// source is an operand as a number or in a register, which is the scratch one where it is in memory.
func (l *lowering) source(op Op, scratch int) string {
	switch {
	case isNumber(op):
		return fmt.Sprintf("$%d", number(op))
	case isMem(op):
		l.emit("MOVD", l.plain(op.(Mem)), fmt.Sprintf("R%d", scratch))
		return fmt.Sprintf("R%d", scratch)
	}
	return general(op)
}

// onto applies src to dst, a register or an argument.
func (l *lowering) onto(op string, src, dst Op) {
	m, stored := dst.(Mem)
	if stored && m.Base != reg.FramePointer {
		panic("arithmetic in memory")
	}
	s, d := l.source(src, neonScratch), ""
	if d = fmt.Sprintf("R%d", neonScratch2); stored {
		l.emit("MOVD", m.Asm(), d)
	} else {
		d = general(dst)
	}
	l.emit(op, s, d, d)
	if stored {
		l.emit("MOVD", d, m.Asm())
	}
}

func (l *lowering) prefetch(kind string, m Mem) {
	base, disp := l.address(m, 8)
	if disp < 0 || disp%8 != 0 {
		l.emit("ADD", fmt.Sprintf("$%d", disp), fmt.Sprintf("R%d", base), fmt.Sprintf("R%d", neonScratch))
		base, disp = neonScratch, 0
	}
	at := fmt.Sprintf("(R%d)", base)
	if disp != 0 {
		at = fmt.Sprintf("%d(R%d)", disp, base)
	}
	l.emit("PRFM", at, kind)
}
