package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// winograd generates the input and output transforms of F(m x m, r x r) for
// tiles of 4, 6 and 8 points. A vector holds one point of a tile in as many
// channels as it has lanes, so that nothing is ever shuffled.
func winograd() {
	for _, s := range targets {
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

// halfTile is where the rows of a half-transformed tile stay between its two
// transforms: in registers or, where 8 columns are too many for 16, all but
// the first row on the stack.
type halfTile struct {
	target
	stack reg.GPVirtual
	kept  int
	vals  [][]Op
}

// newHalfTile reserves what the widest group of rows needs.
func newHalfTile(s target, points int, groups [][]int) halfTile {
	h := halfTile{target: s, kept: points}
	if s.registers == 32 || points < 8 {
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

func winogradInput(s target, points int) {
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
func winogradInputLine(s target, points int) {
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

// outputRows lists the rows of A^T m that are made together, even and odd ones
// apart; of 6 points no more than two, so that AVX2's registers hold 6 columns
// of each.
func outputRows(points, m int) [][]int {
	if points == 6 && m == 5 {
		return [][]int{{0, 2}, {4}, {1, 3}}
	}
	return byParity(m)
}

func winogradOutput(s target, points, m int) {
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
func winogradOutputLine(s target, points, m int) {
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
func (s target) finish(v reg.VecVirtual, post reg.GPVirtual) {
	VADDPS(Mem{Base: post}, v, v)
	low := s.vec()
	VMOVUPS(Mem{Base: post, Disp: s.bytes()}, low)
	VMAXPS(v, low, v) // the value second: a NaN stays one
	high := s.vec()
	VMOVUPS(Mem{Base: post, Disp: 2 * s.bytes()}, high)
	VMINPS(v, high, v)
}
