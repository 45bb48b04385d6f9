package dense

import (
	"context"

	"convx/internal/ops/crew"
	"convx/internal/ops/kernel"
)

// Direct is the definition's own loops on channel-blocked pixels: the input is
// copied once into blocks of as many channels as a vector has lanes, with its
// padding where taps meet it, and a tile multiplies up to 14 neighbouring output pixels by two
// vectors of output channels through all taps. Nothing is packed per tap, a tap
// is an offset; taps that meet only padding are skipped, rows always and columns
// where that leaves wide enough tiles. A stride splits each row by phase, so
// that neighbouring outputs read neighbouring blocks.
type Direct struct {
	p         Problem
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

	bands    []span // of output rows
	groups   [][]tileGroup
	shared   bool
	planes   [][]float32 // by member, or one: a band of channel blocks
	products [][]float32 // by member: a tile group's outputs
	spare    [][]float32 // by member: a row before its stride is taken out

	out, in []float32
}

// segment is columns of output that meet the same taps.
type segment struct {
	cols span
	taps [2][]kernel.Tap // for 1 and 2 vectors: by depth, height, width, channel block
	row  int             // entries of one kernel row
}

// tileGroup is consecutive output pixels of one depth slice, in tiles.
type tileGroup struct {
	od, start, n int // start is a pixel of the slice
	tiles        []tile
}

type tile struct{ oh, ow, n, segment, at int }

const (
	directBandBytes  = 3 << 20
	directGroup      = 448 // pixels: products of 56 KiB
	directChunkBytes = 256 << 10
	// Tiles narrower than this waste more of the multipliers than skipping a
	// column of taps saves.
	narrowest = 8
)

// NewDirect prepares p, which DirectDeclines does not decline.
func NewDirect(p Problem, weights, bias []float32) *Direct {
	if p.pointwise() { // one long row
		n := volume(p.In)
		p.In, p.Out = [3]int{1, 1, n}, [3]int{1, 1, n}
	}
	d := &Direct{p: p, lanes: p.Level.Block()}
	d.inBlocks, d.outBlocks = ceilDiv(p.groupIn(), d.lanes), ceilDiv(p.groupOut(), d.lanes)
	d.left, d.half = p.storedRow()
	d.rowSize = p.Stride[2] * d.half * d.lanes
	d.slices = p.slices()
	d.valid = [2][]span{p.validTaps(0), p.validTaps(1)}
	d.pack(weights, bias)
	d.makeBands()
	d.makeSegments()
	d.makeGroups()
	d.allocate()
	return d
}

// DirectDeclines says why NewDirect will not compute p, or "".
func DirectDeclines(p *Problem) string {
	if p.bandBytes(1) > directBandBytes {
		return "one row of output needs more input than the workspace holds"
	}
	return ""
}

// storedRow is the padding kept before a row of a direct convolution, and the blocks of one phase. Where columns that
// meet padding alone are left out, none is kept.
func (p *Problem) storedRow() (left, half int) {
	if p.Stride[2] == 1 && p.cuts() != nil {
		return 0, p.In[2]
	}
	return p.Pad[2], p.halfRow()
}

// halfRow is the blocks of one phase of a row of input.
func (p *Problem) halfRow() int {
	return ceilDiv((p.Out[2]-1)*p.Stride[2]+(p.Kernel[2]-1)*p.Dilation[2]+1, p.Stride[2])
}

// bandRows is the rows of input that some rows of output read.
func (p *Problem) bandRows(rows int) int {
	return (rows-1)*p.Stride[1] + (p.Kernel[1]-1)*p.Dilation[1] + 1
}

// bandBytes is the memory of the input of some rows of output, over the depth: the rows that exist.
func (p *Problem) bandBytes(rows int) int {
	_, half := p.storedRow()
	return 4 * roundUp(p.groupIn(), p.Level.Block()) * p.slices() * min(p.In[1], p.bandRows(rows)) * p.Stride[2] * half
}

