package transposed

import (
	"context"
	"math"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// col2im computes a transposed convolution as it is defined: a 1x1 convolution gives every input pixel's products with every
// tap, as many channels as there are taps, and each row of the output adds up those that land on it. Where windows lie
// apart, or taps further apart than the input is wide, that is few sums, and phases multiply padding or interleave rows of
// nothing.
type col2im struct {
	*problem.Problem
	problem.Operands[float32]
	columnLayout
	isa      kernel.ISA
	loop     *workers.Loop
	convs    []problem.Runner[float32] // of each block
	sequence problem.Sequence[float32]
	columns  []float32       // of a block: [channel][tap][input pixel]
	meeting  [2][][]meeting  // of depth and height: by output, what lands on it
	taps     []landing       // along a row
	scratch  []columnScratch // by worker
	rows     func(worker, from, to int)
	y        []float32
	in       [1][]float32
	first    int // where the current block begins, over samples and channels
}

// meeting is a tap and the input that it brings.
type meeting struct{ tap, in int }

// landing is n neighbouring products of a row with one tap, from columns on, of which the first lands on output at.
type landing struct{ at, n, columns int }

// columnScratch is one worker's memory.
type columnScratch struct {
	bias   []float32 // a row of the output that nothing lands on
	of     int       // the channel whose it is, over samples; -1 is none
	pixels []float32 // a row of columns, [pixel][tap]
	_      [128]byte // workers write to theirs
}

// columnLayout is blocks of output channels, of whole groups or of one group's channels.
type columnLayout struct{ blocks, block, groups int }

const (
	// mostColumns bounds the columns of a block, in bytes.
	mostColumns = 2 << 20
	// The nanoseconds of a row of columns that is added, beside those of its elements: next to each other, or next to those
	// of other taps.
	columnRow, columnNear, columnTurned = 7, 0.1, 0.4
)

// columnApart is the nanoseconds of a row whose elements are added apart from others, and those of an element.
var columnApart = [...]struct{ row, element float64 }{
	kernel.CoreGeneric: {7, 0.5}, kernel.CoreAVX2: {4, 1}, kernel.CoreAVX512: {7, 0.5},
	kernel.CoreNEON1: {7, 0.5}, kernel.CoreNEON2: {7, 0.5}, kernel.CoreNEON4: {7, 0.5},
}

// layColumns cuts p's output channels into blocks.
func layColumns(p *problem.Problem) (l columnLayout, err error) {
	if min(p.Taps(), p.InPlane()) > problem.ChainTerms {
		return l, lang.Errorf("more products meet in an output than are added up one by one")
	}
	perChannel, err := layer.Product(4, p.Taps(), p.InPlane())
	unit, units := 1, p.O
	if p.Groups > 1 {
		unit, units = p.O/p.Groups, p.Groups
	}
	if err != nil || perChannel > mostColumns/unit {
		return l, lang.Errorf("the columns of one channel of its output, or one group's, are larger than the workspace")
	}
	l.blocks = (units-1)/(mostColumns/(perChannel*unit)) + 1
	for units%l.blocks != 0 {
		l.blocks++
	}
	l.block, l.groups = units/l.blocks*unit, 1
	if p.Groups > 1 {
		l.groups = units / l.blocks
	}
	return l, nil
}

// problem is the convolution of one block.
func (l columnLayout) problem(p *problem.Problem) *problem.Problem {
	sub := &problem.Problem{Lo: math.Inf(-1), Hi: math.Inf(1), Threads: p.Threads, Runs: p.Runs, Cold: p.Cold, Pool: p.WorkerPool()}
	sub.N, sub.C, sub.O, sub.Groups = 1, l.groups*p.GroupIn(), l.block*p.Taps(), l.groups
	one := [3]int{1, 1, 1}
	sub.In, sub.Out, sub.Kernel, sub.Stride, sub.Dilation, sub.PadMode = p.In, p.In, one, one, one, layer.PadZeros
	sub.Inputs = [][]int{append([]int{1, sub.C}, p.In[:]...)}
	sub.Output = append([]int{1, sub.O}, p.In[:]...)
	sub.Stage = layer.Stage{Name: "columns", Op: layer.Conv{
		Window:  layer.Window{Kernel: one[:], Stride: one[:], Dilation: one[:], Padding: layer.Padding{Pairs: make([]layer.Pad, 3)}},
		PadMode: layer.PadZeros, OutChannels: sub.O, Groups: l.groups,
	}}
	return sub
}

// Columns is the convolution that col2im makes of each block of p's output channels, and how many blocks there are.
func Columns(p *problem.Problem) (sub *problem.Problem, blocks int, err error) {
	l, err := layColumns(p)
	if err != nil {
		return nil, 0, err
	}
	return l.problem(p), l.blocks, nil
}

// Col2imAccepts takes what a workspace holds the columns of.
func Col2imAccepts(p *problem.Problem) error {
	_, err := layColumns(p)
	return err
}

// Col2imCost is what the convolutions cost by conv, the sums, and a pass over the output; infinity where it is declined.
func Col2imCost(p *problem.Problem, conv func(*problem.Problem) float64) float64 {
	l, err := layColumns(p)
	if err != nil {
		return math.Inf(1)
	}
	row, element := float64(columnRow), columnNear
	switch {
	case p.Stride[2] > 1 && p.Dilation[2] == 1 && p.Kernel[2] >= fewTaps:
		element = columnTurned
		row /= float64(p.Kernel[2]) // those of a row of taps are added at once
	case p.Stride[2] > 1:
		apart := columnApart[kernel.Best().Core()]
		row, element = apart.row, apart.element
	}
	rows := float64(p.N) * float64(p.O) * float64(p.Taps()) * float64(p.In[0]*p.In[1])
	return float64(p.N*l.blocks)*conv(l.problem(p)) + rows*(row+element*float64(p.In[2])) + float64(p.OutputSize())/8
}

// NewCol2im prepares p, which Col2imAccepts takes; convolve chooses the algorithm of the 1x1 convolution.
func NewCol2im(p *problem.Problem, w problem.Operands[float32], convolve Convolve[float32]) (problem.Runner[float32], error) {
	l, err := layColumns(p)
	if err != nil {
		return nil, err
	}
	r := &col2im{Problem: p, Operands: w, columnLayout: l, isa: kernel.Best(), loop: p.NewLoop()}
	prepare, err := convolve(l.problem(p))
	if err != nil {
		return nil, err
	}
	for b := range l.blocks {
		next, err := prepare(r.weights(b))
		if err != nil {
			return nil, err
		}
		r.convs = append(r.convs, next)
	}
	r.sequence = r.convs
	r.Operands = problem.Operands[float32]{Bias: slices.Clone(w.Bias)} // the weights are packed
	r.columns = make([]float32, l.block*p.Taps()*p.InPlane())
	for axis := range r.meeting {
		r.meeting[axis] = meetings(p, axis)
	}
	r.taps = landings(p)
	for range r.loop.Threads {
		r.scratch = append(r.scratch, columnScratch{bias: workers.Apart[float32](p.Out[2]), pixels: workers.Apart[float32](p.Kernel[2] * p.In[2])})
	}
	r.rows = r.addRows
	problem.Sequence[float32]{r}.Share(nil)
	return r, nil
}

// weights are those of block b: for each channel of the output and each tap, one for each channel of its group's input.
func (r *col2im) weights(b int) problem.Operands[float32] {
	cin, cout, taps := r.GroupIn(), r.GroupOut(), r.Taps()
	wide := r.block / r.groups // output channels of a group in this block
	w := make([]float32, r.block*taps*cin)
	for g := range r.groups {
		o := b*r.block + g*wide
		r.isa.Deinterleave(w[g*wide*taps*cin:], cin, r.Weight[(o/cout*cin*cout+o%cout)*taps:], cout*taps, wide*taps, cin)
	}
	return problem.Operands[float32]{Weight: w}
}

func (r *col2im) Run(ctx context.Context, out []float32, in [][]float32) error {
	r.y = out
	channels, skip := r.C, 0 // a block of groups reads its own channels, a block of one group all of them
	if r.Groups > 1 {
		channels = r.C / r.blocks
		skip = channels
	}
	for i := range r.scratch {
		r.scratch[i].of = -1
	}
	work := rowWork * float64(r.Out[2]+rowTurn+r.Taps()*r.InPlane()/(r.Out[0]*r.Out[1]))
	for n := range r.N {
		for b := range r.blocks {
			r.in[0] = in[0][(n*r.C+b*skip)*r.InPlane():][:channels*r.InPlane()]
			r.first = n*r.O + b*r.block
			if err := r.convs[b].Run(ctx, r.columns, r.in[:]); err != nil {
				return err
			}
			if err := r.loop.Each(ctx, r.block*r.Out[0]*r.Out[1], workers.Grain(work), r.rows); err != nil {
				return err
			}
		}
	}
	return nil
}

// meetings lists what lands on each output of an axis.
func meetings(p *problem.Problem, axis int) [][]meeting {
	list := make([][]meeting, p.Out[axis])
	for tap := range p.Kernel[axis] {
		for in := range p.In[axis] {
			out := in*p.Stride[axis] + tap*p.Dilation[axis] - p.Pads[axis].Begin
			if 0 <= out && out < p.Out[axis] {
				list[out] = append(list[out], meeting{tap, in})
			}
		}
	}
	return list
}

// addRows computes rows from..to of the block's output.
func (r *col2im) addRows(worker, from, to int) {
	s := &r.scratch[worker]
	high, plane, taps := r.Out[1], r.InPlane(), r.Taps()
	beside := r.Stride[2] > 1 && r.Dilation[2] == 1 && r.Kernel[2] >= fewTaps // products of a pixel land beside each other
	clamped := r.Clamped()
	for i := from; i < to; i++ {
		o, d, h := i/high/r.Out[0], i/high%r.Out[0], i%high
		if s.of != r.first+o {
			s.fill(r.biasOf(o), r.first+o)
		}
		y := r.y[(r.first*r.Out[0]*high+i)*r.Out[2]:][:r.Out[2]]
		copy(y, s.bias)
		columns := r.columns[o*taps*plane:][:taps*plane]
		for _, md := range r.meeting[0][d] {
			for _, mh := range r.meeting[1][h] {
				products := columns[(md.tap*r.Kernel[1]+mh.tap)*r.Kernel[2]*plane+(md.in*r.In[1]+mh.in)*r.In[2]:]
				if beside {
					r.addPixels(s, y, products)
				} else {
					r.addTaps(y, products)
				}
			}
		}
		if clamped {
			r.isa.Affine(y, y, 1, 0, float32(r.Lo), float32(r.Hi))
		}
	}
}

func (r *col2im) biasOf(o int) float32 {
	if !r.Problem.Bias {
		return 0
	}
	return r.Operands.Bias[(r.first+o)%r.O]
}

func (s *columnScratch) fill(bias float32, of int) {
	for i := range s.bias {
		s.bias[i] = bias
	}
	s.of = of
}

// fewTaps is how many taps of a row are added to neighbouring outputs one by one.
const fewTaps = 8

// landings lists what lands on a row, tap by tap.
func landings(p *problem.Problem) (list []landing) {
	s := p.Stride[2]
	for tap := range p.Kernel[2] {
		at := tap*p.Dilation[2] - p.Pads[2].Begin // where the first product would land
		from := max(0, (s-1-at)/s)
		to := min(p.In[2], (p.Out[2]-1-at+s)/s)
		if from < to {
			list = append(list, landing{at + from*s, to - from, tap*p.InPlane() + from})
		}
	}
	return list
}

// addTaps adds, for each tap along a row, its products to those outputs that they land on.
func (r *col2im) addTaps(y, columns []float32) {
	s := r.Stride[2]
	for _, t := range r.taps {
		row := columns[t.columns:][:t.n]
		dst := y[t.at:]
		if s == 1 {
			r.isa.Blend(dst[:t.n], dst[:t.n], row, 1, 1, minusInf, plusInf)
			continue
		}
		at := 0
		for _, v := range row {
			dst[at] += v
			at += s
		}
	}
}

// addPixels adds, for each pixel of a row, the products with all taps, which land beside each other.
func (r *col2im) addPixels(s *columnScratch, y, columns []float32) {
	k, n := r.Kernel[2], r.In[2]
	r.isa.Deinterleave(s.pixels, k, columns, r.InPlane(), n, k)
	for x := range n {
		at := x*r.Stride[2] - r.Pads[2].Begin
		from, to := max(0, -at), min(k, len(y)-at)
		if from < to {
			dst := y[at+from : at+to]
			r.isa.Blend(dst, dst, s.pixels[x*k+from:x*k+to], 1, 1, minusInf, plusInf)
		}
	}
}

func (r *col2im) buffers() []*[]float32 { return []*[]float32{&r.columns} }

// WorkspaceSize implements problem.WorkspaceSharer.
func (r *col2im) WorkspaceSize() int {
	return problem.BuffersSize(r.buffers()) + r.sequence.WorkspaceSize()
}

// UseWorkspace implements problem.WorkspaceSharer.
func (r *col2im) UseWorkspace(memory []float32) {
	r.sequence.UseWorkspace(problem.UseBuffers(r.buffers(), memory))
}

func (r *col2im) Bytes() (workspace, packed int) {
	workspace, packed = r.sequence.Bytes()
	return workspace + 4*len(r.columns), packed
}
