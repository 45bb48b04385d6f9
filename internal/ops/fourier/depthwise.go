package fourier

import (
	"context"

	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// depthwise is for groups of few channels: a vector's lanes are as many groups,
// and the spectra of a group's channels are multiplied one by one.
type depthwise struct {
	*layout
	blocks     int       // of groups
	weights    []float32 // [block][output of the group][input of the group][column][row, as where says][re, im][lane]
	bias       []float32 // [block][output of the group][lane]
	workspaces []workspace

	out, in []float32
}

func newDepthwise(l *layout, weights, bias []float32) *depthwise {
	p := &l.p
	d := &depthwise{layout: l, blocks: ceilDiv(p.Groups, l.lanes)}
	d.pack(weights, bias)
	for range max(1, p.Threads) {
		d.workspaces = append(d.workspaces, l.newWorkspace(depthwiseMemory(p)))
	}
	return d
}

// depthwiseMemory is the spectra and the buffers of columns that a tile needs:
// an output is summed where its only input was, if it is the only one.
func depthwiseMemory(p *problem.Convolution) (spectra, columns int) {
	in, out := p.C/p.Groups, p.O/p.Groups
	if in == 1 && out == 1 {
		return 1, 1
	}
	return max(in, out), in + 1
}

// groups is how many groups a block has.
func (d *depthwise) groups(block int) int { return min(d.lanes, d.p.Groups-block*d.lanes) }

// pack transforms the weights and lays the bias out.
func (d *depthwise) pack(weights, bias []float32) {
	p := &d.p
	in, out, taps := d.groupIn(), d.groupOut(), volume(p.Kernel)
	d.weights = problem.Aligned(d.blocks * out * in * d.packedSize())
	d.bias = make([]float32, d.blocks*out*d.lanes)
	a := d.newWorkspace(1, 1)
	at := 0
	for b := range d.blocks {
		for o := range out {
			for lane := range d.groups(b) {
				if bias != nil {
					d.bias[(b*out+o)*d.lanes+lane] = bias[(b*d.lanes+lane)*out+o]
				}
			}
			for i := range in {
				src := planes{weights[((b*d.lanes*out+o)*in+i)*taps:], out * in * taps, p.Kernel[2], d.groups(b)}
				d.packKernel(d.weights[at:][:d.packedSize()], &a, src)
				at += d.packedSize()
			}
		}
	}
}

// Run implements problem.Conv.
func (d *depthwise) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	d.out, d.in = out, in
	err := t.RunOn(ctx, d.p.Threads, d)
	d.out, d.in = nil, nil
	return err
}

// Workspace implements problem.Conv.
func (d *depthwise) Workspace() int {
	return len(d.workspaces) * d.workspaceBytes(depthwiseMemory(&d.p))
}

// Packed implements problem.Conv.
func (d *depthwise) Packed() int { return 4 * (len(d.weights) + len(d.bias)) }

// Work implements workers.Job: an item is a tile of a block of groups, at one
// depth of one image; those of one block follow each other, and share its weights.
func (d *depthwise) Work(m *workers.Worker) {
	tiles := len(d.rows) * len(d.cols)
	images := d.p.N * d.p.In[0]
	n := d.blocks * images * tiles
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		tile, image, block := i%tiles, i/tiles%images, i/tiles/images
		d.tile(&d.workspaces[m.ID], block, image, &d.rows[tile/len(d.cols)], &d.cols[tile%len(d.cols)])
	}
}

// tile computes one tile of a block; image counts the depths of all images.
func (d *depthwise) tile(a *workspace, block, image int, rows, cols *segment) {
	p := &d.p
	in, out := d.groupIn(), d.groupOut()
	batch, depth := image/p.In[0], image%p.In[0]
	for i := range in {
		channel := batch*p.C + block*d.lanes*in + i
		src := planes{d.in[channel*volume(p.In)+depth*p.In[1]*p.In[2]:], in * volume(p.In), p.In[2], d.groups(block)}
		d.rowsIn(a, a.spectra[i], src, rows, cols)
	}
	for c := 0; c < d.half; c += d.batch {
		d.multiply(a, block, c, min(d.batch, d.half-c))
	}
	for o := range out {
		channel := batch*p.O + block*d.lanes*out + o
		dst := planes{d.out[channel*volume(p.Out)+depth*p.Out[1]*p.Out[2]:], out * volume(p.Out), p.Out[2], d.groups(block)}
		d.rowsOut(a, dst, a.spectra[o], rows, cols)
	}
}

// multiply makes the outputs' spectra of the inputs', for n columns from
// number c on.
func (d *depthwise) multiply(a *workspace, block, c, n int) {
	in, out := d.groupIn(), d.groupOut()
	for i := range in {
		d.tall.forward(d.tall.buffer(a.columns[i]), d.columns(a.spectra[i], c), a.columns[i], n)
	}
	sum := a.columns[len(a.columns)-1]
	column := d.high.size * 2 * d.lanes
	for o := range out {
		for i := range in {
			at := ((block*out+o)*in+i)*d.packedSize() + c*column
			d.p.ISA.FFTMultiply(sum, a.columns[i], d.weights[at:], n*d.high.size, i > 0)
		}
		if c == 0 { // frequency 0 is the sum of the outputs
			for lane, b := range d.bias[(block*out+o)*d.lanes:][:d.lanes] {
				sum[lane] += b
			}
		}
		d.tall.inverse(d.columns(a.spectra[o], c), d.tall.buffer(sum), sum, n)
	}
}
