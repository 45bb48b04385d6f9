package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// neonArithmetic are the instructions of three vectors that are the same on both, sources in the same order.
var neonArithmetic = map[string]string{
	"VADDPS": "FADD_4S", "VSUBPS": "FSUB_4S", "VMULPS": "FMUL_4S", "VDIVPS": "FDIV_4S", "VMAXPS": "FMAX_4S", "VMINPS": "FMIN_4S",
	"VFMADD231PS": "FMLA_4S", "VFNMADD231PS": "FMLS_4S", "VPADDD": "ADD_4S", "VORPS": "ORR_16B", "VANDPS": "AND_16B", "FADDP": "FADDP_4S",
	"VUNPCKLPS": "ZIP1_4S", "VUNPCKHPS": "ZIP2_4S", "VUNPCKLPD": "ZIP1_2D", "VUNPCKHPD": "ZIP2_2D",
}

// neonByElement are the forms of multiply-add by an element.
var neonByElement = map[string]string{"VFMADD231PS": "FMLAE", "VFNMADD231PS": "FMLSE"}

// neonVector are the other instructions of vectors.
var neonVector = map[string]func(l *lowering, o []Op){
	"VMOVUPS":      func(l *lowering, o []Op) { l.moveVector(16, o) },
	"VMOVAPS":      func(l *lowering, o []Op) { l.moveVector(16, o) },
	"VMOVNTPS":     func(l *lowering, o []Op) { l.moveVector(16, o) },
	"VMOVSD":       func(l *lowering, o []Op) { l.moveVector(8, o) },
	"VMOVSS":       func(l *lowering, o []Op) { l.moveVector(4, o) },
	"MOVSS":        func(l *lowering, o []Op) { l.moveVector(4, o) },
	"VBROADCASTSS": func(l *lowering, o []Op) { l.broadcast(o[0].(Mem), vector(o[1])) },
	"VXORPS": func(l *lowering, o []Op) {
		if index(o[0]) == index(o[1]) {
			l.word("MOVI_2D", vector(o[2]))
			return
		}
		l.three("EOR_16B", o)
	},
	"VSHUFPS": func(l *lowering, o []Op) {
		l.three(map[int]string{0x88: "UZP1_4S", 0xdd: "UZP2_4S"}[number(o[0])], o[1:])
	},
	"VROUNDPS":   func(l *lowering, o []Op) { l.word("FRINTN_4S", vector(o[2]), vector(o[1])) },
	"VCVTPS2DQ":  func(l *lowering, o []Op) { l.word("FCVTNS_4S", vector(o[1]), vector(o[0])) },
	"FNEG":       func(l *lowering, o []Op) { l.word("FNEG_4S", vector(o[1]), vector(o[0])) },
	"VPSLLD":     func(l *lowering, o []Op) { l.word("SHL_4S", vector(o[2]), vector(o[1]), number(o[0])) },
	"LANE":       func(l *lowering, o []Op) { l.lane("LD1_S", o) },
	"STORELANE":  func(l *lowering, o []Op) { l.lane("ST1_S", o) },
	"FMLAE":      func(l *lowering, o []Op) { l.word("FMLA_S", vector(o[3]), vector(o[2]), vector(o[1]), number(o[0])) },
	"FMLSE":      func(l *lowering, o []Op) { l.word("FMLS_S", vector(o[3]), vector(o[2]), vector(o[1]), number(o[0])) },
	"TBL":        func(l *lowering, o []Op) { l.three("TBL_16B", o) },
	"VZEROUPPER": func(*lowering, []Op) {},
}

// three writes an instruction of three vectors, operands in avo's order.
func (l *lowering) three(name string, o []Op) { l.word(name, vector(o[2]), vector(o[1]), vector(o[0])) }

// moveVector moves between registers, or loads or stores the first bytes of a vector.
func (l *lowering) moveVector(size int, o []Op) {
	op, other := "LDR", o[1]
	m, ok := o[0].(Mem)
	if !ok {
		if m, ok = o[1].(Mem); !ok {
			l.word("MOV_16B", vector(o[1]), vector(o[0]))
			return
		}
		op, other = "STR", o[0]
	}
	v := vector(other)
	switch {
	case m.Base == reg.FramePointer && op == "STR":
		l.emit("FMOVS", fmt.Sprintf("F%d", v), m.Asm())
		return
	case m.Base == reg.FramePointer:
		l.emit("FMOVS", m.Asm(), fmt.Sprintf("F%d", v))
		return
	case m.Index != nil && m.Disp == 0:
		if r, ok := l.whole(m); ok {
			l.word(op+"X"+neonSizes[size], v, index(m.Base), r)
			return
		}
	}
	base, disp := l.address(m, size)
	if !scales(size, disp) {
		op = map[string]string{"LDR": "LDUR", "STR": "STUR"}[op]
	}
	l.word(op+neonSizes[size], v, base, disp)
}

