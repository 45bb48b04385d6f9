package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// winograd generates the input and output transforms of F(m x m, r x r) for
// tiles of 4, 6 and 8 points. A vector holds one point of a tile in as many
// channels as it has lanes, so that nothing is ever shuffled.
func winograd() {
	for _, s := range []isa{avx512, avx2} {
		for _, points := range []int{4, 6, 8} {
			winogradInput(s, points)
			winogradInputLine(s, points)
		}
		for _, f := range [][2]int{{4, 2}, {4, 3}, {6, 2}, {6, 3}, {6, 4}, {6, 5}, {8, 2}, {8, 3}, {8, 4}, {8, 5}, {8, 6}} {
			winogradOutput(s, f[0], f[1])
			winogradOutputLine(s, f[0], f[1])
		}
	}
}

// winoConstants are vectors in memory, made when first used: AVX2 has few
// registers to spare for them. What keep loads costs no load at every use.
type winoConstants struct {
	isa
	name string
	made map[float64]Op
}

func newWinoConstants(s isa, name string) winoConstants {
	return winoConstants{s, name, map[float64]Op{}}
}

func (c winoConstants) at(v float64) Op {
	if c.made[v] == nil {
		c.made[v] = c.constant(c.name+"_const"+strings.ReplaceAll(fmt.Sprint(v), ".", "_"), float32(v))
	}
	return c.made[v]
}

// keep loads constants into registers for the whole kernel.
func (c winoConstants) keep(values ...float64) {
	for _, v := range values {
		c.made[v] = c.inRegister(c.at(v))
	}
}

// inRegister returns an operand's register, a new one if it is in memory.
func (s isa) inRegister(d Op) reg.VecVirtual {
	if v, ok := d.(reg.VecVirtual); ok {
		return v
	}
	v := s.vec()
	VMOVUPS(d, v)
	return v
}

// copied returns an operand in a register of its own.
func (s isa) copied(d Op) reg.VecVirtual {
	v := s.vec()
	VMOVUPS(d, v)
	return v
}

// add returns a + b, sub a - b.
func (s isa) add(a, b Op) reg.VecVirtual {
	v := s.vec()
	VADDPS(b, s.inRegister(a), v)
	return v
}

func (s isa) sub(a, b Op) reg.VecVirtual {
	v := s.vec()
	VSUBPS(b, s.inRegister(a), v)
	return v
}

// addTimes adds factor*d to v, subTimes takes it away.
func (c winoConstants) addTimes(v reg.VecVirtual, factor float64, d Op) {
	x, y := c.factors(factor, d)
	VFMADD231PS(x, y, v)
}

func (c winoConstants) subTimes(v reg.VecVirtual, factor float64, d Op) {
	x, y := c.factors(factor, d)
	VFNMADD231PS(x, y, v)
}

// factors returns a constant and an operand, the second of them in a register.
func (c winoConstants) factors(factor float64, d Op) (Op, Op) {
	if k, ok := c.at(factor).(reg.VecVirtual); ok {
		return d, k
	}
	return c.at(factor), c.inRegister(d)
}

// halfTile is where the rows of a half-transformed tile stay between its two
// transforms: in registers or, where 8 columns are too many for AVX2, all but
// the first row on the stack.
type halfTile struct {
	isa
	stack reg.GPVirtual
	kept  int
	vals  [][]Op
}

// newHalfTile reserves what the widest group of rows needs.
func newHalfTile(s isa, points int, groups [][]int) halfTile {
	h := halfTile{isa: s, kept: points}
	if s.lanes == 16 || points < 8 {
		return h
	}
	h.kept = 1
	widest := 0
	for _, g := range groups {
		widest = max(widest, len(g))
	}
	local := AllocLocal((points*(widest-1) + 1) * s.bytes())
	h.stack = GP64()
	LEAQ(local.Offset(s.bytes()-1), h.stack)
	ANDQ(I8(-s.bytes()), h.stack)
	return h
}

// push appends a column of the rows that are being made.
func (h *halfTile) push(points int, column []reg.VecVirtual) {
	for r, v := range column {
		if r == len(h.vals) {
			h.vals = append(h.vals, nil)
		}
		var at Op = v
		if r >= h.kept {
			m := Mem{Base: h.stack, Disp: ((r-h.kept)*points + len(h.vals[r])) * h.bytes()}
			VMOVUPS(v, m)
			at = m
		}
		h.vals[r] = append(h.vals[r], at)
	}
}

