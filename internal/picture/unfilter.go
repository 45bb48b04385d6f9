package picture

import "convx/internal/lang"

// The filters of the PNG specification (9.2): a byte is stored as its difference from a prediction.
const (
	filterNone = iota
	filterSub
	filterUp
	filterAverage
	filterPaeth
	filterCount
)

// unfilter restores row in place; prev is the restored row above (zeros above the first) and bpp the bytes a pixel, rounded up.
func unfilter(filter byte, row, prev []byte, bpp int) error {
	prev = prev[:len(row)]
	switch filter {
	case filterNone:
	case filterSub:
		for i := bpp; i < len(row); i++ {
			row[i] += row[i-bpp]
		}
	case filterUp:
		addBytes(row, prev)
	case filterAverage:
		for i := range min(bpp, len(row)) {
			row[i] += prev[i] / 2
		}
		if bpp == 3 {
			unfilterAverage3(row, prev)
			return nil
		}
		for i := bpp; i < len(row); i++ {
			row[i] += byte((int(row[i-bpp]) + int(prev[i])) / 2)
		}
	case filterPaeth:
		for i := range min(bpp, len(row)) {
			row[i] += prev[i]
		}
		if bpp == 3 {
			unfilterPaeth3(row, prev)
			return nil
		}
		for i := bpp; i < len(row); i++ {
			row[i] += paeth(int(row[i-bpp]), int(prev[i]), int(prev[i-bpp]))
		}
	default:
		return lang.Errorf("damaged file: unknown filter %d", filter)
	}
	return nil
}

// paeth is the predictor of Alan Paeth: of left (a), up (b) and upper left (c), the nearest to a + b - c, in this order when they
// are equally near. It compiles to conditional moves: noise would mispredict every branch.
func paeth(a, b, c int) byte {
	pa, pb := b-c, a-c
	pc := abs(pa + pb)
	pa, pb = abs(pa), abs(pb)
	if pb < pa {
		a = b
	}
	if pc < min(pa, pb) {
		a = c
	}
	return byte(a)
}

func abs(x int) int { return max(x, -x) }

// unfilterPaeth3 keeps the three left neighbours in registers: most photographs are 8-bit RGB with this filter.
func unfilterPaeth3(row, prev []byte) {
	if len(row) < 3 {
		return
	}
	a0, a1, a2 := int(row[0]), int(row[1]), int(row[2])
	c0, c1, c2 := int(prev[0]), int(prev[1]), int(prev[2])
	for i := 3; i+3 <= len(row); i += 3 {
		r, p := row[i:i+3:i+3], prev[i:i+3:i+3]
		b0, b1, b2 := int(p[0]), int(p[1]), int(p[2])
		v0, v1, v2 := r[0]+paeth(a0, b0, c0), r[1]+paeth(a1, b1, c1), r[2]+paeth(a2, b2, c2)
		r[0], r[1], r[2] = v0, v1, v2
		a0, a1, a2 = int(v0), int(v1), int(v2)
		c0, c1, c2 = b0, b1, b2
	}
}

func unfilterAverage3(row, prev []byte) {
	if len(row) < 3 {
		return
	}
	a0, a1, a2 := int(row[0]), int(row[1]), int(row[2])
	for i := 3; i+3 <= len(row); i += 3 {
		r, p := row[i:i+3:i+3], prev[i:i+3:i+3]
		v0, v1, v2 := r[0]+byte((a0+int(p[0]))/2), r[1]+byte((a1+int(p[1]))/2), r[2]+byte((a2+int(p[2]))/2)
		r[0], r[1], r[2] = v0, v1, v2
		a0, a1, a2 = int(v0), int(v1), int(v2)
	}
}
