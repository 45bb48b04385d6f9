package kernel

import "math"

// planeMasks says how an instruction set leaves out the columns of a tap that have no source: how many columns one mask
// covers, its words, and how to write it for the source columns from..to of the tile that begins at column c, of which
// there is at least one.
var planeMasks = [...]struct {
	columns, words int
	write          func(words []uint32, from, to, c int)
}{
	Generic: {8, 8, writeLanes},
	AVX2:    {8, 8, writeLanes},
	AVX512:  {16, 1, writeBits},
	NEON:    {8, 13, writeMoves},
}

// PlaneColumns returns how many columns of a tile are computed together.
func (l ISA) PlaneColumns() int { return planeMasks[l].columns }

// ForColumns returns the instruction set for tiles of n columns: one of shorter vectors, if they hold them all.
func (l ISA) ForColumns(n int) ISA {
	if l == AVX512 && n <= AVX2.PlaneColumns() {
		return AVX2
	}
	return l
}

// NewPlaneTap returns the tap whose source columns exist for the outputs of
// the given span of NewPlaneMasks.
func (l ISA) NewPlaneTap(offset, span int, rows uint32) PlaneTap {
	return PlaneTap{offset, int32(4 * span * planeMasks[l].words), rows}
}

// span is which one a tap was made with.
func (t *PlaneTap) span(l ISA) int { return int(t.mask) / 4 / planeMasks[l].words }

// PlaneMasks says which of n columns have a source, by spans.
type PlaneMasks struct {
	words []uint32 // [column block][span, and all columns last][mask]
	block int      // words of a column block
	n     int
	spans [][2]int
}

// NewPlaneMasks prepares masks of n columns: span i has spans[i][0] up to,
// but without, spans[i][1].
func (l ISA) NewPlaneMasks(n int, spans [][2]int) *PlaneMasks {
	form := &planeMasks[l]
	all := append(append([][2]int(nil), spans...), [2]int{0, n})
	m := &PlaneMasks{block: len(all) * form.words, n: n, spans: all}
	m.words = make([]uint32, (n+form.columns-1)/form.columns*m.block)
	rest := m.words
	for c := 0; c < n; c += form.columns {
		for _, s := range all {
			if from, to := s[0], min(s[1], n); from < to && from < c+form.columns && to > c {
				form.write(rest[:form.words], from, to, c)
			}
			rest = rest[form.words:]
		}
	}
	return m
}

// writeBits sets a bit a column.
func writeBits(words []uint32, from, to, c int) {
	for j := max(0, from-c); j < min(16, to-c); j++ {
		words[0] |= 1 << j
	}
}

// writeLanes fills a word a column.
func writeLanes(words []uint32, from, to, c int) {
	for j := range words {
		if from <= c+j && c+j < to {
			words[j] = math.MaxUint32
		}
	}
}

// The kinds of mask that writeMoves makes: zero says that no column has a source.
const (
	moveWhole = iota + 1 // all columns have a source
	moveParts
	moveFew // and fewer than a vector has in all
)

// writeMoves says how to load the two vectors of a tile's columns where nothing beside the source may be read: from where
// whole vectors of it stand, and which byte of those belongs to which column; byte 255 is a zero. Words are the kind,
// bytes from the tile to each vector, unused, and four words of bytes for each vector. Where the source has fewer than
// four columns, words 3 and 4 are the bytes to the second and third of three, the last of them again if need be.
func writeMoves(words []uint32, from, to, c int) {
	words[0] = moveParts
	switch n := to - from; {
	case from <= c && c+8 <= to:
		words[0] = moveWhole
		return
	case n < 4:
		words[0] = moveFew
		words[3], words[4] = uint32(4*min(1, n-1)), uint32(4*(n-1))
	}
	for half := range 2 {
		first := c + 4*half
		at := max(from, min(first, to-4))
		words[1+half] = uint32(int32(4 * (at - c)))
		for j := range 4 {
			lane := uint32(math.MaxUint32)
			if column := first + j; from <= column && column < to {
				b := uint32(4 * (column - at))
				lane = b | (b+1)<<8 | (b+2)<<16 | (b+3)<<24
			}
			words[5+4*half+j] = lane
		}
	}
}
