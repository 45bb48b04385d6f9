package fourier

import (
	"context"

	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// matrix is for groups of many channels: at each frequency the spectra of some
// tiles are rows of a matrix, which is multiplied by the weights'.
//
// Real and imaginary parts are rows of their own, and the real and imaginary
// parts of a weight columns of their own: four real products in one, of which
// two and two are then added (re re - im im, re im + im re).
//
// Blocks of tiles are worked on by one thread each. Where tiles are few or the
// weights heavy, all threads share the three phases of one block after the other.
type matrix struct {
	*layout
	inBlocks, outBlocks int
	depth               int       // channels of a group, rounded to the step of 4 of a product
	block               int       // tiles of a block, at most
	shared              bool      // one block is worked on by all threads
	weights             []float32 // [group][frequency][output block][input channel][re, im][lane]
	bias                []float32 // [group][output block][lane]
	workspaces          []workspace
	spectra             []spectra // of each thread; one if it is shared

	out, in []float32
}

// spectra is the memory of a block of tiles.
type spectra struct {
	inputs   []float32 // [frequency][input block][re, im][tile][lane]
	products []float32 // [frequency][output block][re, im of the weight][re, im of the input][tile][lane]
}

func newMatrix(l *layout, weights, bias []float32) *matrix {
	p := &l.p
	x := &matrix{layout: l, depth: (l.groupIn() + 3) / 4 * 4}
	x.inBlocks, x.outBlocks = ceilDiv(l.groupIn(), l.lanes), ceilDiv(l.groupOut(), l.lanes)
	x.share()
	x.pack(weights, bias)
	for i := range max(1, p.Threads) {
		x.workspaces = append(x.workspaces, l.newWorkspace(1, 1))
		if i == 0 || !x.shared {
			x.spectra = append(x.spectra, spectra{problem.Aligned(x.frequencies() * x.inStep()), problem.Aligned(x.frequencies() * x.outStep())})
		}
	}
	return x
}

// heavy is how many times larger than the spectra of an image's tiles its
// weights are when every thread had better read some of them for all tiles.
const heavy = 8

// share decides how many tiles a block has, and whether threads share it.
func (x *matrix) share() {
	tiles := len(x.rows) * len(x.cols)
	x.block = matrixBlock(&x.p, tiles, x.frequencies())
	weights := 8 * x.frequencies() * x.outBlocks * x.depth * x.lanes
	threads := ceilDiv(x.p.Threads, x.images()) // that an image's blocks should occupy
	if tiles >= threads && weights <= heavy*tiles*matrixBytes(&x.p, x.frequencies()) {
		x.block = min(x.block, ceilDiv(tiles, threads))
		return
	}
	x.shared = x.p.Threads > 1
}

// images is how many times the tiles are computed: groups, depths, images.
func (x *matrix) images() int { return x.p.Groups * x.p.N * x.p.In[0] }

// inStep and outStep are from one frequency to the next: a vector more than it
// has, since powers of two would compete for one set of the cache.
func (x *matrix) inStep() int  { return (2*x.inBlocks*x.block + 1) * x.lanes }
func (x *matrix) outStep() int { return (4*x.outBlocks*x.block + 1) * x.lanes }

// matrixBytes is what the inputs and products of a block of one tile take.
func matrixBytes(p *problem.Convolution, frequencies int) int {
	lanes := p.ISA.Block()
	return 4 * frequencies * lanes * (2*ceilDiv(p.C/p.Groups, lanes) + 4*ceilDiv(p.O/p.Groups, lanes) + 2)
}

// blockBytes bounds the spectra of a block of tiles.
const blockBytes = 6 << 20

// matrixBlock is how many of some tiles make a block, 0 if one is too many.
func matrixBlock(p *problem.Convolution, tiles, frequencies int) int {
	most := min(tiles, blockBytes/matrixBytes(p, frequencies))
	if most == 0 {
		return 0
	}
	return ceilDiv(tiles, ceilDiv(tiles, most))
}

func (x *matrix) pack(weights, bias []float32) {
	p := &x.p
	in, out, taps := x.groupIn(), x.groupOut(), volume(p.Kernel)
	size := 2 * x.lanes
	x.weights = problem.Aligned(p.Groups * x.frequencies() * x.outBlocks * x.depth * size)
	x.bias = make([]float32, p.Groups*x.outBlocks*x.lanes)
	a := x.newWorkspace(1, 1)
	one := make([]float32, x.packedSize())
	for g := range p.Groups {
		for b := range x.outBlocks {
			channels := min(x.lanes, out-b*x.lanes)
			first := g*out + b*x.lanes
			if bias != nil {
				copy(x.bias[(g*x.outBlocks+b)*x.lanes:], bias[first:first+channels])
			}
			for i := range in {
				x.packKernel(one, &a, planes{weights[(first*in+i)*taps:], in * taps, p.Kernel[2], channels})
				for f := range x.frequencies() {
					copy(x.weights[(((g*x.frequencies()+f)*x.outBlocks+b)*x.depth+i)*size:], one[f*size:][:size])
				}
			}
		}
	}
}

// Run implements problem.Conv.
func (x *matrix) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	x.out, x.in = out, in
	err := t.RunOn(ctx, x.p.Threads, x)
	x.out, x.in = nil, nil
	return err
}

