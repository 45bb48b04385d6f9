package array

import (
	"math"

	"convx/internal/ops/kernel"
)

// planeMixer resizes the last two axes at once, by a kernel that mixes a vector's pairs of pixels and neighbouring rows on the way down
// a plane, with weights of float32.
type planeMixer struct {
	of      [2]line // the rows and the columns that the kernel is prepared for
	resizer *kernel.Resizer

	x, out        []float32
	total, each   int       // rows of outputs, and of an item
	lines         []float32 // memory of the kernel, by item
	work          func(i int)
	isa           kernel.ISA
	height, width int // of an output plane
	size          int // of an input plane
}

// An item is at least mixChunk elements, and there are at most mixItems.
const mixChunk, mixItems = 1 << 14, 16

// mixPlanes resizes x, whose axes in front of the last two are those of the output already; false where the kernel cannot.
func (c *Call) mixPlanes(out, x []float32) bool {
	rank := len(c.In[0].Shape)
	if rank < 2 {
		return false
	}
	of := [2]line(c.lineList[rank-2 : rank])
	rows, columns := &c.mixes[rank-2], &c.mixes[rank-1]
	if !rows.pairs() || !columns.pairs() {
		return false
	}
	b := c.mixer
	if b == nil {
		b = &planeMixer{isa: kernel.Best()}
		b.work = b.item
		c.mixer = b
	}
	if b.resizer == nil || b.of != of {
		b.of, b.resizer = of, b.isa.NewResizer(of[1].in, columns.forKernel(), rows.forKernel())
	}
	b.size, b.height, b.width = of[0].in*of[1].in, of[0].out, of[1].out
	b.x, b.out, b.total = x, out, len(out)/b.width
	items := min(len(out)/mixChunk+1, mixItems, b.total)
	b.each = (b.total + items - 1) / items
	b.lines = resize(&b.lines, 2*b.width*items)
	c.each(items, b.work)
	b.x, b.out = nil, nil
	return true
}

// pairs reports sums of two neighbours each, of which the first takes part.
func (m *mixes) pairs() bool {
	if m.width != 2 {
		return false
	}
	for i := 0; i < len(m.weight); i += 2 {
		if m.weight[i] == 0 {
			return false
		}
	}
	return len(m.weight) > 0
}

// forKernel are sums of pairs as the kernel has them.
func (m *mixes) forKernel() []kernel.ResizeMix {
	list := make([]kernel.ResizeMix, len(m.index)/2)
	for i := range list {
		list[i] = kernel.ResizeMix{At: [2]int(m.index[2*i:]), Weight: [2]float32{float32(m.weight[2*i]), float32(m.weight[2*i+1])}}
	}
	return list
}

// item computes some rows of outputs, plane by plane.
func (b *planeMixer) item(i int) {
	lines := b.lines[2*b.width*i:][:2*b.width]
	low, high := float32(math.Inf(-1)), float32(math.Inf(1))
	for row, to := i*b.each, min(b.total, (i+1)*b.each); row < to; {
		plane, from := row/b.height, row%b.height
		n := min(b.height-from, to-row)
		b.isa.Resize(b.out[row*b.width:][:n*b.width], b.x[plane*b.size:][:b.size], b.resizer, 0, from, from+n, low, high, lines)
		row += n
	}
}
