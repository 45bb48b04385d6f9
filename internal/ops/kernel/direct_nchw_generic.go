package kernel

import "math"

// PlaneKind is one family of tiles of direct convolution.
type PlaneKind struct {
	Outs   int // output planes at once: 1, 2 or 4
	Kernel int // kernel rows to a tap: 1, and for one plane 3, 5 or 7 too
	Stride int // source rows from one output row to the next: 1, for Kernel > 1 also 2
}

// planeKinds lists the families, in the order of the tables of assembly.
var planeKinds = [...]PlaneKind{{1, 3, 1}, {1, 3, 2}, {1, 5, 1}, {1, 5, 2}, {1, 7, 1}, {1, 7, 2}, {1, 1, 1}, {2, 1, 1}, {4, 1, 1}}

// Index is where the kind stands in the tables, or -1 if there are no such
// tiles.
func (k PlaneKind) Index() int {
	for i, kind := range planeKinds {
		if k == kind {
			return i
		}
	}
	return -1
}

// Rows is the most output rows of a tile: what the registers hold, and what 32
// bits of PlaneTap.Rows tell apart.
func (k PlaneKind) Rows(l ISA) int {
	return min(planeRows[l][k.Outs], (32-k.Kernel)/k.Stride+1)
}

// planeRows is how many rows of so many planes the registers hold; pure Go keeps no rows in them.
var planeRows = [...][5]int{
	Generic: {1: 28, 2: 28, 4: 28},
	AVX2:    {1: 7, 2: 6, 4: 2},
	AVX512:  {1: 14, 2: 12, 4: 6},
	NEON:    {1: 14, 2: 7, 4: 3},
}

// PlaneTap is one column of the kernel (Kernel rows of it) in one channel.
type PlaneTap struct {
	Offset int    // elements from the tile's place in the source to what output (0, 0) meets first
	mask   int32  // bytes from a column block's masks to the tap's
	Rows   uint32 // bit i is set if source row i exists: others are skipped
}

// PlaneTile is everything about a call of DirectNCHW that does not change from
// plane to plane.
type PlaneTile struct {
	Kind    PlaneKind
	Rows    int // output rows
	Masks   *PlaneMasks
	Taps    []PlaneTap
	DS, DP  int // elements from one output row, and plane, to the next
	SS      int // elements from one source row to the next
	SP, SW  int // elements of the source, and of weights, from what planes meet to what the next Outs do
	Step    int // and from what one output column meets to what the next does: above 1 for Generic alone
	Lo, Hi  float32
	Stream  bool // write past the caches: DS, DP and the place are whole vectors
	Far     bool // planes do not fit the caches: ask for them early
	min, hi int  // first and last element that any tap reads

	lines []planeLine // of Generic
	nine  *planeNine  // what they are in threes, or nil
}

// Check panics if the tile is impossible and finds what it reads. It must be
// called once before DirectNCHW.
func (t *PlaneTile) Check(l ISA) {
	if t.Kind.Index() < 0 || t.Rows <= 0 || t.Rows > t.Kind.Rows(l) || t.Masks.n <= 0 || t.Step < 1 || t.Step > 1 && l != Generic {
		panic("kernel: direct NCHW: tile out of range")
	}
	if l == Generic {
		t.findLines(l)
	}
	t.min, t.hi = math.MaxInt, math.MinInt
	for _, tap := range t.Taps {
		s := t.Masks.spans[tap.span(l)]
		if s[0] >= s[1] {
			continue
		}
		for i := range t.sourceRows() {
			if tap.Rows>>i&1 != 0 {
				t.min = min(t.min, tap.Offset+i*t.SS+s[0]*t.Step)
				t.hi = max(t.hi, tap.Offset+i*t.SS+(s[1]-1)*t.Step)
			}
		}
	}
}

// sourceRows is how many source rows a tap meets.
func (t *PlaneTile) sourceRows() int { return (t.Rows-1)*t.Kind.Stride + t.Kind.Kernel }

// DirectNCHW computes a tile of direct convolution straight from source planes,
// without packing: for planes o, rows r and columns j,
//
//	dst[o*DP + r*DS + j] = clamp(bias[o] + sum over taps t and kernel rows k of
//	    w[(t*Kernel+k)*Outs + o] * src[at + t.Offset + (r*Stride+k)*SS + j*Step])
//
// where source rows that t.Rows leaves out and columns outside of t's span
// count as zero and are not read. clamp keeps values within Lo and Hi and
// passes NaN. It does so times over, for the Outs planes that follow in dst and
// bias, with the source SP and the weights SW elements further on.
func (l ISA) DirectNCHW(t *PlaneTile, dst, src []float32, at int, w, bias []float32, times int) {
	outs, last := t.Kind.Outs, times-1
	if times <= 0 || t.SP < 0 || t.SW < 0 {
		panic("kernel: direct NCHW: planes out of range")
	}
	if len(t.Taps) == 0 || len(w) < last*t.SW+len(t.Taps)*t.Kind.Kernel*outs || len(bias) < times*outs ||
		len(dst) < (times*outs-1)*t.DP+(t.Rows-1)*t.DS+t.Masks.n {
		panic("kernel: direct NCHW: short operand")
	}
	if t.min <= t.hi && (at+t.min < 0 || at+last*t.SP+t.hi >= len(src)) {
		panic("kernel: direct NCHW: source out of range")
	}
	l.directNCHW(t, dst, src, at, w, bias, times)
}

func directNCHWGeneric(l ISA, t *PlaneTile, dst, src []float32, at int, w, bias []float32, times int) {
	for i := range times {
		t.sumDirectly(l, dst[i*t.Kind.Outs*t.DP:], src, at+i*t.SP, w[i*t.SW:], bias[i*t.Kind.Outs:])
	}
}

// sumDirectly computes one time of DirectNCHW as its definition says.
func (t *PlaneTile) sumDirectly(l ISA, dst, src []float32, at int, w, bias []float32) {
	outs, k := t.Kind.Outs, t.Kind.Kernel
	for o := range outs {
		for r := range t.Rows {
			row := dst[o*t.DP+r*t.DS:][:t.Masks.n]
			for j := range row {
				row[j] = bias[o]
			}
			for i := range t.Taps {
				tap := &t.Taps[i]
				s := t.Masks.spans[tap.span(l)]
				for kh := range k {
					if tap.Rows>>(r*t.Kind.Stride+kh)&1 == 0 || s[0] >= s[1] {
						continue
					}
					x := src[at+tap.Offset+(r*t.Kind.Stride+kh)*t.SS+s[0]*t.Step:]
					weight := w[(i*k+kh)*outs+o]
					for j := range row[s[0]:s[1]] {
						row[s[0]+j] += weight * x[j*t.Step]
					}
				}
			}
			for j, v := range row {
				row[j] = clamp(v, t.Lo, t.Hi)
			}
		}
	}
}
