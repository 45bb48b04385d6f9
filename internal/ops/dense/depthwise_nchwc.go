package dense

import (
	"context"

	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// DepthwiseNCHWc is depthwise convolution on channel blocks: a channel is a lane of the vectors, so that any kernel, stride and
// dilation fills them, however small the planes are. A band of rows of one block of channels is copied with zero
// columns at its sides, filtered, and copied back; rows of padding are never met.
type DepthwiseNCHWc struct {
	problem.Finishing
	p          problem.Convolution
	lanes      int
	width      int // pixels of a row of input with its padding
	left       int // of which padding stands before
	weights    []float32
	bias       []float32   // by block of channels
	runs       [][]laneRun // of rows, by depth of the output
	cols       []span      // tiles of a row of output
	bands      []span      // of output rows
	tall       int         // rows of input of a band
	workspaces []laneWorkspace

	out, in []float32
}

// laneRun is rows of output that meet the same taps: the first row of input that the first of them meets, and their taps by tile.
type laneRun struct {
	rows       span
	slice, row int
	taps       []laneTaps
}

// laneTaps are the taps of a tile, which come in lines of so many.
type laneTaps struct {
	list []kernel.DepthwiseTap
	line int
}

// laneWorkspace is one worker's memory: a band of input and of output.
type laneWorkspace struct{ in, out []float32 }

const (
	laneBytes = 320 << 10 // of a band: it stays in a second-level cache
	laneMost  = 4 << 20
)

// DepthwiseNCHWcDeclines says why NewDepthwiseNCHWc cannot compute p, or "".
func DepthwiseNCHWcDeclines(p *problem.Convolution) string {
	switch {
	case p.Groups != p.C || p.O != p.C:
		return lang.Text("it needs a depthwise convolution with one filter a channel")
	case laneBandBytes(p, 1) > laneMost:
		return lang.Text("one row of output needs more input than the workspace holds")
	}
	return ""
}

// laneWidth is the pixels of a row of input that outputs meet, padding included.
func laneWidth(p *problem.Convolution) int {
	return (p.Out[2]-1)*p.Stride[2] + (p.Kernel[2]-1)*p.Dilation[2] + 1
}

// laneBandBytes is the memory of a band of some rows of output of one block of channels.
func laneBandBytes(p *problem.Convolution, rows int) int {
	in := p.In[0] * min(p.In[1], bandRows(p, rows)) * laneWidth(p)
	return 4 * p.ISA.Block() * (in + p.Out[0]*rows*p.Out[2])
}

// NewDepthwiseNCHWc prepares p, which DepthwiseNCHWcDeclines does not decline.
func NewDepthwiseNCHWc(p problem.Convolution, weights, bias []float32) *DepthwiseNCHWc {
	l := newDepthwiseNCHWc(p, weights, bias)
	l.makeBands(laneBands(&p))
	rows := ceilDiv(p.Out[1], len(l.bands))
	for range max(1, p.Threads) {
		l.workspaces = append(l.workspaces, laneWorkspace{in: l.band(), out: problem.Aligned(p.Out[0] * rows * p.Out[2] * l.lanes)})
	}
	return l
}

// laneBands is how many bands fit the cache.
func laneBands(p *problem.Convolution) int {
	n := 1
	for n < p.Out[1] && laneBandBytes(p, ceilDiv(p.Out[1], n)) > kernel.MachineCaches().Within(laneBytes) {
		n *= 2
	}
	return min(n, p.Out[1])
}

// newDepthwiseNCHWc packs the weights and lists the taps.
func newDepthwiseNCHWc(p problem.Convolution, weights, bias []float32) *DepthwiseNCHWc {
	l := &DepthwiseNCHWc{p: p, lanes: p.ISA.Block(), width: laneWidth(&p), left: p.Pads[2].Begin}
	taps, blocks := volume(p.Kernel), ceilDiv(p.C, l.lanes)
	l.weights, l.bias = problem.Aligned(blocks*taps*l.lanes), problem.Aligned(blocks*l.lanes)
	copy(l.bias, bias)
	for c := range p.C {
		for tap, v := range weights[c*taps:][:taps] {
			l.weights[(c/l.lanes*taps+tap)*l.lanes+c%l.lanes] = v
		}
	}
	l.cols = split(p.Out[2], ceilDiv(p.Out[2], kernel.DepthwiseRows))
	return l
}

// makeBands cuts the output into so many bands of rows, and lists the taps of each row.
func (l *DepthwiseNCHWc) makeBands(n int) {
	p := &l.p
	l.bands = split(p.Out[1], n)
	for _, b := range l.bands {
		first, last := rowsOf(p, b)
		l.tall = max(l.tall, last-first)
	}
	depth, height, width := validTaps(p, 0), validTaps(p, 1), validTaps(p, 2)
	lists := map[[2]span][]laneTaps{} // rows that meet the same taps share their lists
	l.runs = make([][]laneRun, p.Out[0])
	for od, d := range depth {
		for from, to := 0, 0; from < p.Out[1]; from = to {
			h := height[from]
			for to = from + 1; to < p.Out[1] && height[to] == h; to++ {
			}
			key := [2]span{d, h}
			if lists[key] == nil {
				lists[key] = l.taps(d, h, width)
			}
			l.runs[od] = append(l.runs[od], laneRun{
				rows:  span{from, to},
				slice: od*p.Stride[0] - p.Pads[0].Begin + d.from*p.Dilation[0],
				row:   from*p.Stride[1] - p.Pads[1].Begin + h.from*p.Dilation[1],
				taps:  lists[key],
			})
		}
	}
}

// rowsOf is the rows of input that a band meets.
func rowsOf(p *problem.Convolution, b span) (from, to int) {
	from = b.from*p.Stride[1] - p.Pads[1].Begin
	to = from + bandRows(p, b.len())
	from = min(max(0, from), p.In[1])
	return from, max(from, min(to, p.In[1]))
}

// taps lists, for each tile of a row, the taps of some depths and heights of the kernel, counted from the first of
// them. Columns of taps that meet nothing but padding are left out.
func (l *DepthwiseNCHWc) taps(depth, height span, width []span) []laneTaps {
	p := &l.p
	lists := make([]laneTaps, len(l.cols))
	for i, c := range l.cols {
		from, to := p.Kernel[2], 0
		for _, s := range width[c.from:c.to] {
			if s.len() > 0 {
				from, to = min(from, s.from), max(to, s.to)
			}
		}
		for kd := depth.from; kd < depth.to; kd++ {
			for kh := height.from; kh < height.to; kh++ {
				row := (kd-depth.from)*p.Dilation[0]*l.tall + (kh-height.from)*p.Dilation[1]
				for kw := from; kw < to; kw++ {
					lists[i].list = append(lists[i].list, kernel.DepthwiseTap{
						A: 4 * (row*l.width + kw*p.Dilation[2]) * l.lanes,
						B: 4 * ((kd*p.Kernel[1]+kh)*p.Kernel[2] + kw) * l.lanes,
					})
				}
			}
		}
		lists[i].line = p.ISA.DepthwiseLine(lists[i].list)
	}
	return lists
}

// band returns memory for the input of a band of one block of channels. Its padding is zero, and stays so.
func (l *DepthwiseNCHWc) band() []float32 {
	return problem.Aligned(l.p.In[0] * l.tall * l.width * l.lanes)
}

// Workspace implements problem.Conv.
func (l *DepthwiseNCHWc) Workspace() int {
	n := 0
	for _, a := range l.workspaces {
		n += len(a.in) + len(a.out)
	}
	return 4 * n
}

// Packed implements problem.Conv.
func (l *DepthwiseNCHWc) Packed() int { return 4 * (len(l.weights) + len(l.bias)) }

// Run implements problem.Conv.
func (l *DepthwiseNCHWc) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	l.out, l.in = out, in
	err := t.RunOn(ctx, l.p.Threads, l)
	l.out, l.in = nil, nil
	return err
}

