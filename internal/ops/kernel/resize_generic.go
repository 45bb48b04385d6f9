package kernel

import "math"

// ResizeSlack is how many zeros stand behind the row that Resize reads.
const ResizeSlack = 32

// ResizeMix is the two elements of a row that an output mixes. An element
// whose weight is zero takes no part, whatever it holds.
type ResizeMix struct {
	At     [2]int
	Weight [2]float32
}

// ResizeRow is the mixes of a row, prepared for one instruction set.
type ResizeRow struct {
	mixes []ResizeMix
	in    int
	near  bool // pairs of a vector stand within two vectors of the row
	words []uint32
}

// NewResizeRow prepares the mixes of outputs from a row of in elements.
func (l ISA) NewResizeRow(in int, mixes []ResizeMix) *ResizeRow {
	r := &ResizeRow{mixes: mixes, in: in, near: l == AVX512}
	if l == Generic {
		return r
	}
	lanes := l.Block()
	for first := 0; first < len(mixes); first += lanes {
		_, span := r.window(mixes[first:min(len(mixes), first+lanes)])
		r.near = r.near && span <= 2*lanes
	}
	for first := 0; first < len(mixes); first += lanes {
		r.table(l, mixes[first:min(len(mixes), first+lanes)])
	}
	return r
}

// window is the elements that some mixes meet.
func (r *ResizeRow) window(mixes []ResizeMix) (first, n int) {
	first, last := r.in-1, 0
	for _, m := range mixes {
		for i, at := range m.At {
			if m.Weight[i] != 0 {
				first, last = min(first, at), max(last, at)
			}
		}
	}
	return first, last - first + 1
}

// table appends what the kernel needs for one vector: the first element; bits
// of the second elements that take part and of the outputs; indices of the
// first and second elements, relative to the first; their weights; and for
// AVX2 the outputs as a mask.
func (r *ResizeRow) table(l ISA, mixes []ResizeMix) {
	lanes := l.Block()
	base := 0
	if r.near {
		base, _ = r.window(mixes)
	}
	header := make([]uint32, 16)
	header[0] = uint32(base)
	vectors := [5][]uint32{}
	for i := range vectors {
		vectors[i] = make([]uint32, lanes)
	}
	for j, m := range mixes {
		header[2] |= 1 << j
		vectors[4][j] = math.MaxUint32
		for i, at := range m.At {
			switch {
			case m.Weight[i] != 0:
				header[1] |= uint32(i) << j
			case l == AVX512:
				at = base // masked
			default:
				at = r.in // a zero
			}
			vectors[i][j] = uint32(at - base)
			vectors[2+i][j] = math.Float32bits(m.Weight[i])
		}
	}
	r.words = append(r.words, header...)
	for i, v := range vectors {
		if i < 4 || l != AVX512 {
			r.words = append(r.words, v...)
		}
	}
}

// Resize mixes pairs of a row's elements,
//
//	dst[j] = clamp(m.Weight[0]*src[m.At[0]] + m.Weight[1]*src[m.At[1]])
//
// for the j-th mix m; clamp keeps values within lo and hi and passes NaN. src
// is the row and then ResizeSlack zeros. First weights are not zero.
func (l ISA) Resize(dst, src []float32, r *ResizeRow, lo, hi float32) {
	if len(dst) != len(r.mixes) || len(src) < r.in+ResizeSlack {
		panic("kernel: resize: operand out of range")
	}
	if len(dst) > 0 {
		l.resize(dst, src, r, lo, hi)
	}
}

func resizeGeneric(dst, src []float32, r *ResizeRow, lo, hi float32) {
	for j, m := range r.mixes {
		v := m.Weight[0] * src[m.At[0]]
		if m.Weight[1] != 0 {
			v = float32(float64(m.Weight[1])*float64(src[m.At[1]]) + float64(v))
		}
		dst[j] = clamp(v, lo, hi)
	}
}
