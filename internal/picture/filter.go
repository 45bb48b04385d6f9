package picture

import "math/bits"

// chooser picks the PNG filter of each row and applies it.
type chooser struct {
	trial []byte // a filtered sample of the row
}

// The minimum sum of absolute differences is the specification's own heuristic (12.7): the filter whose output, read as signed
// bytes, is smallest. It is estimated on one stretch in trialStep, because trying five filters on all of a row would cost as
// much as deflating it.
const (
	trialBytes = 96 // a multiple of every pixel size
	trialStep  = 12
)

// filterRow writes the filter's number and the filtered row to dst, which is one byte longer than row.
// prev is the row above, zeros above the first.
func (c *chooser) filterRow(dst, row, prev []byte, bpp int) {
	f := c.choose(row, prev, bpp)
	dst[0] = byte(f)
	applyFilter(f, dst[1:], row, prev, bpp)
}

func (c *chooser) choose(row, prev []byte, bpp int) int {
	if c.trial == nil {
		c.trial = make([]byte, trialBytes)
	}
	var cost [filterCount]int
	for start := 0; start < len(row); start += trialBytes * trialStep {
		end := min(start+trialBytes, len(row))
		// One pixel more on the left, where there is one, so that the stretch is filtered as it will be in the row.
		left := max(0, start-bpp)
		out := c.trial[:end-start]
		for f := range cost {
			applyFilterFrom(f, out, row[left:end], prev[left:end], bpp, start-left)
			cost[f] += magnitude(out)
		}
	}
	best := 0
	for f := range cost {
		if cost[f] < cost[best] {
			best = f
		}
	}
	return best
}

// magnitude is the sum of the bytes read as signed numbers without their sign.
func magnitude(b []byte) (sum int) {
	for ; len(b) >= 8; b = b[8:] {
		v := load8(b)
		// Bytes with the high bit become their complement: one less than the negation, near enough for a heuristic.
		sign := v >> 7 & lowBits
		v ^= sign * 0xff
		// Sum the eight bytes: pairs, then all by a multiplication.
		pairs := v&0x00ff00ff00ff00ff + v>>8&0x00ff00ff00ff00ff
		sum += int(pairs*0x0001000100010001>>48) + bits.OnesCount64(sign)
	}
	for _, v := range b {
		sum += abs(int(int8(v)))
	}
	return sum
}

// applyFilter writes row filtered by f to dst.
func applyFilter(f int, dst, row, prev []byte, bpp int) { applyFilterFrom(f, dst, row, prev, bpp, 0) }

// applyFilterFrom filters row[from:], from being 0 or bpp: the bytes before it serve as left neighbours.
func applyFilterFrom(f int, dst, row, prev []byte, bpp, from int) {
	if from == 0 && len(row) > 0 { // the first pixel has zeros on its left
		n := min(bpp, len(row))
		for i := range n {
			dst[i] = row[i] - firstPrediction(f, prev[i])
		}
		dst, from = dst[n:], n
	}
	if from == len(row) {
		return
	}
	cur, left, up, corner := row[from:], row[from-bpp:], prev[from:], prev[from-bpp:]
	switch f {
	case filterNone:
		copy(dst, cur)
	case filterSub:
		subBytes(dst, cur, left)
	case filterUp:
		subBytes(dst, cur, up)
	case filterAverage:
		subAverage(dst, cur, left, up)
	case filterPaeth:
		subPaeth(dst, cur, left, up, corner)
	}
}

func firstPrediction(f int, up byte) byte {
	switch f {
	case filterUp, filterPaeth:
		return up
	case filterAverage:
		return up / 2
	}
	return 0
}

// subBytes writes a - b.
func subBytes(dst, a, b []byte) {
	n := len(a)
	dst, b = dst[:n], b[:n]
	i := 0
	for ; i <= n-8; i += 8 {
		store8(dst[i:i+8], sub8(load8(a[i:i+8]), load8(b[i:i+8])))
	}
	for ; i < len(a); i++ {
		dst[i] = a[i] - b[i]
	}
}

// subAverage writes a - floor((left + up) / 2).
func subAverage(dst, a, left, up []byte) {
	n := len(a)
	dst, left, up = dst[:n], left[:n], up[:n]
	i := 0
	for ; i <= n-8; i += 8 {
		l, u := load8(left[i:i+8]), load8(up[i:i+8])
		mean := l&u + (l^u)>>1&^highBits
		store8(dst[i:i+8], sub8(load8(a[i:i+8]), mean))
	}
	for ; i < len(a); i++ {
		dst[i] = a[i] - byte((int(left[i])+int(up[i]))/2)
	}
}

// subPaeth writes a - paeth(left, up, corner).
func subPaeth(dst, a, left, up, corner []byte) {
	n := len(a)
	dst, left, up, corner = dst[:n], left[:n], up[:n], corner[:n]
	i := 0
	for ; i <= n-8; i += 8 {
		store8(dst[i:i+8], sub8(load8(a[i:i+8]), paeth8(load8(left[i:i+8]), load8(up[i:i+8]), load8(corner[i:i+8]))))
	}
	for ; i < len(a); i++ {
		dst[i] = a[i] - paeth(int(left[i]), int(up[i]), int(corner[i]))
	}
}

// paeth8 predicts eight bytes at once. Upper left is nearest only when it lies between the two others, which shows in the signs;
// then its distance to a + b - c is the difference of theirs.
func paeth8(a, b, c uint64) uint64 {
	signA, signB := less8(b, c), less8(a, c)
	pa, pb := negate8(sub8(b, c), signA), negate8(sub8(a, c), signB)
	upNearer := less8(pb, pa)
	pc := negate8(sub8(pb, pa), upNearer)
	nearest := pa ^ (pa^pb)&upNearer
	corner := less8(pc, nearest) & (signA ^ signB)
	p := a ^ (a^b)&upNearer
	return p ^ (p^c)&corner
}