// Work implements workers.Job: an item is a band of a block of channels.
func (l *DepthwiseNCHWc) Work(m *workers.Worker) {
	p := &l.p
	blocks := ceilDiv(p.C, l.lanes)
	n := p.N * blocks * len(l.bands)
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		band, i := l.bands[i%len(l.bands)], i/len(l.bands)
		block, first := i%blocks, i/blocks*p.C+i%blocks*l.lanes
		a := &l.workspaces[m.ID]
		l.pack(a.in, l.in[first*volume(p.In):], block, band)
		l.filter(a.out, a.in, block, band)
		for od := range p.Out[0] {
			at, n := first*volume(p.Out)+(od*p.Out[1]+band.from)*p.Out[2], band.len()*p.Out[2]
			p.ISA.UnpackNCHWc(l.out[at:], volume(p.Out), a.out[od*n*l.lanes:], l.channelsOf(block), n)
			l.Done(at, volume(p.Out), l.channelsOf(block), n)
		}
	}
}

func (l *DepthwiseNCHWc) channelsOf(block int) int { return min(l.lanes, l.p.C-block*l.lanes) }

// pack copies the rows that a band meets from a block's planes.
func (l *DepthwiseNCHWc) pack(to, in []float32, block int, band span) {
	p := &l.p
	n := min(p.In[2], l.width-l.left)
	if n <= 0 {
		return
	}
	first, last := rowsOf(p, band)
	for slice := range p.In[0] {
		for row := first; row < last; row++ {
			dst := to[((slice*l.tall+row-first)*l.width+l.left)*l.lanes:]
			p.ISA.PackNCHWc(dst, in[(slice*p.In[1]+row)*p.In[2]:], volume(p.In), l.channelsOf(block), n)
		}
	}
}

