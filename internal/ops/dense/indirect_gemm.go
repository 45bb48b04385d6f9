package dense

import (
	"context"

	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// IndirectGemm is a matrix product that packs nothing: for neighbouring outputs of a
// row, every tap of every channel is a run of input, and a table tells the tile
// where each begins. Input without padding and with stride 1 is read where it
// lies; otherwise a band of its planes is copied once with zeros around it, each
// row split by the phases of the stride.
//
// It suits wide rows and few input channels: the first layer of a network,
// pictures, and 1x1 convolutions, whose plane is one long row.
type IndirectGemm struct {
	problem.Finishing
	p          problem.Convolution
	rows, cols int // of the kernel's tile
	inPlace    bool
	half       int // of one phase of a copied row
	rowSize    int // floats of a row
	tall       int // rows of a band
	slices     int
	offsets    []int // bytes, by channel and tap
	weights    []float32
	bias       []float32
	panels     int        // of weights, a group
	tiles      int        // of a row of output
	step       int        // neighbouring tiles that share a panel of weights and the planes written to
	cut        [][]placed // by worker: those at hand
	bands      []span
	shared     bool
	planes     [][]float32

	out, in []float32
}

// rowsDepth bounds the rows of a product: those of a tile then stay in the
// second-level cache while the panels of weights pass.
const (
	rowsDepth = 1024
	rowsBand  = 3 << 20
)

// IndirectGemmDeclines says why NewIndirectGemm will not compute p, or "".
func IndirectGemmDeclines(p *problem.Convolution) string {
	switch {
	case p.GroupIn()*volume(p.Kernel) > rowsDepth:
		return lang.Text("too many channels and taps to read side by side")
	case !readsInPlace(p) && rowsBytes(p, 1) > rowsBand:
		return lang.Text("one row of output needs more input than the workspace holds")
	}
	return ""
}

// NewIndirectGemm prepares p, which IndirectGemmDeclines does not decline.
func NewIndirectGemm(p problem.Convolution, weights, bias []float32) *IndirectGemm {
	if p.Pointwise() { // one long row
		n := volume(p.In)
		p.In, p.Out = [3]int{1, 1, n}, [3]int{1, 1, n}
	}
	r := &IndirectGemm{p: p, inPlace: readsInPlace(&p)}
	r.rows, r.cols = p.ISA.GemmTile()
	r.panels = ceilDiv(p.GroupOut(), r.rows)
	r.makeBands()
	r.pack(weights, bias)
	lanes := p.ISA.Block()
	r.tiles = ceilDiv(ceilDiv(p.Out[2], lanes), r.cols/lanes)
	if p.Out[0]*p.Out[1] == 1 {
		r.tiles = evenly(ceilDiv(p.Out[2], lanes), r.cols/lanes, p.Threads)
	}
	r.step = max(1, kernel.MachineCaches().Within(rowsBlock)/(4*len(r.offsets)*r.cols))
	for range max(1, p.Threads) {
		r.cut = append(r.cut, workers.Apart[placed](min(r.step, r.tilesOf(r.bands[len(r.bands)-1]))))
	}
	return r
}

// pack lays the weights out as [group][row panel][channel and tap][rows].
func (r *IndirectGemm) pack(weights, bias []float32) {
	p := &r.p
	cin, cout, taps := p.GroupIn(), p.GroupOut(), volume(p.Kernel)
	k := cin * taps
	for c := range cin {
		for kd := range p.Kernel[0] {
			for kh := range p.Kernel[1] {
				for kw := range p.Kernel[2] {
					row := (c*r.slices+kd*p.Dilation[0])*r.tall + kh*p.Dilation[1]
					x := kw * p.Dilation[2]
					r.offsets = append(r.offsets, 4*(row*r.rowSize+x%p.Stride[2]*r.half+x/p.Stride[2]))
				}
			}
		}
	}
	r.weights = problem.Aligned(p.Groups * r.panels * r.rows * k)
	r.bias = make([]float32, p.Groups*r.panels*r.rows)
	for o := range p.O {
		g, oc := o/cout, o%cout
		dst := r.weights[(g*r.panels+oc/r.rows)*r.rows*k+oc%r.rows:]
		for i, v := range weights[o*k:][:k] {
			dst[i*r.rows] = v
		}
		if bias != nil {
			r.bias[g*r.panels*r.rows+oc] = bias[o]
		}
	}
}

// Workspace implements problem.Conv.
func (r *IndirectGemm) Workspace() int {
	n := 0
	for _, s := range r.planes {
		n += len(s)
	}
	return 4 * n
}

// Packed implements problem.Conv.
func (r *IndirectGemm) Packed() int { return 4*(len(r.weights)+len(r.bias)) + 8*len(r.offsets) }

// Run implements problem.Conv.
func (r *IndirectGemm) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	r.out, r.in = out, in
	err := t.RunOn(ctx, r.p.Threads, r)
	r.out, r.in = nil, nil
	return err
}

// rowsBlock bounds the input of the tiles that pass one panel of weights.
const rowsBlock = 512 << 10

