package main

import "fmt"

// word is a machine instruction of arm64 that Go's assembler may not know: its encoding and its mnemonic.
type word struct {
	bits uint32
	text string
}

func (w word) Asm() string { return fmt.Sprintf("$%#08x // %s", w.bits, w.text) }

// Vector and general registers are numbers from 0 to 31.
func put(v, at int) uint32 { return uint32(v) << at }

// neonThree lists the instructions of three vectors, d = n op m, or d of all three for fmla and fmls.
var neonThree = map[string]struct {
	bits uint32
	form string
}{
	"fadd": {0x4E20D400, "4s"}, "fsub": {0x4EA0D400, "4s"}, "fmul": {0x6E20DC00, "4s"}, "fdiv": {0x6E20FC00, "4s"},
	"fmax": {0x4E20F400, "4s"}, "fmin": {0x4EA0F400, "4s"}, "faddp": {0x6E20D400, "4s"},
	"fmla": {0x4E20CC00, "4s"}, "fmls": {0x4EA0CC00, "4s"}, "add": {0x4EA08400, "4s"},
	"orr": {0x4EA01C00, "16b"}, "and": {0x4E201C00, "16b"}, "eor": {0x6E201C00, "16b"},
	"zip1": {0x4E803800, "4s"}, "zip2": {0x4E807800, "4s"}, "uzp1": {0x4E801800, "4s"}, "uzp2": {0x4E805800, "4s"},
	"zip1d": {0x4EC03800, "2d"}, "zip2d": {0x4EC07800, "2d"},
}

func three(op string, d, n, m int) word {
	t, ok := neonThree[op]
	if !ok {
		panic("neon: no instruction " + op)
	}
	if t.form == "2d" {
		op = op[:len(op)-1]
	}
	return word{t.bits | put(m, 16) | put(n, 5) | put(d, 0), fmt.Sprintf("%s v%d.%s, v%d.%[3]s, v%[5]d.%[3]s", op, d, t.form, n, m)}
}

// neonTwo lists those of two, d = op n.
var neonTwo = map[string]uint32{"frintn": 0x4E218800, "fcvtns": 0x4E21A800, "fneg": 0x6EA0F800}

func two(op string, d, n int) word {
	bits, ok := neonTwo[op]
	if !ok {
		panic("neon: no instruction " + op)
	}
	return word{bits | put(n, 5) | put(d, 0), fmt.Sprintf("%s v%d.4s, v%d.4s", op, d, n)}
}

func move(d, n int) word {
	return word{0x4EA01C00 | put(n, 16) | put(n, 5) | put(d, 0), fmt.Sprintf("mov v%d.16b, v%d.16b", d, n)}
}

func zero(d int) word { return word{0x6F00E400 | put(d, 0), fmt.Sprintf("movi v%d.2d, #0", d)} }

func shiftLeft(d, n, by int) word {
	return word{0x4F005400 | put(32+by, 16) | put(n, 5) | put(d, 0), fmt.Sprintf("shl v%d.4s, v%d.4s, #%d", d, n, by)}
}

// byElement multiplies by one lane of m: d += n * m[lane], or with fmul d = n * m[lane].
func byElement(op string, d, n, m, lane int) word {
	bits := map[string]uint32{"fmla": 0x4F801000, "fmls": 0x4F805000, "fmul": 0x4F809000}[op]
	return word{
		bits | put(lane&1, 21) | put(m, 16) | put(lane>>1, 11) | put(n, 5) | put(d, 0),
		fmt.Sprintf("%s v%d.4s, v%d.4s, v%d.s[%d]", op, d, n, m, lane),
	}
}

// tableLookUp makes byte i of d that byte of n that byte i of m names.
func tableLookUp(d, n, m int) word {
	return word{0x4E000000 | put(m, 16) | put(n, 5) | put(d, 0), fmt.Sprintf("tbl v%d.16b, { v%d.16b }, v%d.16b", d, n, m)}
}

func duplicate(d, n int) word {
	return word{0x4E040400 | put(n, 5) | put(d, 0), fmt.Sprintf("dup v%d.4s, v%d.s[0]", d, n)}
}

// broadcast loads one element into all lanes.
func broadcast(d, base int) word {
	return word{0x4D40C800 | put(base, 5) | put(d, 0), fmt.Sprintf("ld1r { v%d.4s }, [x%d]", d, base)}
}

// lane loads or stores one lane.
func lane(store bool, v, i, base int) word {
	bits, op := uint32(0x0D408000), "ld1"
	if store {
		bits, op = 0x0D008000, "st1"
	}
	return word{bits | put(i>>1, 30) | put(i&1, 12) | put(base, 5) | put(v, 0), fmt.Sprintf("%s { v%d.s }[%d], [x%d]", op, v, i, base)}
}

// neonSizes are the widths of loads and stores: a whole vector, half of it, one element; the rest of the register becomes zero.
var neonSizes = map[int]struct {
	name            string
	load, unscaled  uint32
	indexed, toward uint32 // toward is what a store has less in every form
}{
	16: {"q", 0x3DC00000, 0x3CC00000, 0x3CE06800, 0x00400000},
	8:  {"d", 0xFD400000, 0xFC400000, 0xFC606800, 0x00400000},
	4:  {"s", 0xBD400000, 0xBC400000, 0xBC606800, 0x00400000},
}

// reaches reports whether a load or store of a size has a form for that displacement.
func reaches(size, disp int) bool {
	return disp >= 0 && disp%size == 0 && disp/size < 4096 || disp >= -256 && disp < 256
}

func access(store bool, size, v, base, disp int) word {
	s := neonSizes[size]
	op, less := "ldr", uint32(0)
	if store {
		op, less = "str", s.toward
	}
	at := fmt.Sprintf("[x%d]", base)
	if disp != 0 {
		at = fmt.Sprintf("[x%d, #%d]", base, disp)
	}
	if disp >= 0 && disp%size == 0 {
		return word{s.load - less | put(disp/size, 10) | put(base, 5) | put(v, 0), fmt.Sprintf("%s %s%d, %s", op, s.name, v, at)}
	}
	op = map[string]string{"ldr": "ldur", "str": "stur"}[op]
	return word{s.unscaled - less | put(disp&0x1ff, 12) | put(base, 5) | put(v, 0), fmt.Sprintf("%s %s%d, %s", op, s.name, v, at)}
}

func accessIndexed(store bool, size, v, base, index int) word {
	s := neonSizes[size]
	op, less := "ldr", uint32(0)
	if store {
		op, less = "str", s.toward
	}
	return word{s.indexed - less | put(index, 16) | put(base, 5) | put(v, 0), fmt.Sprintf("%s %s%d, [x%d, x%d]", op, s.name, v, base, index)}
}

// pairReaches reports whether two vectors that begin there are one instruction.
func pairReaches(disp int) bool { return disp%16 == 0 && disp >= -1024 && disp < 1024 }

func accessPair(store bool, v, w, base, disp int) word {
	bits, op := uint32(0xAD400000), "ldp"
	if store {
		bits, op = 0xAD000000, "stp"
	}
	at := fmt.Sprintf("[x%d]", base)
	if disp != 0 {
		at = fmt.Sprintf("[x%d, #%d]", base, disp)
	}
	return word{bits | put(disp/16&0x7f, 15) | put(w, 10) | put(base, 5) | put(v, 0), fmt.Sprintf("%s q%d, q%d, %s", op, v, w, at)}
}