// Workspace implements problem.Conv.
func (x *matrix) Workspace() int {
	n := len(x.workspaces) * x.workspaceBytes(1, 1)
	for _, s := range x.spectra {
		n += 4 * (len(s.inputs) + len(s.products))
	}
	return n
}

// Packed implements problem.Conv.
func (x *matrix) Packed() int { return 4 * (len(x.weights) + len(x.bias)) }

// tiles is a block of them, and its memory.
type tiles struct {
	*spectra
	group, image, depth int
	from, n             int
}

// Work implements workers.Job.
func (x *matrix) Work(m *workers.Worker) {
	n := x.images() * ceilDiv(len(x.rows)*len(x.cols), x.block)
	a := &x.workspaces[m.ID]
	if x.shared {
		for i := range n {
			x.workShared(m, a, i)
		}
		return
	}
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		t := x.tiles(i, &x.spectra[m.ID])
		for j := range t.n * x.inBlocks {
			x.transformIn(a, &t, j%t.n, j/t.n)
		}
		x.multiply(&t, 0, x.frequencies())
		for j := range t.n * x.outBlocks {
			x.transformOut(a, &t, j%t.n, j/t.n)
		}
	}
}

// workShared takes every worker through one block.
func (x *matrix) workShared(m *workers.Worker, a *workspace, i int) {
	t := x.tiles(i, &x.spectra[0])
	for j := m.Next(t.n * x.inBlocks); j >= 0; j = m.Next(t.n * x.inBlocks) {
		x.transformIn(a, &t, j%t.n, j/t.n)
	}
	parts := min(x.frequencies(), 4*x.p.Threads)
	for j := m.Next(parts); j >= 0; j = m.Next(parts) {
		x.multiply(&t, x.frequencies()*j/parts, x.frequencies()*(j+1)/parts)
	}
	for j := m.Next(t.n * x.outBlocks); j >= 0; j = m.Next(t.n * x.outBlocks) {
		x.transformOut(a, &t, j%t.n, j/t.n)
	}
}

// tiles is block number i; blocks of the same weights follow each other.
func (x *matrix) tiles(i int, s *spectra) tiles {
	all := len(x.rows) * len(x.cols)
	blocks := ceilDiv(all, x.block)
	image, from := i/blocks, i%blocks*x.block
	images := x.p.N * x.p.In[0]
	return tiles{
		spectra: s, group: image / images, image: image % images / x.p.In[0], depth: image % x.p.In[0],
		from: from, n: min(x.block, all-from),
	}
}