func (l *lowering) broadcast(m Mem, v int) {
	if m.Base == reg.FramePointer {
		l.emit("FMOVS", m.Asm(), fmt.Sprintf("F%d", v))
		l.word("DUP_4S", v, v)
		return
	}
	base, _ := l.address(m, 0)
	l.word("LD1R_4S", v, base)
}

// lane loads or stores one lane.
func (l *lowering) lane(name string, o []Op) {
	base, _ := l.address(o[1].(Mem), 0)
	l.word(name, vector(o[2]), number(o[0]), base)
}

// fmaLane adds x * y[lane] to sum.
func fmaLane(lane int, y, x, sum reg.Register) {
	Instruction(newInstruction("FMLAE", []Op{U8(lane), y, x, sum}, []Op{y, x, sum}, []Op{sum}))
}

// loadLane loads one lane and leaves the others, storeLane stores one.
func loadLane(lane int, m Mem, v reg.Register) {
	Instruction(laneOf(lane, m, v))
}

func laneOf(lane int, m Mem, v reg.Register) *ir.Instruction {
	return newInstruction("LANE", []Op{U8(lane), m, v}, []Op{m, v}, []Op{v})
}

func storeLane(lane int, v reg.Register, m Mem) {
	Instruction(newInstruction("STORELANE", []Op{U8(lane), m, v}, []Op{v}, []Op{m}))
}

// addPairs writes the sums of neighbours of a, then of b.
func addPairs(a, b, sum reg.Register) {
	Instruction(newInstruction("FADDP", []Op{b, a, sum}, []Op{a, b}, []Op{sum}))
}

// lookUp moves bytes of v to where table says, a zero where it names none.
func lookUp(table, v, moved reg.Register) {
	Instruction(newInstruction("TBL", []Op{table, v, moved}, []Op{table, v}, []Op{moved}))
}

// loadPair loads two neighbouring words of 64 bits.
func loadPair(m Mem, a, b reg.Register) {
	Instruction(newInstruction("LDP", []Op{m, a, b}, []Op{m}, []Op{a, b}))
}

// loadAtHalf loads 32 bits from base and the lower half of offset.
func loadAtHalf(base, offset, v reg.Register) {
	Instruction(newInstruction("LDRUXTW", []Op{base, offset, v}, []Op{base, offset}, []Op{v}))
}

// testMissing compares with zero the bits that all has and some lacks.
func testMissing(all, some reg.Register) {
	Instruction(newInstruction("BICS", []Op{some, all}, []Op{some, all}, nil))
}

// compareIfEqual compares a with b if the last comparison found equals; else the two remain unequal.
func compareIfEqual(a reg.Register, b int) {
	Instruction(newInstruction("CCMPEQ", []Op{a, U8(b)}, []Op{a}, nil))
}

// branchBit goes to a label where a bit is set, or clear.
func branchBit(set bool, bit int, r reg.Register, label string) {
	op := "TBZ"
	if set {
		op = "TBNZ"
	}
	Instruction(&ir.Instruction{Opcode: op, Operands: []Op{LabelRef(label), U8(bit), r}, Inputs: []Op{r}, IsBranch: true, IsConditional: true})
}

// loadSome loads the first n of a vector's lanes, 1 to 4, and makes the others zero.
func loadSome(n int, m Mem, v reg.Register) {
	switch n {
	case 1:
		VMOVSS(m, v)
	case 2:
		VMOVSD(m, v)
	case 3:
		VMOVSD(m, v)
		loadLane(2, m.Offset(8), v)
	default:
		VMOVUPS(m, v)
	}
}

// element is one lane of a vector.
type element struct {
	of   reg.Register
	lane int
}

// loadElements loads n neighbouring values into as few registers as whole loads fill, of which the last may load some again:
// a load of one lane would take a unit of the multiply-adds too.
func loadElements(n int, from reg.Register) (all []element) {
	for len(all) < n {
		v, at := XMM(), len(all)
		lanes := min(n-at, 4)
		if lanes == 3 {
			lanes = 2
			if at > 0 {
				at, lanes = at-1, 4
			}
		}
		loadSome(lanes, Mem{Base: from, Disp: 4 * at}, v)
		for lane := len(all) - at; lane < lanes; lane++ {
			all = append(all, element{v, lane})
		}
	}
	return all
}

// storeSome stores the first n lanes.
func storeSome(n int, v reg.Register, m Mem) {
	switch n {
	case 1:
		VMOVSS(v, m)
	case 2:
		VMOVSD(v, m)
	case 3:
		VMOVSD(v, m)
		storeLane(2, v, m.Offset(8))
	default:
		VMOVUPS(v, m)
	}
}