// Work implements workers.Job. Many bands are worked on by one worker each, few by
// all workers together, first to copy and then to multiply.
func (r *IndirectGemm) Work(m *workers.Worker) {
	p := &r.p
	n := p.N * p.Groups * len(r.bands)
	if !r.shared {
		for i := m.Next(n); i >= 0; i = m.Next(n) {
			band, image := r.bands[i%len(r.bands)], i/len(r.bands)
			planes := r.source(image, m.ID)
			for j := range r.copies() {
				r.copyPlane(planes, image, band, j)
			}
			r.multiply(planes, image, band, span{0, r.tilesOf(band)}, m.ID)
		}
		return
	}
	for i := range n {
		band, image := r.bands[i%len(r.bands)], i/len(r.bands)
		planes := r.source(image, 0)
		for j := m.Next(r.copies()); j >= 0; j = m.Next(r.copies()) {
			r.copyPlane(planes, image, band, j)
		}
		// Items enough to be shared evenly, and long enough to be worth it.
		tiles := r.tilesOf(band)
		items := min(tiles, 2*p.Threads)
		for j := m.Next(items); j >= 0; j = m.Next(items) {
			r.multiply(planes, image, band, span{tiles * j / items, tiles * (j + 1) / items}, m.ID)
		}
	}
}

// source is the planes that the offsets count from.
func (r *IndirectGemm) source(image, worker int) []float32 {
	if r.inPlace {
		size := r.p.GroupIn() * volume(r.p.In)
		return r.in[image*size:][:size]
	}
	return r.planes[worker]
}

func (r *IndirectGemm) tilesOf(band span) int { return r.p.Out[0] * band.len() * r.tiles }

// placed is n outputs of a tile: where they and their input begin in each plane.
type placed struct{ out, in, n int }

// tile is the columns of the i-th of about equal tiles of a row, whole vectors
// each.
func (r *IndirectGemm) tile(i int) span {
	lanes := r.p.ISA.Block()
	vectors := ceilDiv(r.p.Out[2], lanes)
	return span{vectors * i / r.tiles * lanes, min(r.p.Out[2], vectors*(i+1)/r.tiles*lanes)}
}

// product computes m output channels at n pixels, chain by chain.
func (r *IndirectGemm) product(c, weights, bias, b []float32, m, n int) {
	p := &r.p
	for from := 0; from < len(r.offsets); from += problem.ChainTerms {
		to := min(from+problem.ChainTerms, len(r.offsets))
		lo, hi := problem.NoClamp()
		if to == len(r.offsets) {
			lo, hi = p.Lo, p.Hi
		}
		p.ISA.IndirectGemm(c, volume(p.Out), weights[from*r.rows:], b, r.offsets[from:to], m, n, bias, lo, hi, from > 0)
		bias = nil
	}
}

// multiply computes some of the band's tiles for all output channels.
func (r *IndirectGemm) multiply(planes []float32, image int, band, tiles span, worker int) {
	p := &r.p
	k, plane, cout := len(r.offsets), volume(p.Out), p.GroupOut()
	group := image % p.Groups
	out := r.out[image*cout*plane:]
	weights := r.weights[group*r.panels*r.rows*k:]
	bias := r.bias[group*r.panels*r.rows:]
	for from := tiles.from; from < tiles.to; from += r.step {
		some := span{from, min(from+r.step, tiles.to)}
		places := r.cut[worker][:0]
		for i := some.from; i < some.to; i++ {
			places = append(places, r.place(band, i))
		}
		for o := 0; o < cout; o += r.rows {
			a, b, m := weights[o*k:], bias[o:], min(r.rows, cout-o)
			for i := range places {
				at := &places[i]
				r.product(out[o*plane+at.out:], a, b, planes[at.in:], m, at.n)
			}
			if r.Finishes() {
				r.done((image*cout+o)*plane, m, band, some)
			}
		}
	}
}

// place finds the i-th tile of a band.
func (r *IndirectGemm) place(band span, i int) placed {
	p := &r.p
	t, row := r.tile(i%r.tiles), i/r.tiles
	od, oh := row/band.len(), row%band.len()
	top := 0 // the first row of the band in planes
	if r.inPlace {
		top = band.from * p.Stride[1]
	}
	return placed{
		out: (od*p.Out[1]+band.from+oh)*p.Out[2] + t.from,
		in:  (od*p.Stride[0]*r.tall+top+oh*p.Stride[1])*r.rowSize + t.from,
		n:   t.len(),
	}
}

// done hands over some tiles of channels whose first plane begins at first, depth by depth: the rows of a band are consecutive.
func (r *IndirectGemm) done(first, channels int, band, tiles span) {
	p := &r.p
	perDepth := band.len() * r.tiles
	at := func(od, i int) int { return (od*p.Out[1]+band.from+i/r.tiles)*p.Out[2] + r.tile(i%r.tiles).from }
	for i := tiles.from; i < tiles.to; {
		od, end := i/perDepth, min(tiles.to, (i/perDepth+1)*perDepth)
		from, to := at(od, i%perDepth), at(od, (end-1)%perDepth)+r.tile((end-1)%r.tiles).len()
		r.Done(first+from, volume(p.Out), channels, to-from)
		i = end
	}
}
