package infer

import (
	"context"
	"math"

	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// channelNormed is layer normalisation over the channels of N x C x pixels (Ba, Kiros & Hinton, Layer Normalization, 2016), some
// pixels of all channels at once: they stay in the second-level cache while they are read three times.
type channelNormed struct {
	shape        []int
	channels     int
	pixels       int
	blocks       int // of the pixels, an item each: as many for every thread, rather than small ones
	block        int // pixels of the largest
	epsilon      float64
	scale, shift []float32
	offsets      []int // of the channels of x
	isa          kernel.ISA
	pool         *workers.Pool
	threads      int
	space        [][]float32 // two numbers for each pixel of a block, by worker
	x, y         []float32
}

// normBlock is the bytes of a block, normLine the pixels that it begins at a multiple of.
const normBlock, normLine = 128 << 10, 16

// planNorm gives a normalisation over channels its step; nil where it is another node.
func (net *Network) planNorm(n *node) (step, error) {
	if n.op != channelNorm {
		return nil, nil
	}
	shape := net.values[n.in[0]].shape
	s := &channelNormed{
		shape: shape, channels: shape[1], pixels: volume(shape[2:]), epsilon: n.floatOr("epsilon", 1e-5),
		isa: kernel.Best(), pool: net.opsOptions.Workers(), threads: net.options.threads(),
	}
	for i, to := range []*[]float32{&s.scale, &s.shift} {
		c, err := net.constant(n.in[1+i])
		if err != nil {
			return nil, err
		}
		*to = tensor.Data[float32](c)
	}
	lines, most := (s.pixels+normLine-1)/normLine, max(1, normBlock/4/s.channels/normLine)
	s.blocks = min(lines, max(1, (lines+most-1)/most/s.threads)*s.threads)
	s.block = (lines + s.blocks - 1) / s.blocks * normLine
	for c := range s.channels {
		s.offsets = append(s.offsets, c*s.pixels)
	}
	for range s.threads {
		s.space = append(s.space, problem.Aligned(2*s.block))
	}
	return s, nil
}

func (s *channelNormed) run(ctx context.Context, net *Network, n *node) error {
	x := net.get(n.in[0])
	y, err := net.output(n.out[0], tensor.Float32, s.shape)
	if err != nil {
		return err
	}
	if x.Elem != tensor.Float32 || x.Len() != y.Len() {
		return errShape(x, s.shape)
	}
	s.x, s.y = tensor.Data[float32](x), tensor.Data[float32](y)
	threads := 1
	if len(s.y) >= 1<<15 {
		threads = s.threads
	}
	err = s.pool.RunOn(ctx, threads, s)
	s.x, s.y = nil, nil
	net.set(n.out[0], y)
	return err
}

// Work implements workers.Job: an item is some pixels of an image.
func (s *channelNormed) Work(m *workers.Worker) {
	items := s.shape[0] * s.blocks
	for i := m.Next(items); i >= 0; i = m.Next(items) {
		first, end := s.begin(i%s.blocks), s.begin(i%s.blocks+1)
		n := end - first
		at := i/s.blocks*s.channels*s.pixels + first
		s.normalise(s.y[at:], s.x[at:], s.space[m.ID][:n], s.space[m.ID][s.block:][:n])
	}
}

// begin is the first pixel of a block.
func (s *channelNormed) begin(block int) int {
	lines := (s.pixels + normLine - 1) / normLine
	return min(s.pixels, lines*block/s.blocks*normLine)
}

// normalise computes len(each) pixels of all channels.
func (s *channelNormed) normalise(y, x, each, more []float32) {
	n, per := len(each), 1/float32(s.channels)
	s.join(s.isa.JoinSum, each, more, x)
	s.isa.Affine(each, each, per, 0, noLow, noHigh)
	for _, at := range s.offsets {
		s.isa.Blend(y[at:][:n], x[at:][:n], each, 1, -1, noLow, noHigh)
	}
	s.join(s.isa.JoinSquares, each, more, y)
	for i, v := range each {
		each[i] = float32(1 / math.Sqrt(float64(v*per)+s.epsilon))
	}
	for c, at := range s.offsets {
		row := y[at:][:n]
		s.isa.Product(row, row, each)
		s.isa.Affine(row, row, s.scale[c], s.shift[c], noLow, noHigh)
	}
}

// join sums over the channels, by chains.
func (s *channelNormed) join(f func(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int), to, more, from []float32) {
	n := len(to)
	for c := 0; c < s.channels; c += problem.ChainTerms {
		chain := s.offsets[c:min(s.channels, c+problem.ChainTerms)]
		if c == 0 {
			f(to, n, from, 0, chain, n, 1)
			continue
		}
		f(more, n, from, 0, chain, n, 1)
		s.isa.Blend(to, to, more, 1, 1, noLow, noHigh)
	}
}

func (s *channelNormed) bytes() (workspace, packed int) {
	return 8 * s.block * len(s.space), 4*len(s.scale) + 4*len(s.shift)
}
