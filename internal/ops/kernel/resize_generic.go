package kernel

import "math"

// ResizeMix is the two elements of an axis that an output mixes. An element
// whose weight is zero takes no part, whatever it holds.
type ResizeMix struct {
	At     [2]int
	Weight [2]float32
}

// Resizer mixes columns and rows of planes, prepared for one instruction set.
type Resizer struct {
	columns []ResizeMix
	rows    []resizeStep
	in      int  // columns of the input
	near    bool // pairs of a vector stand within as many elements as are permuted at once
	words   []uint32
}

// resizeStep is a row of outputs: two rows of input, by their first elements. Assembly knows its layout.
type resizeStep struct {
	at     [2]int64
	weight [2]float32
	step   int64
}

// What a step does with the two mixed rows of the step before it.
const (
	resizeSame = iota // they are its own
	resizeNext        // the second one is its first
	resizeBoth        // it mixes both anew
)

// resizeWindow is how many neighbouring elements an instruction set permutes at once.
var resizeWindow = [...]int{AVX2: 8, AVX512: 32, NEON: 0}

// NewResizer prepares the mixes of the columns, from rows of in elements, and of the rows of outputs.
func (l ISA) NewResizer(in int, columns, rows []ResizeMix) *Resizer {
	r := &Resizer{columns: columns, in: in}
	last := [2]int64{-1, -1}
	for _, m := range rows {
		s := resizeStep{weight: m.Weight, step: resizeBoth}
		if m.Weight[1] == 0 {
			m.At[1] = m.At[0]
		}
		s.at = [2]int64{int64(m.At[0]) * int64(in), int64(m.At[1]) * int64(in)}
		switch {
		case s.at == last:
			s.step = resizeSame
		case s.at[0] == last[1]:
			s.step = resizeNext
		}
		r.rows, last = append(r.rows, s), s.at
	}
	if l == Generic {
		return r
	}
	lanes := l.Block()
	r.near = true
	for first := 0; first < len(columns); first += lanes {
		_, span := r.window(columns[first:min(len(columns), first+lanes)])
		r.near = r.near && span <= resizeWindow[l]
	}
	for first := 0; first < len(columns); first += lanes {
		r.table(l, columns[first:min(len(columns), first+lanes)])
	}
	return r
}

// window is the elements that some mixes meet.
func (r *Resizer) window(mixes []ResizeMix) (first, n int) {
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

// table appends what the kernel needs for one vector: a header, of the first
// element and the bits of masks; indices of the first and second elements,
// relative to the first; their weights; and, but for AVX-512, masks: of
// the second elements that take part, the outputs, and the elements of the
// window that the row has.
func (r *Resizer) table(l ISA, mixes []ResizeMix) {
	lanes := l.Block()
	base := 0
	if r.near {
		base, _ = r.window(mixes)
		base = max(0, min(base, r.in-resizeWindow[l]))
	}
	header := make([]uint32, 16)
	header[0] = uint32(base)
	vectors := [7][]uint32{}
	for i := range vectors {
		vectors[i] = make([]uint32, lanes)
	}
	for j, m := range mixes {
		header[2] |= 1 << j
		vectors[5][j] = math.MaxUint32
		for i, at := range m.At {
			if m.Weight[i] == 0 { // masked
				at = m.At[0]
			} else if i == 1 {
				header[1] |= 1 << j
				vectors[4][j] = math.MaxUint32
			}
			vectors[i][j] = uint32(at - base)
			vectors[2+i][j] = math.Float32bits(m.Weight[i])
		}
	}
	for j := range min(r.in-base, 2*lanes) {
		header[3+j/lanes] |= 1 << (j % lanes)
		if j < lanes {
			vectors[6][j] = math.MaxUint32
		}
	}
	r.words = append(r.words, header...)
	for i, v := range vectors {
		if i < 4 || l != AVX512 {
			r.words = append(r.words, v...)
		}
	}
}

// Resize computes the rows from..to of the outputs of a plane, row by row: the
// mix of two rows of input, each a mix of pairs of its elements. src is the
// plane from row first on. What is written is kept within lo and hi, but for
// NaN. First weights are not zero. lines is memory for two rows of outputs.
func (l ISA) Resize(dst, src []float32, r *Resizer, first, from, to int, lo, hi float32, lines []float32) {
	n := len(r.columns)
	if from < 0 || to > len(r.rows) || len(dst) < (to-from)*n || len(lines) < 2*n {
		panic("kernel: resize: operand out of range")
	}
	if to <= from || n == 0 {
		return
	}
	at := int64(first) * int64(r.in)
	for _, s := range r.rows[from:to] {
		if min(s.at[0], s.at[1]) < at || max(s.at[0], s.at[1])+int64(r.in)-at > int64(len(src)) {
			panic("kernel: resize: source out of range")
		}
	}
	l.resize(dst, src, r, at, r.rows[from:to], lo, hi, lines)
}

func resizeGeneric(dst, src []float32, r *Resizer, at int64, rows []resizeStep, lo, hi float32, lines []float32) {
	n := len(r.columns)
	a, b := lines[:n], lines[n:2*n]
	for i := range rows {
		s := &rows[i]
		step := s.step
		if i == 0 {
			step = resizeBoth
		}
		if step == resizeBoth {
			r.mixColumns(b, src[s.at[0]-at:])
		}
		if step != resizeSame {
			a, b = b, a
			r.mixColumns(b, src[s.at[1]-at:])
		}
		row, w := dst[i*n:][:n], s.weight
		for j, v := range a {
			v *= w[0]
			if w[1] != 0 {
				v = float32(float64(w[1])*float64(b[j]) + float64(v))
			}
			row[j] = clamp(v, lo, hi)
		}
	}
}

// mixColumns mixes pairs of a row's elements.
func (r *Resizer) mixColumns(dst, src []float32) {
	src = src[:r.in]
	for j, m := range r.columns {
		v := m.Weight[0] * src[m.At[0]]
		if m.Weight[1] != 0 {
			v = float32(float64(m.Weight[1])*float64(src[m.At[1]]) + float64(v))
		}
		dst[j] = v
	}
}