// filter computes a band of one block of channels, depth by depth and run by run.
func (l *DepthwiseNCHWc) filter(out, in []float32, block int, band span) {
	p := &l.p
	weights := l.weights[block*volume(p.Kernel)*l.lanes:]
	bias := l.bias[block*l.lanes:][:l.lanes]
	top, _ := rowsOf(p, band)
	line := l.width * l.lanes
	for _, runs := range l.runs {
		for i := range runs {
			r := &runs[i]
			from, to := max(r.rows.from, band.from), min(r.rows.to, band.to)
			if from >= to {
				continue
			}
			row := (r.slice*l.tall + r.row + (from-r.rows.from)*p.Stride[1] - top) * line
			for j, c := range l.cols {
				y := out[c.from*l.lanes:]
				taps := &r.taps[j]
				if len(taps.list) == 0 {
					l.onlyBias(y, bias, c.len(), to-from)
					continue
				}
				x := in[row+c.from*p.Stride[2]*l.lanes:]
				p.ISA.DepthwiseNCHWc(y, p.Out[2]*l.lanes, x, p.Stride[1]*line, p.Stride[2]*l.lanes, weights, taps.list, taps.line, c.len(), to-from, bias, p.Lo, p.Hi)
			}
			out = out[(to-from)*p.Out[2]*l.lanes:]
		}
	}
}

// onlyBias is n outputs of some rows that meet nothing but padding.
func (l *DepthwiseNCHWc) onlyBias(out, bias []float32, n, rows int) {
	for y := range rows {
		row := out[y*l.p.Out[2]*l.lanes:]
		for i := range n * l.lanes {
			row[i] = min(max(bias[i%l.lanes], l.p.Lo), l.p.Hi)
		}
	}
}

// laneRates are nanoseconds, as those of rateTable: what matters is the ratio to the other algorithms.
var laneRates = [...]struct {
	mac     float64 // multiply-accumulates a nanosecond: each loads its pixel
	element float64 // nanoseconds to copy an element
	tile    float64 // nanoseconds that a tile, or a row that is copied, takes beside its work
}{
	kernel.CoreGeneric: {mac: 5, element: 0.32, tile: 26},
	kernel.CoreAVX2:    {mac: 55, element: 0.1, tile: 2},
	kernel.CoreAVX512:  {mac: 34, element: 0.18, tile: 10},
	kernel.CoreNEON1:   {mac: 5.7, element: 0.7, tile: 25},
	kernel.CoreNEON2:   {mac: 14.5, element: 0.25, tile: 10},
	kernel.CoreNEON4:   {mac: 27, element: 0.15, tile: 7},
}

// laneOne is what ScalarLines takes here.
const laneOne = 1.6

// laneFar is how many bytes leave the caches: from there on, copies between planes and blocks move laneStream bytes a nanosecond.
const laneFar, laneStream = 4 << 20, 15

// DepthwiseNCHWcCost is the model's estimate for NewDepthwiseNCHWc.
func DepthwiseNCHWcCost(p *problem.Convolution) float64 {
	r := laneRates[p.ISA.Core()]
	blocks := float64(p.N * ceilDiv(p.C, p.ISA.Block()))
	channels := blocks * float64(p.ISA.Block())
	macs := channels * float64(volume(p.Out)*volume(p.Kernel)) * MeetingShare(p)
	if p.ISA == kernel.Generic {
		macs *= ScalarLines(p, laneOne)
	}
	elements := channels * float64(p.In[0]*p.In[1]*laneWidth(p)+volume(p.Out))
	tiles := blocks * float64(p.In[0]*p.In[1]+p.Out[0]*p.Out[1]*ceilDiv(p.Out[2], kernel.DepthwiseRows))
	bytes := 4 * float64(p.N*p.C) * float64(volume(p.In)+volume(p.Out))
	if bytes < laneFar {
		bytes = 0
	}
	return max(macs/r.mac+elements*r.element+tiles*r.tile, bytes/laneStream)
}

// MeetingShare is the share of the kernel's rows that meet input, over all rows of output: the others are left out.
func MeetingShare(p *problem.Convolution) float64 {
	return meetingTaps(p, 0) / float64(p.Out[0]*p.Kernel[0]) * meetingTaps(p, 1) / float64(p.Out[1]*p.Kernel[1])
}

// ScalarLines is how much longer pure Go takes for a product of a depthwise kernel of this width than of 3, whose lines are
// added three at a time: taps that are in no line of 3, 5 or 7 take one times as long, since sums are loaded and stored for each.
func ScalarLines(p *problem.Convolution, one float64) float64 {
	lines := [...]float64{1: one, 3: 1, 5: 1.05, 7: 1.05}
	width := p.Kernel[2]
	if p.Dilation[2] > 1 {
		return one
	}
	time := 0.0
	for left := width; left > 0; {
		n := min(7, left-(left+1)%2)
		time += float64(n) * lines[n]
		left -= n
	}
	return time / float64(width)
}