// inputRows lists the rows of B^T d that are made together: they share sums.
var inputRows = map[int][][]int{
	4: {{0}, {1, 2}, {3}},
	6: {{0}, {1, 2}, {3, 4}, {5}},
	8: {{0}, {1, 2}, {3, 4}, {5, 6}, {7}},
}

func winogradInput(s isa, points int) {
	name := fmt.Sprintf("winogradInput%d%s", points, s.suffix)
	consts := newWinoConstants(s, name)
	TEXT(name, NOSPLIT, "func(dst *float32, df int, src *float32, rs, cs, ts, n int)")
	Pragma("noescape")
	Doc(name + " writes B^T d B of n tiles d in as many channels as a vector has lanes.")
	src, dst := param("src"), param("dst")
	in := newLadder(src, stride("rs"))
	out := newLadder(dst, stride("df"))
	cs := stride("cs")
	df6 := GP64()
	IMUL3Q(I8(points), out.step, df6)
	ts := NewParamAddr("ts", 40)
	n := NewParamAddr("n", 48)
	SHLQ(U8(2), ts)
	half := newHalfTile(s, points, inputRows[points])
	if points == 8 {
		consts.keep(5.25, 4.25, 5, 4)
		if s.lanes == 16 {
			consts.keep(2, 0.5)
		}
	}

	Label("tile")
	for _, rows := range inputRows[points] {
		in.moveTo(src)
		half.vals = nil
		for col := range points {
			made := inputSums(s, consts, points, rows, func(i int) Op { return in.at(i) })
			half.push(points, made)
			if col < points-1 {
				in.advance(cs)
			}
		}
		for r := range rows {
			for _, group := range inputRows[points] {
				made := inputSums(s, consts, points, group, func(i int) Op { return half.vals[r][i] })
				for i, v := range made {
					VMOVUPS(v, out.at(group[i]))
				}
			}
			out.advance(df6)
		}
	}
	ADDQ(ts, src)
	ADDQ(I8(s.bytes()), dst)
	out.moveTo(dst)
	DECQ(n)
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// winogradInputLine is the transform of one axis alone.
func winogradInputLine(s isa, points int) {
	name := fmt.Sprintf("winogradInputLine%d%s", points, s.suffix)
	consts := newWinoConstants(s, name)
	TEXT(name, NOSPLIT, "func(dst *float32, df int, src *float32, cs, ts, n int)")
	Pragma("noescape")
	Doc(name + " writes B^T d of n tiles d in as many channels as a vector has lanes.")
	dst, src := param("dst"), param("src")
	in := newLadder(src, stride("cs"))
	out := newLadder(dst, stride("df"))
	ts, n := stride("ts"), param("n")
	Label("tile")
	for _, group := range inputRows[points] {
		made := inputSums(s, consts, points, group, func(i int) Op { return in.at(i) })
		for i, v := range made {
			VMOVUPS(v, out.at(group[i]))
		}
	}
	in.advance(ts)
	out.advance(I8(s.bytes()))
	DECQ(n)
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// inputSums returns the given rows of B^T d, where d(i) is in memory or in a
// register. For 6 points (0, 1, -1, 2, -2, inf), of Lavin & Gray:
//
//	4 0 -5 0 1 0 / 0 -4 -4 1 1 0 / 0 4 -4 -1 1 0 / 0 -2 -1 2 1 0 / 0 2 -1 -2 1 0 / 0 4 0 -5 0 1
//
// and for 4 (0, 1, -1, inf): 1 0 -1 0 / 0 1 1 0 / 0 -1 1 0 / 0 -1 0 1.
func inputSums(s isa, c winoConstants, points int, rows []int, d func(int) Op) []reg.VecVirtual {
	// less returns d(i) - 4*d(j).
	less := func(i, j int) reg.VecVirtual {
		v := s.copied(d(i))
		c.subTimes(v, 4, d(j))
		return v
	}
	plusMinus := func(t, u reg.VecVirtual) []reg.VecVirtual {
		return []reg.VecVirtual{s.add(t, u), s.sub(t, u)}
	}
	switch {
	case points == 8:
		return inputSums8(s, c, rows, d)
	case points == 4 && rows[0] == 0:
		return []reg.VecVirtual{s.sub(d(0), d(2))}
	case points == 4 && rows[0] == 1:
		return plusMinus(s.copied(d(2)), s.copied(d(1)))
	case points == 4:
		return []reg.VecVirtual{s.sub(d(3), d(1))}
	case rows[0] == 1:
		return plusMinus(less(4, 2), less(3, 1))
	case rows[0] == 3:
		t, u := s.sub(d(4), d(2)), s.sub(d(3), d(1))
		VADDPS(u, u, u)
		return plusMinus(t, u)
	}
	first := rows[0] / 5
	v := s.copied(d(first + 4))
	c.subTimes(v, 5, d(first+2))
	c.addTimes(v, 4, d(first))
	return []reg.VecVirtual{v}
}

// inputSums8 is inputSums for 8 points (0, 1, -1, 2, -2, 1/2, -1/2, inf), the
// rows of 2 and -2 four times as large as M(x)/(x-2) and M(x)/(x+2), to share
// constants with those of 1/2 and -1/2:
//
//	-1 0 21/4 0 -21/4 0 1 0
//	0 1 1 -17/4 -17/4 1 1 0 / 0 -1 1 17/4 -17/4 -1 1 0
//	0 2 1 -10 -5 8 4 0      / 0 -2 1 10 -5 -8 4 0
//	0 2 4 -5/2 -5 1/2 1 0   / 0 -2 4 5/2 -5 -1/2 1 0
//	0 -1 0 21/4 0 -21/4 0 1
func inputSums8(s isa, c winoConstants, rows []int, d func(int) Op) []reg.VecVirtual {
	// plusMinus returns t + factor*u and t - factor*u.
	plusMinus := func(t, u reg.VecVirtual, factor float64) []reg.VecVirtual {
		minus := s.copied(t)
		c.addTimes(t, factor, u)
		c.subTimes(minus, factor, u)
		return []reg.VecVirtual{t, minus}
	}
	// quartic returns d(i) - 5*d(j) + 4*d(k).
	quartic := func(i, j, k int) reg.VecVirtual {
		v := s.copied(d(i))
		c.subTimes(v, 5, d(j))
		c.addTimes(v, 4, d(k))
		return v
	}
	switch rows[0] {
	case 1:
		t, u := s.add(d(2), d(6)), s.add(d(1), d(5))
		c.subTimes(t, 4.25, d(4))
		c.subTimes(u, 4.25, d(3))
		return []reg.VecVirtual{s.add(t, u), s.sub(t, u)}
	case 3:
		return plusMinus(quartic(2, 4, 6), quartic(1, 3, 5), 2)
	case 5:
		return plusMinus(quartic(6, 4, 2), quartic(5, 3, 1), 0.5)
	}
	first := rows[0] / 7
	v := s.sub(d(first+6), d(first))
	c.addTimes(v, 5.25, s.sub(d(first+2), d(first+4)))
	return []reg.VecVirtual{v}
}

// outputRows lists the rows of A^T m that are made together, even and odd ones
// apart; of 6 points no more than two, so that AVX2's registers hold 6 columns
// of each.
func outputRows(points, m int) [][]int {
	if points == 6 && m == 5 {
		return [][]int{{0, 2}, {4}, {1, 3}}
	}
	return byParity(m)
}

func winogradOutput(s isa, points, m int) {
	name := fmt.Sprintf("winogradOutput%d%d%s", points, m, s.suffix)
	consts := newWinoConstants(s, name)
	TEXT(name, NOSPLIT, "func(dst *float32, rs, cs, ts int, src *float32, sf int, post *float32, n int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s writes clamp(A^T p A + bias), %d x %d, of n tiles of products p.", name, m, m))
	dst, src, post := param("dst"), param("src"), param("post")
	rs, cs := stride("rs"), stride("cs")
	in := newLadder(src, stride("sf"))
	sf6 := GP64()
	IMUL3Q(I8(points), in.step, sf6)
	ts := NewParamAddr("ts", 24)
	n := NewParamAddr("n", 56)
	SHLQ(U8(2), ts)
	row, at := GP64(), GP64()
	half := newHalfTile(s, points, outputRows(points, m))

	Label("tile")
	for _, rows := range outputRows(points, m) {
		in.moveTo(src)
		half.vals = nil
		// p is row-major: column j of p is a step of sf, a row a step of sf6.
		// Sums run along the rows of p first, so that a ladder reaches them.
		for line := range points {
			made := outputSums(s, consts, points, m, rows, func(i int) Op { return in.at(i) })
			half.push(points, made)
			if line < points-1 {
				in.advance(sf6)
			}
		}
		// half.vals[r][line] is now column rows[r] of p A; the other sum is over lines.
		for r, col := range rows {
			MOVQ(dst, row)
			for range col {
				ADDQ(cs, row)
			}
			for _, group := range byParity(m) {
				for i, v := range outputSums(s, consts, points, m, group, func(i int) Op { return half.vals[r][i] }) {
					s.finish(v, post)
					MOVQ(row, at)
					for range group[i] {
						ADDQ(rs, at)
					}
					VMOVUPS(v, Mem{Base: at})
				}
			}
		}
	}
	ADDQ(ts, dst)
	ADDQ(I8(s.bytes()), src)
	DECQ(n)
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// winogradOutputLine is the transform of one axis alone.
func winogradOutputLine(s isa, points, m int) {
	name := fmt.Sprintf("winogradOutputLine%d%d%s", points, m, s.suffix)
	consts := newWinoConstants(s, name)
	TEXT(name, NOSPLIT, "func(dst *float32, cs, ts int, src *float32, sf int, post *float32, n int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s writes clamp(A^T p + bias), %d outputs, of n tiles of products p.", name, m))
	dst, src, post := param("dst"), param("src"), param("post")
	out := newLadder(dst, stride("cs"))
	in := newLadder(src, stride("sf"))
	ts, n := stride("ts"), param("n")
	Label("tile")
	for _, group := range byParity(m) {
		for i, v := range outputSums(s, consts, points, m, group, func(i int) Op { return in.at(i) }) {
			s.finish(v, post)
			VMOVUPS(v, out.at(group[i]))
		}
	}
	out.advance(ts)
	in.advance(I8(s.bytes()))
	DECQ(n)
	JNZ(LabelRef("tile"))
	VZEROUPPER()
	RET()
}

// byParity returns the even and the odd rows below m.
func byParity(m int) [][]int {
	groups := make([][]int, 2)
	for k := range m {
		groups[k%2] = append(groups[k%2], k)
	}
	return groups
}

// finish adds the bias and clamps; post holds bias, lowest and highest.
func (s isa) finish(v reg.VecVirtual, post reg.GPVirtual) {
	VADDPS(Mem{Base: post}, v, v)
	low := s.vec()
	VMOVUPS(Mem{Base: post, Disp: s.bytes()}, low)
	VMAXPS(v, low, v) // the value second: a NaN stays one
	high := s.vec()
	VMOVUPS(Mem{Base: post, Disp: 2 * s.bytes()}, high)
	VMINPS(v, high, v)
}

// outputSums returns the given rows, all even or all odd, of A^T p. Row k is
// the k-th powers of the points (0, 1, -1, 2, -2, 1/2, -1/2, and infinity,
// which counts in row m-1 alone).
func outputSums(s isa, c winoConstants, points, m int, rows []int, p func(int) Op) []reg.VecVirtual {
	pairs := make([]reg.VecVirtual, points/2-1) // of the points 1, 2, 1/2 and their opposites
	for i := range pairs {
		if rows[0]%2 == 0 {
			pairs[i] = s.add(p(2*i+1), p(2*i+2))
		} else {
			pairs[i] = s.sub(p(2*i+1), p(2*i+2))
		}
	}
	sums := make([]reg.VecVirtual, len(rows))
	for i, k := range rows {
		v := pairs[0]
		if i < len(rows)-1 {
			v = s.copied(v)
		}
		for j, pair := range pairs[1:] {
			if k == 0 {
				VADDPS(pair, v, v)
			} else {
				c.addTimes(v, math.Pow([]float64{2, 0.5}[j], float64(k)), pair)
			}
		}
		if k == 0 {
			VADDPS(p(0), v, v)
		}
		if k == m-1 {
			VADDPS(p(points-1), v, v)
		}
		sums[i] = v
	}
	return sums
}
