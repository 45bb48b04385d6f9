package picture

import (
	"math/bits"

	"convx/internal/lazy"
)

// Entries of the decoding tables, by bits:
//
//	 0–4   how many bits the code (or two literals' codes) takes
//	 5–7   what the entry is, and bit 12 for a link
//	 8–11  literals: how many; lengths and distances: extra bits; links: bits of the second table
//	16–31  literals: one or two bytes; lengths and distances: the base; links: where the second table starts
//
// An entry without any flag is a code that does not exist.
const (
	isLiteral = 1 << 5
	isLength  = 1 << 6 // or a distance
	isEnd     = 1 << 7
	isLink    = 1 << 12
)

const (
	litBits  = 11
	litMask  = 1<<litBits - 1
	distBits = 9
	distMask = 1<<distBits - 1
	maxCode  = 15
)

type litTable struct {
	first [1 << litBits]uint32
	rest  []uint32
}

type distTable struct {
	first [1 << distBits]uint32
	rest  []uint32
}

// symbols are the entries, without the bits of a code, of the symbols 0 to 285 (RFC 1951, 3.2.5), and of the distances 0 to 29.
// Other symbols have none.
type symbols struct {
	lit  [288]uint32
	dist [32]uint32
}

var symbolEntries = lazy.Value[*symbols]{Make: func() *symbols {
	e := new(symbols)
	lit, dist := &e.lit, &e.dist
	for v := range 256 {
		lit[v] = isLiteral | 1<<8 | uint32(v)<<16
	}
	lit[256] = isEnd
	base := 3
	for s := 257; s < 285; s++ {
		extra := max(0, (s-261)/4)
		lit[s] = isLength | uint32(extra)<<8 | uint32(base)<<16
		base += 1 << extra
	}
	lit[285] = isLength | longest<<16
	base = 1
	for s := range 30 {
		extra := max(0, s/2-1)
		dist[s] = isLength | uint32(extra)<<8 | uint32(base)<<16
		base += 1 << extra
	}
	return e
}}

// buildTable fills first, indexed by the next rootBits bits, and the tables behind it for longer codes. It reports false for
// lengths that are no prefix code; a single code of one bit, or none at all, is allowed to be incomplete.
func buildTable(first []uint32, rest []uint32, rootBits int, lengths []uint8, entries []uint32) ([]uint32, bool) {
	clear(first)
	rest = rest[:0]
	var count, next [maxCode + 2]int
	for _, l := range lengths {
		count[l]++
	}
	count[0] = 0
	code, used := 0, 0
	for l := 1; l <= maxCode; l++ {
		next[l] = code
		code = (code + count[l]) << 1
		used += count[l] << (maxCode - l)
	}
	if used != 1<<maxCode && used != 0 && (used != 1<<(maxCode-1) || count[1] != 1) {
		return rest, false
	}
	longestCode := maxCode
	for longestCode > 0 && count[longestCode] == 0 {
		longestCode--
	}
	for s, l := range lengths {
		if l == 0 {
			continue
		}
		e, size := entries[s], int(l)
		if e != 0 {
			e |= uint32(size)
		}
		// Codes are written from their highest bit on, so a table indexed by the bits to come needs them reversed.
		index := int(bits.Reverse16(uint16(next[l])) >> (16 - size))
		next[l]++
		if size <= rootBits {
			for i := index; i < len(first); i += 1 << size {
				first[i] = e
			}
			continue
		}
		// Every second table is as large as the longest code needs: there are few of them.
		second := longestCode - rootBits
		link := &first[index&(len(first)-1)]
		if *link == 0 {
			*link = isLink | uint32(second)<<8 | uint32(len(rest))<<16
			for range 1 << second {
				rest = append(rest, 0)
			}
		}
		table := rest[*link>>16:][:1<<second]
		for i := index >> rootBits; i < len(table); i += 1 << (size - rootBits) {
			table[i] = e
		}
	}
	return rest, true
}

// pairLiterals joins two literals whose codes fit together into one entry. Going down, the entries looked up, which are at
// smaller indices, are still single.
func (t *litTable) pairLiterals() {
	for i := len(t.first) - 1; i >= 0; i-- {
		a := t.first[i]
		if a&isLiteral == 0 {
			continue
		}
		size := a & 31
		b := t.first[i>>size]
		if b&isLiteral == 0 || size+b&31 > litBits {
			continue
		}
		t.first[i] = isLiteral | 2<<8 | (size + b&31) | a&0xff0000 | b&0xff0000<<8
	}
}

// setTables builds both tables from the code lengths.
func (z *inflater) setTables(lit, dist []uint8) bool {
	var ok1, ok2 bool
	z.lit.rest, ok1 = buildTable(z.lit.first[:], z.lit.rest, litBits, lit, symbolEntries.Get().lit[:])
	z.dist.rest, ok2 = buildTable(z.dist.first[:], z.dist.rest, distBits, dist, symbolEntries.Get().dist[:])
	z.lit.pairLiterals()
	return ok1 && ok2
}

// fixedTables are those of RFC 1951, 3.2.6.
func (z *inflater) fixedTables() {
	var lit [288]uint8
	var dist [32]uint8
	for s := range lit {
		switch {
		case s < 144:
			lit[s] = 8
		case s < 256:
			lit[s] = 9
		case s < 280:
			lit[s] = 7
		default:
			lit[s] = 8
		}
	}
	for s := range dist {
		dist[s] = 5
	}
	z.setTables(lit[:], dist[:])
}

// codeOrder is the order of the lengths of the code length code (RFC 1951, 3.2.7).
var codeOrder = [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readTables reads the codes of a dynamic block.
func (z *inflater) readTables() error {
	nlit, ndist, ncode := 257+z.take(5), 1+z.take(5), 4+z.take(4)
	if nlit > 286 || ndist > 30 {
		return errInflate
	}
	var codeLengths [19]uint8
	for _, s := range codeOrder[:ncode] {
		if err := z.refill(); err != nil {
			return err
		}
		codeLengths[s] = uint8(z.take(3))
	}
	// The distance table serves for a moment: its symbols stand for themselves.
	var entries [19]uint32
	for s := range entries {
		entries[s] = isLength | uint32(s)<<16
	}
	var ok bool
	if z.dist.rest, ok = buildTable(z.dist.first[:], z.dist.rest, distBits, codeLengths[:], entries[:]); !ok {
		return errInflate
	}
	var lengths [286 + 30]uint8
	for i := 0; i < nlit+ndist; {
		if err := z.refill(); err != nil {
			return err
		}
		e := z.dist.first[z.bits&distMask]
		if e == 0 {
			return errInflate
		}
		z.take(uint(e & 31))
		symbol := int(e >> 16)
		if symbol < 16 {
			lengths[i] = uint8(symbol)
			i++
			continue
		}
		value, repeat := uint8(0), 0
		switch symbol {
		case 16:
			if i == 0 {
				return errInflate
			}
			value, repeat = lengths[i-1], 3+z.take(2)
		case 17:
			repeat = 3 + z.take(3)
		default:
			repeat = 11 + z.take(7)
		}
		if i+repeat > nlit+ndist {
			return errInflate
		}
		for ; repeat > 0; repeat-- {
			lengths[i] = value
			i++
		}
	}
	if lengths[256] == 0 || !z.setTables(lengths[:nlit], lengths[nlit:nlit+ndist]) {
		return errInflate
	}
	return nil
}
