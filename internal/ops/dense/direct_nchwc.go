package dense

import (
	"context"

	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// DirectNCHWc is the definition's own loops on channel-blocked pixels: the input is
// copied once into blocks of as many channels as a vector has lanes, with its
// padding where taps meet it, and a tile multiplies up to 14 neighbouring output pixels by two
// vectors of output channels through all taps. Nothing is packed per tap, a tap
// is an offset; taps that meet only padding are skipped, rows always and columns
// where that is worth tiles of fewer pixels. A stride splits each row by phase, so
// that neighbouring outputs read neighbouring blocks. Where many channels or a wide
// dilation would have the same rows copied again and again, some channels are
// copied and multiplied at a time, and their products added up.
type DirectNCHWc struct {
	problem.Finishing
	p         problem.Convolution
	lanes     int
	inBlocks  int
	outBlocks int
	panels    []outPanel
	weights   []float32
	perGroup  int       // floats of a group's weights
	bias      []float32 // by group, in blocks of lanes

	left     int         // padding before a row
	half     int         // blocks of one phase of a row
	rowSize  int         // floats of a row
	tall     int         // rows of a band
	slices   int         // depth slices of a band
	parts    []span      // blocks of input channels that are copied at a time
	segments [][]segment // by part
	valid    [2][]span   // depth and height: by output, its taps that meet input

	bands    []span              // of output rows, of at most two lengths
	groups   map[int][]tileGroup // by the length of a band
	shared   bool
	byPixels bool        // threads that share a band part its pixels, not its output channels
	planes   [][]float32 // by worker, or one: a part of a band's channel blocks
	sums     [][]float32 // by worker, or one: a band's outputs, if there are parts to add up
	products [][]float32 // by worker: a tile group's outputs, if there are none
	spare    [][]float32 // by worker: a row before its stride is taken out

	out, in []float32
}

const (
	directGroup      = 448 // pixels: products of 56 KiB
	directChunkBytes = 256 << 10
)

// NewDirectNCHWc prepares p, which DirectNCHWcDeclines does not decline.
func NewDirectNCHWc(p problem.Convolution, weights, bias []float32) *DirectNCHWc {
	p = inLongRows(p)
	d := &DirectNCHWc{p: p, lanes: p.ISA.Block()}
	d.inBlocks, d.outBlocks = ceilDiv(p.GroupIn(), d.lanes), ceilDiv(p.GroupOut(), d.lanes)
	d.left, d.half = storedRow(&p)
	d.rowSize = p.Stride[2] * d.half * d.lanes
	d.slices = inputSlices(&p)
	d.valid = [2][]span{validTaps(&p, 0), validTaps(&p, 1)}
	d.pack(weights, bias)
	d.makeBands()
	for _, part := range d.parts {
		d.segments = append(d.segments, d.segmentsOf(part))
	}
	d.makeGroups()
	d.allocate()
	return d
}

// inLongRows is p with the planes of a pointwise convolution as one long row,
// or as equal ones that a band holds.
func inLongRows(p problem.Convolution) problem.Convolution {
	if !p.Pointwise() {
		return p
	}
	n := volume(p.In)
	rows := 1
	for most := max(1, directBandBytes/(4*roundUp(p.GroupIn(), p.ISA.Block()))); n/rows > most || n%rows != 0; rows++ {
		if rows*p.In[2] >= n { // the rows that it has
			rows = n / p.In[2]
			break
		}
	}
	p.In, p.Out = [3]int{1, rows, n / rows}, [3]int{1, rows, n / rows}
	return p
}

// validTaps returns, for each output of an axis, the taps that meet input.
func validTaps(p *problem.Convolution, axis int) []span {
	v := make([]span, p.Out[axis])
	for o := range v {
		at := o*p.Stride[axis] - p.Pads[axis].Begin
		from := ceilDiv(max(0, -at), p.Dilation[axis])
		to := 0
		if left := p.In[axis] - at; left > 0 {
			to = min(p.Kernel[axis], ceilDiv(left, p.Dilation[axis]))
		}
		v[o] = span{min(from, to), to}
	}
	return v
}

// pack lays the weights out as [group][output panel][tap][channel][panel].
func (d *DirectNCHWc) pack(weights, bias []float32) {
	p := &d.p
	cin, cout, taps := p.GroupIn(), p.GroupOut(), volume(p.Kernel)
	depth := p.ISA.DirectDepth(cin)
	for b := 0; b < d.outBlocks; b += 2 {
		pn := outPanel{offset: d.perGroup, block: b, vectors: min(2, d.outBlocks-b)}
		d.perGroup += taps * depth * pn.vectors * d.lanes
		d.panels = append(d.panels, pn)
	}
	d.weights = problem.Aligned(p.Groups * d.perGroup)
	d.bias = problem.Aligned(p.Groups * d.outBlocks * d.lanes)
	for group := range p.Groups {
		for _, pn := range d.panels {
			first := pn.block * d.lanes
			packPanel(p.ISA, d.weights[group*d.perGroup+pn.offset:], weights[(group*cout+first)*cin*taps:], pn.vectors, cout-first, cin, taps, depth)
		}
		if bias != nil {
			copy(d.bias[group*d.outBlocks*d.lanes:], bias[group*cout:][:cout])
		}
	}
}

// Workspace implements problem.Conv.
func (d *DirectNCHWc) Workspace() int {
	n := 0
	for _, list := range [][][]float32{d.planes, d.sums, d.products, d.spare} {
		for _, s := range list {
			n += len(s)
		}
	}
	return 4 * n
}

// Packed implements problem.Conv.
func (d *DirectNCHWc) Packed() int { return 4 * (len(d.weights) + len(d.bias)) }

// Run implements problem.Conv.
func (d *DirectNCHWc) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	d.out, d.in = out, in
	err := t.RunOn(ctx, d.p.Threads, d)
	d.out, d.in = nil, nil
	return err
}

// Work implements workers.Job. Many bands are worked on by one worker each, few by
// all workers together, first to pack and then to multiply.
func (d *DirectNCHWc) Work(m *workers.Worker) {
	p := &d.p
	n := p.N * p.Groups * len(d.bands)
	if !d.shared {
		for i := m.Next(n); i >= 0; i = m.Next(n) {
			j := &directJob{d: d, image: i / len(d.bands), band: i % len(d.bands), worker: m.ID, planes: m.ID}
			for j.part = range d.parts {
				for b := range j.slices() {
					j.pack(b)
				}
				for t := range j.items() {
					j.multiply(t)
				}
			}
		}
		return
	}
	for i := range n {
		j := &directJob{d: d, image: i / len(d.bands), band: i % len(d.bands), worker: m.ID}
		for j.part = range d.parts {
			n := j.slices()
			for b := m.Next(n); b >= 0; b = m.Next(n) {
				j.pack(b)
			}
			n = j.items()
			for t := m.Next(n); t >= 0; t = m.Next(n) {
				j.multiply(t)
			}
		}
	}
}