// transformIn makes the spectrum of one tile in one block of channels.
func (x *matrix) transformIn(a *workspace, t *tiles, tile, block int) {
	p := &x.p
	rows, cols := x.segments(t, tile)
	channel := t.image*p.C + t.group*x.groupIn() + block*x.lanes
	at := channel*volume(p.In) + t.depth*p.In[1]*p.In[2]
	src := planes{x.in[at:], volume(p.In), p.In[2], min(x.lanes, x.groupIn()-block*x.lanes)}
	x.rowsIn(a, a.spectra[0], src, rows, cols)
	for c := 0; c < x.half; c += x.batch {
		n := min(x.batch, x.half-c)
		x.tall.forward(x.operand(t.inputs, c, x.inStep(), (2*block*x.block+tile)*x.lanes), x.columns(a.spectra[0], c), a.columns[0], n)
	}
}

func (x *matrix) segments(t *tiles, tile int) (rows, cols *segment) {
	tile += t.from
	return &x.rows[tile/len(x.cols)], &x.cols[tile%len(x.cols)]
}

// operand is the columns from c on of a tile among inputs or products.
func (x *matrix) operand(s []float32, c, step, at int) kernel.FFTOperand {
	return kernel.FFTOperand{Data: s[c*x.high.size*step+at:], Step: step, Block: x.high.size * step, Imag: x.block * x.lanes}
}

// multiply makes the outputs of some frequencies.
func (x *matrix) multiply(t *tiles, from, to int) {
	for f := from; f < to; f++ {
		for b := range x.outBlocks {
			weights := x.weights[((t.group*x.frequencies()+f)*x.outBlocks+b)*x.depth*2*x.lanes:]
			products := t.products[f*x.outStep()+4*b*x.block*x.lanes:]
			x.product(products, t.inputs[f*x.inStep():], weights, t.n)
			x.combine(products, t.n)
			if f == 0 { // the sum of the outputs
				bias := x.bias[(t.group*x.outBlocks+b)*x.lanes:][:x.lanes]
				for tile := range t.n {
					for lane, v := range bias {
						products[tile*x.lanes+lane] += v
					}
				}
			}
		}
	}
}

// product multiplies the rows of n tiles by the weights of an output block.
func (x *matrix) product(c, a, weights []float32, n int) {
	if n == x.block { // real and imaginary parts follow each other
		x.productRows(c, a, weights, 2*n)
		return
	}
	x.productRows(c, a, weights, n)
	x.productRows(c[x.block*x.lanes:], a[x.block*x.lanes:], weights, n)
}

func (x *matrix) productRows(c, a, weights []float32, n int) {
	w, step := x.lanes, 2*x.block*x.lanes
	for k := 0; k < x.depth; k += problem.ChainTerms {
		depth := min(problem.ChainTerms, x.depth-k)
		next := weights[min(len(weights), (x.depth+k)*2*w):]
		next = next[:min(len(next), depth*2*w)]
		x.p.ISA.GemmNCHWc(c, step, a[k/w*step:], step, weights[k*2*w:], next, depth, n, 2, k > 0)
	}
}

// combine makes complex numbers of the four products of n tiles: [weight's re]
// [input's re, im], [weight's im][input's re, im].
func (x *matrix) combine(c []float32, n int) {
	part, size := x.block*x.lanes, n*x.lanes
	lo, hi := problem.NoClamp()
	re, im := c[:size], c[part:][:size]
	x.p.ISA.Blend(re, re, c[3*part:][:size], 1, -1, lo, hi)
	x.p.ISA.Blend(im, im, c[2*part:][:size], 1, 1, lo, hi)
}

// transformOut writes the outputs of one tile in one block of channels.
func (x *matrix) transformOut(a *workspace, t *tiles, tile, block int) {
	p := &x.p
	rows, cols := x.segments(t, tile)
	for c := 0; c < x.half; c += x.batch {
		n := min(x.batch, x.half-c)
		src := x.operand(t.products, c, x.outStep(), (4*block*x.block+tile)*x.lanes)
		x.tall.inverse(x.columns(a.spectra[0], c), src, a.columns[0], n)
	}
	channel := t.image*p.O + t.group*x.groupOut() + block*x.lanes
	at := channel*volume(p.Out) + t.depth*p.Out[1]*p.Out[2]
	dst := planes{x.out[at:], volume(p.Out), p.Out[2], min(x.lanes, x.groupOut()-block*x.lanes)}
	x.rowsOut(a, dst, a.spectra[0], rows, cols)
}
