package main

import (
	"fmt"
	"math"
	"strings"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// winoConstants are numbers in memory, made when first used: AVX2 has few
// registers to spare for them. What keep loads costs no load at every use.
type winoConstants struct {
	target
	name string
	made map[float64]Op
}

func newWinoConstants(s target, name string) winoConstants {
	return winoConstants{s, name, map[float64]Op{}}
}

func (c winoConstants) at(v float64) Op {
	if c.made[v] == nil {
		c.made[v] = c.number(c.name+"_const"+strings.ReplaceAll(fmt.Sprint(v), ".", "_"), float32(v))
	}
	return c.made[v]
}

// keep loads constants into registers for the whole kernel; on arm64 all are.
func (c winoConstants) keep(values ...float64) {
	if c.lanes == neon.lanes {
		return
	}
	for _, v := range values {
		if m, ok := c.at(v).(Mem); ok {
			c.made[v] = c.filled(m)
		}
	}
}

// inRegister returns an operand's register, a new one if it is in memory.
func (s target) inRegister(d Op) reg.VecVirtual {
	if v, ok := d.(reg.VecVirtual); ok {
		return v
	}
	v := s.vec()
	VMOVUPS(d, v)
	return v
}

// copied returns an operand in a register of its own.
func (s target) copied(d Op) reg.VecVirtual {
	v := s.vec()
	VMOVUPS(d, v)
	return v
}

// add returns a + b, sub a - b.
func (s target) add(a, b Op) reg.VecVirtual {
	v := s.vec()
	VADDPS(b, s.inRegister(a), v)
	return v
}

func (s target) sub(a, b Op) reg.VecVirtual {
	v := s.vec()
	VSUBPS(b, s.inRegister(a), v)
	return v
}

// addTimes adds factor*d to v, subTimes takes it away.
func (c winoConstants) addTimes(v reg.VecVirtual, factor float64, d Op) {
	c.times(VFMADD231PS, VFMADD231PS_BCST, v, factor, d)
}

func (c winoConstants) subTimes(v reg.VecVirtual, factor float64, d Op) {
	c.times(VFNMADD231PS, VFNMADD231PS_BCST, v, factor, d)
}

// times multiplies by an instruction, or by the one that takes a number for a vector.
func (c winoConstants) times(vectors, number func(...Op), v reg.VecVirtual, factor float64, d Op) {
	k := c.at(factor)
	switch r, kept := k.(reg.VecVirtual); {
	case kept:
		vectors(d, r, v)
	case c.lanes == 16:
		number(k, c.inRegister(d), v)
	default:
		vectors(k, c.inRegister(d), v)
	}
}

// inputSums returns the given rows of B^T d, where d(i) is in memory or in a
// register. For 6 points (0, 1, -1, 2, -2, inf), of Lavin & Gray:
//
//	4 0 -5 0 1 0 / 0 -4 -4 1 1 0 / 0 4 -4 -1 1 0 / 0 -2 -1 2 1 0 / 0 2 -1 -2 1 0 / 0 4 0 -5 0 1
//
// and for 4 (0, 1, -1, inf): 1 0 -1 0 / 0 1 1 0 / 0 -1 1 0 / 0 -1 0 1.
func inputSums(s target, c winoConstants, points int, rows []int, d func(int) Op) []reg.VecVirtual {
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
func inputSums8(s target, c winoConstants, rows []int, d func(int) Op) []reg.VecVirtual {
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

// outputSums returns the given rows, all even or all odd, of A^T p. Row k is
// the k-th powers of the points (0, 1, -1, 2, -2, 1/2, -1/2, and infinity,
// which counts in row m-1 alone).
func outputSums(s target, c winoConstants, points, m int, rows []int, p func(int) Op) []reg.VecVirtual {
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
