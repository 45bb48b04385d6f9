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
	"VADDPS": "fadd", "VSUBPS": "fsub", "VMULPS": "fmul", "VDIVPS": "fdiv", "VMAXPS": "fmax", "VMINPS": "fmin",
	"VFMADD231PS": "fmla", "VFNMADD231PS": "fmls", "VPADDD": "add", "VORPS": "orr", "VANDPS": "and", "FADDP": "faddp",
	"VUNPCKLPS": "zip1", "VUNPCKHPS": "zip2", "VUNPCKLPD": "zip1d", "VUNPCKHPD": "zip2d",
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
			l.word(zero(vector(o[2])))
			return
		}
		l.word(three("eor", vector(o[2]), vector(o[1]), vector(o[0])))
	},
	"VSHUFPS": func(l *lowering, o []Op) {
		op := map[int]string{0x88: "uzp1", 0xdd: "uzp2"}[number(o[0])]
		l.word(three(op, vector(o[3]), vector(o[2]), vector(o[1])))
	},
	"VROUNDPS":  func(l *lowering, o []Op) { l.word(two("frintn", vector(o[2]), vector(o[1]))) },
	"VCVTPS2DQ": func(l *lowering, o []Op) { l.word(two("fcvtns", vector(o[1]), vector(o[0]))) },
	"FNEG":      func(l *lowering, o []Op) { l.word(two("fneg", vector(o[1]), vector(o[0]))) },
	"VPSLLD":    func(l *lowering, o []Op) { l.word(shiftLeft(vector(o[2]), vector(o[1]), number(o[0]))) },
	"LANE":      func(l *lowering, o []Op) { l.lane(false, o) },
	"STORELANE": func(l *lowering, o []Op) { l.lane(true, o) },
	"FMLAE": func(l *lowering, o []Op) {
		l.word(byElement("fmla", vector(o[3]), vector(o[2]), vector(o[1]), number(o[0])))
	},
	"FMLSE": func(l *lowering, o []Op) {
		l.word(byElement("fmls", vector(o[3]), vector(o[2]), vector(o[1]), number(o[0])))
	},
	"TBL":        func(l *lowering, o []Op) { l.word(tableLookUp(vector(o[2]), vector(o[1]), vector(o[0]))) },
	"VZEROUPPER": func(*lowering, []Op) {},
}

// moveVector moves between registers, or loads or stores the first bytes of a vector.
func (l *lowering) moveVector(size int, o []Op) {
	store := false
	m, ok := o[0].(Mem)
	other := o[1]
	if !ok {
		if m, store = o[1].(Mem); !store {
			l.word(move(vector(o[1]), vector(o[0])))
			return
		}
		other = o[0]
	}
	v := vector(other)
	switch {
	case m.Base == reg.FramePointer:
		if store {
			l.emit("FMOVS", fmt.Sprintf("F%d", v), m.Asm())
		} else {
			l.emit("FMOVS", m.Asm(), fmt.Sprintf("F%d", v))
		}
	default:
		if m.Index != nil && m.Disp == 0 {
			if r, ok := l.whole(m); ok {
				l.word(accessIndexed(store, size, v, index(m.Base), r))
				return
			}
		}
		base, disp := l.address(m, size)
		l.word(access(store, size, v, base, disp))
	}
}

func (l *lowering) broadcast(m Mem, v int) {
	if m.Base == reg.FramePointer {
		l.emit("FMOVS", m.Asm(), fmt.Sprintf("F%d", v))
		l.word(duplicate(v, v))
		return
	}
	base, _ := l.address(m, 0)
	l.word(broadcast(v, base))
}

func (l *lowering) lane(store bool, o []Op) {
	base, _ := l.address(o[1].(Mem), 0)
	l.word(lane(store, vector(o[2]), number(o[0]), base))
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

// loadElements loads n neighbouring values into as few registers as whole loads fill: a load of one lane would take a unit
// of the multiply-adds too.
func loadElements(n int, from reg.Register) (all []element) {
	for at := 0; at < n; {
		v, lanes := XMM(), map[int]int{1: 1, 2: 2, 3: 2}[n-at]
		if lanes == 0 {
			lanes = 4
		}
		loadSome(lanes, Mem{Base: from, Disp: 4 * at}, v)
		for lane := range lanes {
			all = append(all, element{v, lane})
		}
		at += lanes
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