// validTaps returns, for each output of an axis, the taps that meet input.
func (p *Problem) validTaps(axis int) []span {
	v := make([]span, p.Out[axis])
	for o := range v {
		at := o*p.Stride[axis] - p.Pad[axis]
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
func (d *Direct) pack(weights, bias []float32) {
	p := &d.p
	cin, cout, taps := p.groupIn(), p.groupOut(), volume(p.Kernel)
	depth := roundUp(cin, 4)
	for b := 0; b < d.outBlocks; b += 2 {
		pn := outPanel{offset: d.perGroup, block: b, vectors: min(2, d.outBlocks-b)}
		d.perGroup += taps * depth * pn.vectors * d.lanes
		d.panels = append(d.panels, pn)
	}
	d.weights = aligned(p.Groups * d.perGroup)
	d.bias = aligned(p.Groups * d.outBlocks * d.lanes)
	for o := range p.OutChannels {
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
func (d *Direct) makeBands() {
	p := &d.p
	rows := p.Out[1]
	for rows > 1 && p.bandBytes(rows) > directBandBytes {
		rows = ceilDiv(rows, 2)
	}
	n := ceilDiv(p.Out[1], rows)
	d.shared = p.Threads > 1 && n*p.Batch*p.Groups < 2*p.Threads
	d.bands = split(p.Out[1], n)
	for _, b := range d.bands {
		first, last := p.rowsOf(b)
		d.tall = max(d.tall, last-first)
	}
}

// blockSize is the floats of one channel block of a band.
func (d *Direct) blockSize() int { return d.slices * d.tall * d.rowSize }

// makeSegments cuts the output columns where taps begin and cease to meet
// input, if the pieces are wide enough; otherwise padding is multiplied.
func (d *Direct) makeSegments() {
	p := &d.p
	cuts := p.cuts()
	if cuts == nil {
		d.segments = []segment{d.segment(span{0, p.Out[2]}, span{0, p.Kernel[2]})}
		return
	}
	valid := p.validTaps(2)
	for _, c := range cuts {
		d.segments = append(d.segments, d.segment(c, valid[c.from]))
	}
}

// cuts returns the output columns in pieces that meet the same taps, or nil if
// one of them is too narrow.
func (p *Problem) cuts() []span {
	valid := p.validTaps(2)
	var cuts []span
	from := 0
	for o := 1; o <= len(valid); o++ {
		if o < len(valid) && valid[o] == valid[o-1] {
			continue
		}
		if o-from < narrowest {
			return nil
		}
		cuts = append(cuts, span{from, o})
		from = o
	}
	return cuts
}

func (d *Direct) segment(cols, taps span) segment {
	p := &d.p
	s := segment{cols: cols, row: taps.len() * d.inBlocks}
	cin := p.groupIn()
	depth := roundUp(cin, 4)
	for kd := range p.Kernel[0] {
		for kh := range p.Kernel[1] {
			for kw := taps.from; kw < taps.to; kw++ {
				x := kw * p.Dilation[2]
				at := (kd*p.Dilation[0]*d.tall+kh*p.Dilation[1])*d.rowSize + (x%p.Stride[2]*d.half+x/p.Stride[2])*d.lanes
				tap := (kd*p.Kernel[1]+kh)*p.Kernel[2] + kw
				for b := range d.inBlocks {
					for v := range s.taps {
						s.taps[v] = append(s.taps[v], kernel.Tap{
							A:     4 * (b*d.blockSize() + at),
							B:     4 * (tap*depth + b*d.lanes) * (v + 1) * d.lanes,
							Depth: min(d.lanes, depth-b*d.lanes),
						})
					}
				}
			}
		}
	}
	return s
}

// makeGroups cuts the pixels of each band into tiles, and those into groups
// that the products of fit the first caches.
func (d *Direct) makeGroups() {
	p := &d.p
	for _, band := range d.bands {
		var groups []tileGroup
		for od := range p.Out[0] {
			g := tileGroup{od: od, start: band.from * p.Out[2]}
			for oh := band.from; oh < band.to; oh++ {
				for si, s := range d.segments {
					for _, cut := range split(s.cols.len(), ceilDiv(s.cols.len(), p.Level.BlockedRows())) {
						if g.n > 0 && g.n+cut.len() > directGroup {
							groups = append(groups, g)
							g = tileGroup{od: od, start: g.start + g.n}
						}
						g.tiles = append(g.tiles, tile{oh: oh, ow: s.cols.from + cut.from, n: cut.len(), segment: si, at: g.n})
						g.n += cut.len()
					}
				}
			}
			groups = append(groups, g)
		}
		d.groups = append(d.groups, groups)
	}
}

func (d *Direct) allocate() {
	most := 0
	for _, gs := range d.groups {
		for _, g := range gs {
			most = max(most, g.n)
		}
	}
	for i := range max(1, d.p.Threads) {
		d.products = append(d.products, aligned(2*most*d.lanes))
		if d.p.Stride[2] > 1 {
			d.spare = append(d.spare, aligned(max(d.p.In[2], d.rowSize/d.lanes)*d.lanes))
		} else {
			d.spare = append(d.spare, nil)
		}
		if i == 0 || !d.shared {
			d.planes = append(d.planes, aligned(d.inBlocks*d.blockSize()))
		}
	}
}

// Workspace implements Conv.
func (d *Direct) Workspace() int {
	n := 0
	for _, list := range [][][]float32{d.planes, d.products, d.spare} {
		for _, s := range list {
			n += len(s)
		}
	}
	return 4 * n
}

// Packed implements Conv.
func (d *Direct) Packed() int { return 4 * (len(d.weights) + len(d.bias)) }

// Run implements Conv.
func (d *Direct) Run(ctx context.Context, out, in []float32, t *crew.Crew) error {
	d.out, d.in = out, in
	err := t.RunOn(ctx, d.p.Threads, d)
	d.out, d.in = nil, nil
	return err
}

// Work implements crew.Job. Many bands are worked on by one member each, few by
// all members together, first to pack and then to multiply.
func (d *Direct) Work(m *crew.Member) {
	p := &d.p
	n := p.Batch * p.Groups * len(d.bands)
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
func (d *Direct) items(band int) int { return len(d.groups[band]) * len(d.panels) }
