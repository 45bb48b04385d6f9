package planes

import (
	"math"

	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// maxChannels bounds the channels of a group: every tap of every channel has
// an entry in a tile's list.
const maxChannels = 2048

// manyChannels is from where each block of outputs reads planes that have left the caches meanwhile: fewOuts are as
// many outputs as that is worth for.
const manyChannels, fewOuts = 64, 8

// maxScratch and maxSums bound the bytes of a worker's.
const maxScratch, maxSums = 4 << 20, 1 << 20

// Declines returns why direct convolution cannot compute p, or "".
func Declines(p *problem.Convolution) string {
	switch {
	case p.C/p.Groups > maxChannels:
		return lang.Text("it needs at most 2048 channels a group")
	case p.C/p.Groups > manyChannels && p.O/p.Groups > fewOuts:
		return lang.Text("it needs at most 64 channels a group, or 8 outputs")
	case p.C/p.Groups*volume(p.Kernel) > 1<<14:
		return lang.Text("the kernel is too large")
	case p.C/p.Groups*volume(p.Kernel) > longestChain && 4*newConv(p).sumsSize() > maxSums:
		return lang.Text("the rows of its sums exceed 1 MiB")
	case 4*newConv(p).scratchSize() > maxScratch:
		return lang.Text("the rows under its tiles exceed 4 MiB")
	}
	return ""
}

// New packs the weights of p, which Declines must have found nothing against.
// bias may be nil.
func New(p problem.Convolution, weights, bias []float32) *Conv {
	p.ISA = p.ISA.ForColumns(p.Out[2])
	c := newConv(&p)
	c.takeTogether()
	c.pack(weights, bias)
	c.place()
	c.threads, c.chunk = c.share()
	c.byRows = workers.ByRows(c.threads, p.N, volume(p.Out)) && len(c.bands) >= c.threads
	if c.pitch > 0 {
		for range max(1, p.Threads) {
			c.scratch = append(c.scratch, make([]float32, c.atOnce*c.scratchSize()))
		}
	}
	if n := c.sumsSize(); n > 0 {
		for range max(1, p.Threads) {
			c.sums = append(c.sums, make([]float32, n))
		}
	}
	return c
}

// newConv decides the kinds of tiles.
func newConv(p *problem.Convolution) *Conv {
	c := &Conv{p: *p, split: 1, depth: p.Kernel[0]}
	c.copyRows()
	at, from := 0, 0
	for left := p.O / p.Groups; left > 0; {
		n := 1
		for n < 4 && 2*n <= left && p.ISA != kernel.Generic {
			n *= 2
		}
		o := outs{kind: kernel.PlaneKind{Outs: n, Kernel: 1, Stride: 1}, from: from, blocks: left / n, at: at}
		if n == 1 && p.ISA != kernel.Generic && (p.Stride[1] == 1 || p.Dilation[1] == 1) {
			if k := (kernel.PlaneKind{Outs: 1, Kernel: p.Kernel[1], Stride: p.Stride[1]}); k.Index() >= 0 {
				o.kind = k
			}
		}
		c.outs = append(c.outs, o)
		at += o.blocks * n * c.weightsOf()
		from += o.blocks * n
		left -= o.blocks * n
		rows := min(o.kind.Rows(p.ISA), p.Out[1])
		c.rows = max(c.rows, min(p.In[1], (rows-1)*p.Stride[1]*c.step(o.kind)+(p.Kernel[1]-1)*p.Dilation[1]+1))
	}
	return c
}

// copyRows decides whether tiles read a scratch. Vectors do where the width has a stride: its phases stand side by side there.
// Pure Go, which loads every element by itself, takes any stride, but works at edges tap by tap: rows are copied between
// columns of zeros, if they are padded, unless its loop for kernels of 3x3 knows their edges.
func (c *Conv) copyRows() {
	p := &c.p
	width := (p.Out[2]-1)*p.Stride[2] + (p.Kernel[2]-1)*p.Dilation[2] + 1
	switch {
	case p.ISA != kernel.Generic && p.Stride[2] > 1:
		c.split = p.Stride[2]
		c.phase = (p.In[2]-1)/c.split + 1
		c.pitch = c.split * c.phase
	case p.ISA == kernel.Generic && (p.Pads[2].Begin > 0 || width > p.In[2]) && !knowsEdges(p):
		c.padded, c.pitch = true, width
	}
}

// sumsNines reports whether tiles of p are nine taps a channel, for which pure Go has a loop.
func sumsNines(p *problem.Convolution) bool {
	return p.Kernel == [3]int{1, 3, 3} && p.Stride[2] <= 2 && (p.Dilation[2] == 1 || p.Stride[2] == 1) && p.Out[2] > 1
}

// knowsEdges reports whether that loop takes p's columns of padding: one at either end.
func knowsEdges(p *problem.Convolution) bool {
	width := (p.Out[2]-1)*p.Stride[2] + 3
	return sumsNines(p) && p.Dilation[2] == 1 && p.Pads[2].Begin <= 1 && width <= p.Pads[2].Begin+p.In[2]+1
}

// turnBytes bounds the input and output of the groups whose tiles are computed in turn, all of one band and then of the next;
// splitBytes those that are split before, and wholeBytes the rows that are split once for all bands: they stay in a first-level
// cache.
const turnBytes, splitBytes, wholeBytes = 96 << 10, 24 << 10, 16 << 10

// takeTogether decides how many groups a call computes a tile of, where each has one block of planes, and whether all of
// their rows are split at once.
func (c *Conv) takeTogether() {
	p := &c.p
	if c.pitch > 0 && !c.padded && p.In[0] == 1 && p.Out[0] == 1 && p.Kernel[0] == 1 && 4*p.C/p.Groups*p.In[1]*c.pitch <= wholeBytes {
		c.whole, c.rows = true, p.In[1]
	}
	c.atOnce = 1
	if len(c.outs) > 1 || c.outs[0].blocks > 1 || c.sumsSize() > 0 {
		return
	}
	in, most := p.C/p.Groups*volume(p.In), turnBytes
	if c.pitch > 0 {
		in, most = c.scratchSize(), splitBytes
	}
	c.atOnce = max(1, min(p.Groups, most/(4*(in+p.O/p.Groups*volume(p.Out)))))
}

// longestChain is the products that are summed in one chain: a little more than in other algorithms, since 3x3 of 64 channels
// is worth no second one.
const longestChain = problem.ChainTerms + problem.ChainTerms/4

// sumsSize is the elements of the largest tile, if tiles have several chains.
func (c *Conv) sumsSize() (n int) {
	if c.weightsOf() <= longestChain {
		return 0
	}
	for _, o := range c.outs {
		n = max(n, o.kind.Outs*min(o.kind.Rows(c.p.ISA), c.p.Out[1])*c.p.Out[2])
	}
	return n
}

// step is how many output rows lie between those of a tile. A sliding tile
// meets every source row, so with a dilation it takes every d-th output row.
func (c *Conv) step(k kernel.PlaneKind) int {
	if k.Kernel > 1 {
		return c.p.Dilation[1]
	}
	return 1
}

// scratchSize is the elements of a scratch.
func (c *Conv) scratchSize() int {
	return c.p.C / c.p.Groups * c.depth * c.rows * c.pitch
}

// weightsOf is the weights of one output channel.
func (c *Conv) weightsOf() int { return c.p.C / c.p.Groups * volume(c.p.Kernel) }

// pack lays the weights out as [group][block of planes][depth][channel] and
// then [row][column][plane], or [column][row] where the tile slides.
func (c *Conv) pack(weights, bias []float32) {
	p := &c.p
	cout := p.O / p.Groups
	c.bias = make([]float32, p.O)
	copy(c.bias, bias)
	c.weights = make([]float32, 0, p.O*c.weightsOf())
	for g := range p.Groups {
		for _, o := range c.outs {
			for i := range o.blocks {
				c.packBlock(weights[(g*cout+o.from+i*o.kind.Outs)*c.weightsOf():], o.kind)
			}
		}
	}
}

func (c *Conv) packBlock(weights []float32, kind kernel.PlaneKind) {
	k := c.p.Kernel
	outer, inner := k[1], k[2]
	if kind.Kernel > 1 {
		outer, inner = k[2], k[1]
	}
	for d := range k[0] {
		for ch := range c.p.C / c.p.Groups {
			for i := range outer {
				for j := range inner {
					h, w := i, j
					if kind.Kernel > 1 {
						h, w = j, i
					}
					for o := range kind.Outs {
						c.weights = append(c.weights, weights[o*c.weightsOf()+((ch*k[0]+d)*k[1]+h)*k[2]+w])
					}
				}
			}
		}
	}
}

// place lists the bands of a group, depth by depth.
func (c *Conv) place() {
	l := &lister{Conv: c, tiles: map[tileKey]chains{}}
	l.masks = c.p.ISA.NewPlaneMasks(c.p.Out[2], c.spans())
	for d := range c.p.Out[0] {
		for i := range c.outs {
			l.list(d, &c.outs[i])
		}
	}
}

// spans returns, for each column of the kernel, the outputs whose input
// exists: ceil((pad-k*d)/s) <= w and w*s <= in-1+pad-k*d; padded rows have all.
func (c *Conv) spans() [][2]int {
	p := &c.p
	var spans [][2]int
	for k := range p.Kernel[2] {
		if c.padded {
			spans = append(spans, [2]int{0, p.Out[2]})
			continue
		}
		shift := p.Pads[2].Begin - k*p.Dilation[2]
		from := (max(0, shift) + p.Stride[2] - 1) / p.Stride[2]
		to := 0
		if last := p.In[2] - 1 + shift; last >= 0 {
			to = min(p.Out[2], last/p.Stride[2]+1)
		}
		spans = append(spans, [2]int{min(from, to), to})
	}
	return spans
}

// Outputs of farBytes and more, with their inputs, leave the second-level cache; those of streamBytes are written past
// all caches.
const (
	farBytes    = 2 << 20
	streamBytes = 12 << 20
)

// vectorFloats is the longest vector: rows that are streamed are whole ones.
const vectorFloats = 16

func (c *Conv) far() bool { return c.outBytes() >= farBytes }

func (c *Conv) streams() bool {
	return c.outBytes() >= streamBytes && c.p.Out[2]%vectorFloats == 0 && c.weightsOf() <= longestChain
}

// outBytes is the output's size, in floating point so that it cannot overflow.
func (c *Conv) outBytes() float64 {
	return 4 * float64(c.p.N) * float64(c.p.O) * float64(volume(c.p.Out))
}

// chunkNanoseconds is the work that an item should hold at least.
const chunkNanoseconds = 4000

// share decides how many threads are worth waking and how many bands an item
// has.
func (c *Conv) share() (threads, chunk int) {
	total := c.p.N * c.p.Groups * len(c.bands)
	cost := Cost(&c.p)
	items := max(1, int(min(cost/chunkNanoseconds, math.MaxInt32)))
	chunk = max(1, total/min(items, total))
	if cost < 2*chunkNanoseconds {
		return 1, chunk
	}
	return max(1, c.p.Threads), chunk
}
