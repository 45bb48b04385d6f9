package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// winograd generates the input and output transforms of F(m x m, r x r) for
// tiles of 4 and of 6 points. A vector holds one point of a tile in as many
// channels as it has lanes, so that nothing is ever shuffled.
func winograd() {
	for _, s := range []isa{avx512, avx2} {
		for _, points := range []int{4, 6} {
			winogradInput(s, points)
			winogradInputLine(s, points)
		}
		for _, f := range [][2]int{{4, 2}, {4, 3}, {6, 2}, {6, 3}, {6, 4}, {6, 5}} {
			winogradOutput(s, f[0], f[1])
			winogradOutputLine(s, f[0], f[1])
		}
	}
}

// winoConstants are vectors in memory: AVX2 has no register to spare for them.
type winoConstants map[int]Mem

func newWinoConstants(s isa, name string) winoConstants {
	c := winoConstants{}
	for _, v := range []int{2, 4, 5, 8, 16} {
		c[v] = s.constant(fmt.Sprintf("%s_const%d", name, v), float32(v))
	}
	return c
}

// inputRows lists the rows of B^T d that are made together: they share sums.
var inputRows = map[int][][]int{4: {{0}, {1, 2}, {3}}, 6: {{0}, {1, 2}, {3, 4}, {5}}}

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

	Label("tile")
	for _, rows := range inputRows[points] {
		in.moveTo(src)
		vals := make([][]reg.VecVirtual, len(rows))
		for col := range points {
			made := inputSums(s, consts, points, rows, func(i int) Op { return in.at(i) })
			for r := range rows {
				vals[r] = append(vals[r], made[r])
			}
			if col < points-1 {
				in.advance(cs)
			}
		}
		for r := range rows {
			for _, group := range inputRows[points] {
				made := inputSums(s, consts, points, group, func(i int) Op { return vals[r][i] })
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
	load := func(i int) reg.VecVirtual {
		v := s.vec()
		VMOVUPS(d(i), v)
		return v
	}
	// less returns d(i) - factor*d(j).
	less := func(i, j, factor int) reg.VecVirtual {
		v := load(i)
		if factor == 1 {
			VSUBPS(d(j), v, v)
			return v
		}
		w := load(j)
		VFNMADD231PS(c[factor], w, v)
		return v
	}
	plusMinus := func(t, u reg.VecVirtual) []reg.VecVirtual {
		diff := s.vec()
		VSUBPS(u, t, diff)
		VADDPS(u, t, t)
		return []reg.VecVirtual{t, diff}
	}
	if points == 4 {
		switch rows[0] {
		case 0:
			return []reg.VecVirtual{less(0, 2, 1)}
		case 1:
			return plusMinus(load(2), load(1))
		}
		return []reg.VecVirtual{less(3, 1, 1)}
	}
	switch rows[0] {
	case 1:
		return plusMinus(less(4, 2, 4), less(3, 1, 4))
	case 3:
		t, u := less(4, 2, 1), less(3, 1, 1)
		VADDPS(u, u, u)
		return plusMinus(t, u)
	}
	first := rows[0] / 5
	v := less(first+4, first+2, 5)
	VFMADD231PS(c[4], load(first), v)
	return []reg.VecVirtual{v}
}

// outputRows lists the rows of A^T m that are made together, even and odd ones
// apart, and no more than two so that AVX2's registers hold 6 columns of each.
func outputRows(m int) [][]int {
	return map[int][][]int{2: {{0}, {1}}, 3: {{0, 2}, {1}}, 4: {{0, 2}, {1, 3}}, 5: {{0, 2}, {4}, {1, 3}}}[m]
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

	Label("tile")
	for _, rows := range outputRows(m) {
		in.moveTo(src)
		vals := make([][]reg.VecVirtual, len(rows))
		// p is row-major: column j of p is a step of sf, a row a step of sf6.
		// Sums run along the rows of p first, so that a ladder reaches them.
		for line := range points {
			made := outputSums(s, consts, points, m, rows, func(i int) Op { return in.at(i) })
			for r := range rows {
				vals[r] = append(vals[r], made[r])
			}
			if line < points-1 {
				in.advance(sf6)
			}
		}
		// vals[r][line] is now column rows[r] of p A; the other sum is over lines.
		for r, col := range rows {
			MOVQ(dst, row)
			for range col {
				ADDQ(cs, row)
			}
			for _, group := range byParity(m) {
				for i, v := range outputSums(s, consts, points, m, group, func(i int) Op { return vals[r][i] }) {
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
// the k-th powers of the points (0, 1, -1, 2, -2, and infinity, which counts
// in row m-1 alone).
func outputSums(s isa, c winoConstants, points, m int, rows []int, p func(int) Op) []reg.VecVirtual {
	pair := func(i int) reg.VecVirtual {
		v := s.vec()
		VMOVUPS(p(i), v)
		if rows[0]%2 == 0 {
			VADDPS(p(i+1), v, v)
		} else {
			VSUBPS(p(i+1), v, v)
		}
		return v
	}
	ones := pair(1)
	var twos reg.VecVirtual
	if points == 6 {
		twos = pair(3)
	}
	sums := make([]reg.VecVirtual, len(rows))
	for i, k := range rows {
		v := ones
		if i < len(rows)-1 {
			v = s.vec()
			VMOVAPS(ones, v)
		}
		switch {
		case points == 4:
		case k == 0:
			VADDPS(twos, v, v)
		default:
			VFMADD231PS(c[1<<k], twos, v)
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
