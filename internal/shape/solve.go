package shape

import (
	"cmp"
	"slices"

	"convx/internal/layer"
)

// Geometry is one axis of a sliding operator: what Solve looks for.
type Geometry struct {
	Kernel, Stride, Dilation int
	Pad                      layer.Pad
	OutputPadding            int
}

// Search says what Solve may vary on one axis. A zero number or a nil Pad is free; the others are held.
type Search struct {
	Input, Output            int
	Transposed               bool
	Kernel, Stride, Dilation int
	Padding                  *layer.Padding // one pair, or a rule
	OutputPadding            *int
	// Dilated leaves out dilation 1.
	Dilated bool
	// Pool keeps paddings within half the window; Ceil rounds its output sizes up.
	Pool, Ceil bool
	// Block is how many output pixels each pixel of the window's output becomes; 0 is one.
	Block int
}

// Bounds of what is tried when nothing is held. They cover what networks use; anything else can be asked for.
const (
	mostKernel   = 15
	mostStride   = 32
	mostDilation = 4
)

// mostPaddings bounds the paddings that are listed for one kernel, stride and dilation: below a stride that long, any do.
const mostPaddings = 64

// Solve lists the geometries that turn Input pixels into Output, the usual ones first.
//
// The order: even paddings, which every framework has, before those that differ at the two ends; then by how many unusual things each
// has, then by kernel (3, 1, 5, 7, 2, 4, then upwards), stride, dilation and padding. Unusual are a dilation, a padding that is neither none nor half
// the kernel (transposed: half of kernel - stride), a stride above the kernel, pixels that the floor drops, an even
// kernel (transposed: a kernel that the stride does not divide, which shows as a checkerboard) and output padding.
// A padding that was not asked for is never larger than the kernel's reach; of those that give the same output, the 64
// smallest are listed.
func Solve(q Search) []Geometry {
	if q.Block > 1 {
		if q.Output%q.Block != 0 {
			return nil
		}
		q.Output /= q.Block
	}
	var found []Geometry
	for _, k := range candidates(q.Kernel, mostKernel) {
		for _, s := range candidates(q.Stride, mostStride) {
			for _, d := range candidates(q.Dilation, mostDilation) {
				if q.Dilation == 0 && (d == 1 && q.Dilated || k == 1 && d > 1) {
					continue // one tap has no distance
				}
				if q.Transposed {
					found = append(found, q.transposed(k, s, d)...)
				} else {
					found = append(found, q.sliding(k, s, d)...)
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Geometry) int {
		return cmp.Or(
			cmp.Compare(unevenness(a), unevenness(b)),
			cmp.Compare(q.oddities(a), q.oddities(b)),
			cmp.Compare(kernelRank(a.Kernel), kernelRank(b.Kernel)),
			cmp.Compare(a.Stride, b.Stride),
			cmp.Compare(a.Dilation, b.Dilation),
			cmp.Compare(a.Pad.Begin, b.Pad.Begin),
		)
	})
	return found
}

// unevenness is how much the padding differs at the two ends.
func unevenness(g Geometry) int { return max(g.Pad.End-g.Pad.Begin, g.Pad.Begin-g.Pad.End) }

func candidates(held, most int) []int {
	if held != 0 {
		return []int{held}
	}
	all := make([]int, most)
	for i := range all {
		all[i] = i + 1
	}
	return all
}

// sliding inverts out = floor((in + padding - eff) / stride) + 1: stride paddings in a row give the same output, and as many
// more where the division rounds up.
func (q Search) sliding(k, s, d int) []Geometry {
	g := Geometry{Kernel: k, Stride: s, Dilation: d}
	if q.Padding != nil {
		w := layer.Window{Kernel: []int{k}, Stride: []int{s}, Dilation: []int{d}, Padding: *q.Padding}
		g.Pad = Pads(w, []int{q.Input})[0]
		if q.slides(g) != q.Output {
			return nil
		}
		return []Geometry{g}
	}
	least := (q.Output-1)*s + Effective(k, d) - q.Input
	if !q.Ceil {
		return q.paddings(g, least, least+s-1)
	}
	return slices.DeleteFunc(q.paddings(g, least-s+1, least+s-1), func(g Geometry) bool { return q.slides(g) != q.Output })
}

// slides is the output size of a geometry; 0 is none.
func (q Search) slides(g Geometry) int {
	room := q.Input + g.Pad.Begin + g.Pad.End - Effective(g.Kernel, g.Dilation)
	switch {
	case room < 0:
		return 0
	case q.Ceil:
		return ceilSize(room, q.Input, g.Pad, g.Stride)
	}
	return room/g.Stride + 1
}

// transposed inverts out = (in - 1)*stride - padding + eff + output padding.
func (q Search) transposed(k, s, d int) []Geometry {
	extras := []int{0}
	switch short := q.Output - (q.Input-1)*s - Effective(k, d); {
	case q.OutputPadding != nil:
		extras = []int{*q.OutputPadding}
	case short > 1: // what the kernel does not reach
		extras = []int{short}
	case s > 1:
		extras = []int{0, 1} // 1 makes up for the pixel that a strided convolution's floor dropped
	}
	var found []Geometry
	for _, extra := range extras {
		if extra >= max(s, d) && extra > 0 {
			continue
		}
		g := Geometry{Kernel: k, Stride: s, Dilation: d, OutputPadding: extra}
		full := (q.Input-1)*s + Effective(k, d) + extra
		if q.Padding != nil {
			t := layer.Transposed{Window: layer.Window{Kernel: []int{k}, Stride: []int{s}, Dilation: []int{d}, Padding: *q.Padding}, OutputPadding: []int{extra}}
			p, op := transposedPads(t, 0, q.Input)
			if full-extra-p.Begin-p.End+op == q.Output {
				g.Pad = p
				found = append(found, g)
			}
			continue
		}
		found = append(found, q.paddings(g, full-q.Output, full-q.Output)...)
	}
	return found
}

// paddings splits a total between least and most evenly; one that cannot be even puts the odd pixel at the end.
func (q Search) paddings(g Geometry, least, most int) []Geometry {
	reach := Effective(g.Kernel, g.Dilation) - 1
	if q.Pool {
		reach = (reach + 1) / 2
	}
	least, most = max(least, 0), min(most, 2*reach)
	var found []Geometry
	for half := (least + 1) / 2; 2*half <= most && len(found) < mostPaddings; half++ {
		g.Pad = layer.Pad{Begin: half, End: half}
		found = append(found, g)
	}
	if len(found) == 0 && least <= most {
		g.Pad = split(least, layer.Same)
		found = append(found, g)
	}
	return found
}

// kernelOrder is how often networks use a kernel, the usual ones first.
var kernelOrder = []int{3, 1, 5, 7, 2, 4}

func kernelRank(k int) int {
	if i := slices.Index(kernelOrder, k); i >= 0 {
		return i - len(kernelOrder)
	}
	return k
}

func (q Search) oddities(g Geometry) int {
	eff := Effective(g.Kernel, g.Dilation)
	half := eff - 1
	if q.Transposed {
		half = eff - g.Stride + g.OutputPadding
	}
	total := g.Pad.Begin + g.Pad.End
	odd := []bool{
		g.Dilation > 1,
		total != 0 && total != half,
		g.Stride > g.Kernel,
		g.OutputPadding > 0,
	}
	if q.Transposed {
		odd = append(odd, g.Kernel%g.Stride != 0)
	} else {
		lost := (q.Input+total-eff)%g.Stride - g.Pad.End
		odd = append(odd, g.Kernel%2 == 0, lost > 0)
	}
	n := 0
	for _, o := range odd {
		if o {
			n++
		}
	}
	return n
}

// Nearest finds the closest output sizes below and above the wanted one that Solve reaches; 0 is none.
func (q Search) Nearest() (below, above int) {
	for step := 1; step <= maxSteps && (below == 0 || above == 0); step++ {
		try := q
		if try.Output = q.Output - step; below == 0 && try.Output >= 1 && len(Solve(try)) > 0 {
			below = try.Output
		}
		if try.Output = q.Output + step; above == 0 && len(Solve(try)) > 0 {
			above = try.Output
		}
	}
	return below, above
}

// maxSteps bounds the walk away from a size that cannot be reached.
const maxSteps = 512
