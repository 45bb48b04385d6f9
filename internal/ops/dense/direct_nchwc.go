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
// where that leaves wide enough tiles. A stride splits each row by phase, so
// that neighbouring outputs read neighbouring blocks.
type DirectNCHWc struct {
	p         problem.Convolution
	lanes     int
	inBlocks  int
	outBlocks int
	panels    []outPanel
	weights   []float32
	perGroup  int       // floats of a group's weights
	bias      []float32 // by group, in blocks of lanes

	left     int // padding before a row
	half     int // blocks of one phase of a row
	rowSize  int // floats of a row
	tall     int // rows of a band
	slices   int // depth slices of a band
	segments []segment
	valid    [2][]span // depth and height: by output, its taps that meet input

	bands    []span              // of output rows, of at most two lengths
	groups   map[int][]tileGroup // by the length of a band
	shared   bool
	planes   [][]float32 // by worker, or one: a band of channel blocks
	products [][]float32 // by worker: a tile group's outputs
	spare    [][]float32 // by worker: a row before its stride is taken out

	out, in []float32
}

const (
	directBandBytes  = 3 << 20
	directGroup      = 448 // pixels: products of 56 KiB
	directChunkBytes = 256 << 10
	// Tiles narrower than this waste more of the multipliers than skipping a
	// column of taps saves.
	narrowest = 8
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
	d.makeSegments()
	d.makeGroups()
	d.allocate()
	return d
}

// DirectNCHWcDeclines says why NewDirectNCHWc will not compute p, or "".
func DirectNCHWcDeclines(p *problem.Convolution) string {
	if q := inLongRows(*p); bandBytes(&q, 1) > directBandBytes {
		return "one row of output needs more input than the workspace holds"
	}
	return ""
}

// storedRow is the padding kept before a row of a direct convolution, and the blocks of one phase. Where columns that
// meet padding alone are left out, none is kept.
func storedRow(p *problem.Convolution) (left, half int) {
	if p.Stride[2] == 1 && cuts(p) != nil {
		return 0, p.In[2]
	}
	return p.Pads[2].Begin, halfRow(p)
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

// halfRow is the blocks of one phase of a row of input.
func halfRow(p *problem.Convolution) int {
	return ceilDiv((p.Out[2]-1)*p.Stride[2]+(p.Kernel[2]-1)*p.Dilation[2]+1, p.Stride[2])
}

// bandRows is the rows of input that some rows of output read.
func bandRows(p *problem.Convolution, rows int) int {
	return (rows-1)*p.Stride[1] + (p.Kernel[1]-1)*p.Dilation[1] + 1
}

// bandBytes is the memory of the input of some rows of output, over the depth: the rows that exist.
func bandBytes(p *problem.Convolution, rows int) int {
	_, half := storedRow(p)
	return 4 * roundUp(p.GroupIn(), p.ISA.Block()) * inputSlices(p) * min(p.In[1], bandRows(p, rows)) * p.Stride[2] * half
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
	depth := roundUp(cin, 4)
	for b := 0; b < d.outBlocks; b += 2 {
		pn := outPanel{offset: d.perGroup, block: b, vectors: min(2, d.outBlocks-b)}
		d.perGroup += taps * depth * pn.vectors * d.lanes
		d.panels = append(d.panels, pn)
	}
	d.weights = problem.Aligned(p.Groups * d.perGroup)
	d.bias = problem.Aligned(p.Groups * d.outBlocks * d.lanes)
	for o := range p.O {
		group, oc := o/cout, o%cout
		pn := d.panels[oc/(2*d.lanes)]
		w := pn.vectors * d.lanes
		dst := d.weights[group*d.perGroup+pn.offset+oc%(2*d.lanes):]
		for c := range cin {
			for tap, v := range weights[(o*cin+c)*taps:][:taps] {
				dst[(tap*depth+c)*w] = v
			}
		}
		if bias != nil {
			d.bias[group*d.outBlocks*d.lanes+oc] = bias[o]
		}
	}
}

// makeBands cuts the output rows so that a band's input fits the workspace.
func (d *DirectNCHWc) makeBands() {
	p := &d.p
	rows := p.Out[1]
	for rows > 1 && bandBytes(p, rows) > directBandBytes {
		rows = ceilDiv(rows, 2)
	}
	n := ceilDiv(p.Out[1], rows)
	d.shared = p.Threads > 1 && n*p.N*p.Groups < 2*p.Threads
	d.bands = split(p.Out[1], n)
	for _, b := range d.bands {
		first, last := rowsOf(p, b)
		d.tall = max(d.tall, last-first)
	}
}

// blockSize is the floats of one channel block of a band.
func (d *DirectNCHWc) blockSize() int { return d.slices * d.tall * d.rowSize }

func (d *DirectNCHWc) allocate() {
	most := 0
	for _, gs := range d.groups {
		for _, g := range gs {
			most = max(most, g.n)
		}
	}
	for i := range max(1, d.p.Threads) {
		d.products = append(d.products, problem.Aligned(2*most*d.lanes))
		if d.p.Stride[2] > 1 {
			d.spare = append(d.spare, problem.Aligned(max(d.p.In[2], d.rowSize/d.lanes)*d.lanes))
		} else {
			d.spare = append(d.spare, nil)
		}
		if i == 0 || !d.shared {
			d.planes = append(d.planes, problem.Aligned(d.inBlocks*d.blockSize()))
		}
	}
}

// Workspace implements problem.Conv.
func (d *DirectNCHWc) Workspace() int {
	n := 0
	for _, list := range [][][]float32{d.planes, d.products, d.spare} {
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
			band, image := i%len(d.bands), i/len(d.bands)
			for b := range d.inBlocks * d.slices {
				d.packSlice(d.planes[m.ID], d.spare[m.ID], image, band, b)
			}
			for j := range d.items(band) {
				d.multiply(d.planes[m.ID], d.products[m.ID], image, band, j)
			}
		}
		return
	}
	for i := range n {
		band, image := i%len(d.bands), i/len(d.bands)
		slices := d.inBlocks * d.slices
		for b := m.Next(slices); b >= 0; b = m.Next(slices) {
			d.packSlice(d.planes[0], d.spare[m.ID], image, band, b)
		}
		items := d.items(band)
		for j := m.Next(items); j >= 0; j = m.Next(items) {
			d.multiply(d.planes[0], d.products[m.ID], image, band, j)
		}
	}
}

// items is the tile groups of a band times the panels of output channels.
func (d *DirectNCHWc) items(band int) int { return len(d.groups[d.bands[band].len()]) * len(d.panels) }
