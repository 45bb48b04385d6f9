package dense

import (
	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// directBandBytes is what a worker copies of the input at a time; half of it, if the other half is outputs that are added up
// from several copies.
const directBandBytes = 3 << 20

// directShared bounds the weights that every thread reads: they stay in a second-level cache of 1 MiB.
const directShared = 640 << 10 // or what Caches.Within makes of it

// mostReread is how often the rows of the input may be copied, on average, before channels are parted instead.
const mostReread = 1.5

// directCut is how the input passes through the workspace: so many rows of output at a time, and so many blocks of input
// channels.
type directCut struct{ rows, blocks int }

// DirectNCHWcDeclines says why NewDirectNCHWc will not compute p, or "".
func DirectNCHWcDeclines(p *problem.Convolution) string {
	q := inLongRows(*p)
	if cutDirect(&q).rows == 0 {
		return lang.Text("one row of output needs more input than the workspace holds")
	}
	return ""
}

// cutDirect finds the cut of a convolution in long rows; it has no rows if there is none.
func cutDirect(p *problem.Convolution) directCut {
	blocks := ceilDiv(p.GroupIn(), p.ISA.Block())
	whole := mostRows(p, func(rows int) bool { return blocks*bandBytes(p, rows) <= directBandBytes })
	if whole > 0 && rereads(p, whole) <= mostReread {
		return directCut{whole, blocks}
	}
	some := mostRows(p, func(rows int) bool {
		return max(bandBytes(p, rows), sumsBytes(p, rows)) <= directBandBytes/2
	})
	if some <= whole {
		return directCut{whole, blocks}
	}
	parts := ceilDiv(blocks, directBandBytes/2/bandBytes(p, some))
	return directCut{some, ceilDiv(blocks, parts)}
}

// mostRows halves the rows of output until they fit; 0 if one does not.
func mostRows(p *problem.Convolution, fits func(rows int) bool) int {
	rows := p.Out[1]
	for !fits(rows) {
		if rows == 1 {
			return 0
		}
		rows = ceilDiv(rows, 2)
	}
	return rows
}

// rereads is how often a row of the input is copied for bands of some rows of output, on average.
func rereads(p *problem.Convolution, rows int) float64 {
	bands := ceilDiv(p.Out[1], rows)
	return float64(bands*min(p.In[1], bandRows(p, rows))) / float64(min(p.In[1], bandRows(p, p.Out[1])))
}

// bandRows is the rows of input that some rows of output read.
func bandRows(p *problem.Convolution, rows int) int {
	return (rows-1)*p.Stride[1] + (p.Kernel[1]-1)*p.Dilation[1] + 1
}

// bandBytes is the memory of a block of channels of the input of some rows of output, over the depth: the rows that exist.
func bandBytes(p *problem.Convolution, rows int) int {
	_, half := storedRow(p)
	return 4 * p.ISA.Block() * inputSlices(p) * min(p.In[1], bandRows(p, rows)) * p.Stride[2] * half
}

// sumsBytes is the memory of some rows of output.
func sumsBytes(p *problem.Convolution, rows int) int {
	return 4 * roundUp(p.GroupOut(), p.ISA.Block()) * p.Out[0] * rows * p.Out[2]
}

// storedRow is the padding kept before a row of a direct convolution, and the blocks of one phase. Where columns that
// meet padding alone are left out, none is kept.
func storedRow(p *problem.Convolution) (left, half int) {
	if _, padded := columnsOf(p); p.Stride[2] == 1 && !padded {
		return 0, p.In[2]
	}
	return p.Pads[2].Begin, halfRow(p)
}

// halfRow is the blocks of one phase of a row of input.
func halfRow(p *problem.Convolution) int {
	return ceilDiv((p.Out[2]-1)*p.Stride[2]+(p.Kernel[2]-1)*p.Dilation[2]+1, p.Stride[2])
}

// makeBands cuts the output rows and the input channels so that a band's input fits the workspace.
func (d *DirectNCHWc) makeBands() {
	p := &d.p
	cut := cutDirect(p)
	n := ceilDiv(p.Out[1], cut.rows)
	d.shared = p.Threads > 1 && n*p.N*p.Groups < 2*p.Threads
	if n == 1 && d.shared && bandEach(p) {
		n, d.shared = p.Threads, false
	}
	d.bands = split(p.Out[1], n)
	for _, b := range d.bands {
		first, last := rowsOf(p, b)
		d.tall = max(d.tall, last-first)
	}
	d.byPixels = d.shared && d.uneven() && 4*d.perGroup <= kernel.MachineCaches().Within(directShared)
	for from := 0; from < d.inBlocks; from += cut.blocks {
		d.parts = append(d.parts, span{from, min(d.inBlocks, from+cut.blocks)})
	}
}

// bandEach reports whether each thread had better compute a band of its own than share one: with a stride, what both would have
// to read of what the other has packed is several times what they write. bandPixels are enough to read the weights for.
func bandEach(p *problem.Convolution) bool {
	return p.Stride[1] > 1 && p.N*p.Groups == 1 && p.Out[1]%p.Threads == 0 && p.Out[1]*p.Out[2] >= bandPixels*p.Threads
}

const bandPixels = 64

// uneven reports whether some thread would have many more output channels than another.
func (d *DirectNCHWc) uneven() bool {
	most, first := 0, 0
	for i := range d.p.Threads {
		end := len(d.panels) * (i + 1) / d.p.Threads
		vectors := 0
		for _, pn := range d.panels[first:end] {
			vectors += pn.vectors
		}
		most, first = max(most, vectors), end
	}
	return float64(most*d.p.Threads) > 1.05*float64(d.outBlocks)
}

// blockSize is the floats from one channel block of a band to the next: some pixels more than there are keep them off
// multiples of the caches' sets, for which the same pixels of all blocks would compete.
func (d *DirectNCHWc) blockSize() int {
	pixels := d.slices * d.tall * d.rowSize / d.lanes
	switch pixels % 64 {
	case 63, 0, 1, 32:
		pixels += 15
	}
	return pixels * d.lanes
}

// pixels is the outputs of a band in one plane.
func (d *DirectNCHWc) pixels() int { return d.p.Out[0] * d.bands[len(d.bands)-1].len() * d.p.Out[2] }

func (d *DirectNCHWc) allocate() {
	most := 0
	for _, gs := range d.groups {
		for _, g := range gs {
			most = max(most, g.n)
		}
	}
	for i := range max(1, d.p.Threads) {
		if d.p.Stride[2] > 1 {
			d.spare = append(d.spare, problem.Aligned(max(d.p.In[2], d.rowSize/d.lanes)*d.lanes))
		} else {
			d.spare = append(d.spare, nil)
		}
		if len(d.parts) == 1 {
			d.products = append(d.products, problem.Aligned(2*most*d.lanes))
		}
		if i > 0 && d.shared {
			continue
		}
		d.planes = append(d.planes, problem.Aligned(d.parts[0].len()*d.blockSize()))
		if len(d.parts) > 1 {
			d.sums = append(d.sums, problem.Aligned(d.outBlocks*d.pixels()*d.lanes))
		}
	}
}
