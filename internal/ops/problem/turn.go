package problem

import (
	"context"

	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/workers"
)

// Turn is how narrow planes are computed by algorithms whose vectors lie along the last axis: height and width change places
// on the way in, and back on the way out. An image that is too large is computed in bands of what was its height.
type Turn struct {
	outer *Problem
	Tile  *Problem // what the algorithm computes: height and width exchanged, of one image or of a band of it
	bands bool     // the tile has its padding along the long axis in it
	times int      // tiles of an image
}

const (
	// narrowest and widest are the widths for which vectors along the height may be quicker; the cost model decides.
	narrowest, widest = 2, 15
	// turnBytes bounds a tile's input and output together.
	turnBytes = 2 << 20
	// shortBand is the least outputs of a band that are worth turning.
	shortBand = 64
)

// Turn is nil where p is not narrow, or has nothing to gain.
func (p *Problem) Turn() *Turn { return p.TurnWithin(turnBytes) }

// TurnWithin is Turn with tiles whose input and output take no more than some bytes.
func (p *Problem) TurnWithin(most int) *Turn {
	kind := p.Stage.Op.Kind()
	width := max(p.In[2], p.Out[2])
	if p.Float64 || kind != layer.KindConv && kind != layer.KindTransposed && kind != layer.KindPool || p.Pointwise() ||
		width < narrowest || width > widest || min(p.In[1], p.Out[1]) <= width {
		return nil
	}
	t := &Turn{outer: p, Tile: p.turn(), times: 1}
	t.Tile.shapeTo(1)
	if t.bytes() <= most {
		return t
	}
	if kind != layer.KindConv { // whose bands have zeros for padding
		return nil
	}
	t.bands = true
	for n := p.Out[1]; t.bytes() > most; {
		if n = Half(n); n < shortBand {
			return nil
		}
		q := t.Tile
		q.Out[2], q.In[2], q.Pads[2] = n, (n-1)*q.Stride[2]+(q.Kernel[2]-1)*q.Dilation[2]+1, layer.Pad{}
		q.shapeTo(1)
		t.times = (p.Out[1] + n - 1) / n
	}
	return t
}

// shapeTo sets the shapes of inputs and output to those of the geometry, of n samples.
func (p *Problem) shapeTo(n int) {
	p.N = n
	p.Inputs = [][]int{append([]int{n, p.C}, p.In[:]...)}
	p.Output = append([]int{n, p.O}, p.Out[:]...)
}

func (t *Turn) bytes() int { return 4 * (t.Tile.InputSize() + t.Tile.OutputSize()) }

// turning is the nanoseconds of the copies: of a row on the way there and on the way back where rows are moved by vectors, a narrow
// plane's being less than one, and of an element where they are not. The way back takes longer, since it writes such rows.
var turning = [kernel.Cores]struct{ there, back, element float64 }{
	kernel.CoreGeneric: {element: 1},
	kernel.CoreAVX2:    {there: 0.5, back: 0.8},
	kernel.CoreAVX512:  {there: 0.5, back: 0.8},
	kernel.CoreNEON1:   {element: 1},
	kernel.CoreNEON2:   {element: 1},
	kernel.CoreNEON4:   {element: 1},
}

// Cost estimates the nanoseconds of the copies, and of the algorithm if a tile takes it so long.
func (t *Turn) Cost(tile float64) float64 {
	q, by := t.Tile, turning[kernel.Best().Core()]
	copies := by.there*float64(q.C*q.In[0]*q.In[2]) + by.back*float64(q.O*q.Out[0]*q.Out[2]) + by.element*float64(q.InputSize()+q.OutputSize())
	return float64(t.outer.N*t.times) * (tile + copies)
}

// turned runs a Turn.
type turned struct {
	*Turn
	Finishing
	next      Runner[float32]
	loop      *workers.Loop
	input     []float32
	result    []float32
	in        [][]float32
	x, y      []float32
	now, done int // tiles over the batch: the one to bring in, and the one to bring back; -1 is none
	move      func(worker, from, to int)
}

// NewTurned runs next, which computes the tile of t.
func NewTurned(t *Turn, next Runner[float32]) Runner[float32] {
	r := &turned{Turn: t, next: next, loop: t.outer.NewLoop(), in: make([][]float32, 1)}
	r.input, r.result = make([]float32, t.Tile.InputSize()), make([]float32, t.Tile.OutputSize())
	r.move = r.movePlanes
	Sequence[float32]{r}.Share(nil)
	return r
}

func (r *turned) buffers() []*[]float32 { return []*[]float32{&r.input, &r.result} }

// WorkspaceSize implements WorkspaceSharer.
func (r *turned) WorkspaceSize() int {
	return BuffersSize(r.buffers()) + Sequence[float32]{r.next}.WorkspaceSize()
}

// UseWorkspace implements WorkspaceSharer.
func (r *turned) UseWorkspace(memory []float32) {
	Sequence[float32]{r.next}.UseWorkspace(UseBuffers(r.buffers(), memory))
	r.in[0] = r.input
}

// Bytes implements Runner.
func (r *turned) Bytes() (workspace, packed int) {
	workspace, packed = r.next.Bytes()
	return workspace + 4*(len(r.input)+len(r.result)), packed
}

// Run implements Runner.
func (r *turned) Run(ctx context.Context, out []float32, in [][]float32) error {
	r.x, r.y = in[0], out
	n := r.outer.N * r.times
	for i := range n {
		if err := r.moves(ctx, i, i-1); err != nil {
			return err
		}
		if err := r.next.Run(ctx, r.result, r.in); err != nil {
			return err
		}
	}
	return r.moves(ctx, -1, n-1)
}

// FinishBy implements Finishable, where no two tiles have an output in common: that would be finished twice.
func (r *turned) FinishBy(f Finisher) bool {
	return r.outer.Out[1]%r.Tile.Out[2] == 0 && r.Finishing.FinishBy(f)
}

// moves brings one tile in and another back, in one loop over their planes.
func (r *turned) moves(ctx context.Context, now, done int) error {
	r.now, r.done = now, done
	n := 0
	if now >= 0 {
		n += r.inPlanes()
	}
	if done >= 0 {
		n += r.Tile.O * r.Tile.Out[0]
	}
	return r.loop.Each(ctx, n, workers.Grain(4*float64(r.Tile.In[2])), r.move)
}

func (r *turned) inPlanes() int { return r.Tile.C * r.Tile.In[0] }

// movePlanes is planes from..to of those that come in, followed by those that go back.
func (r *turned) movePlanes(_, from, to int) {
	n := 0
	if r.now >= 0 {
		n = r.inPlanes()
	}
	for i := from; i < to; i++ {
		if i < n {
			r.bringIn(i)
		} else {
			r.bringBack(i - n)
		}
	}
}

// first is the first output of a tile: the last one begins early rather than ending late.
func (r *turned) first(tile int) int {
	n := r.Tile.Out[2]
	return min(tile%r.times*n, r.outer.Out[1]-n)
}

func (r *turned) bringIn(i int) {
	p, long, width := r.outer, r.Tile.In[2], r.Tile.In[1]
	src := r.x[(r.now/r.times*r.inPlanes()+i)*p.In[1]*p.In[2]:][:p.In[1]*p.In[2]]
	dst := r.input[i*width*long:][:width*long]
	from, to := 0, long // of the tile, what is no padding
	if r.bands {
		begin := r.first(r.now)*p.Stride[1] - p.Pads[1].Begin
		from = min(max(0, -begin), long)
		to = max(from, min(long, p.In[1]-begin))
		for row := range width {
			clear(dst[row*long:][:from])
			clear(dst[row*long+to : (row+1)*long])
		}
		if from == to {
			return
		}
		src = src[(begin+from)*width:]
	}
	kernel.Best().Deinterleave(dst[from:], long, src, width, width, to-from)
}

func (r *turned) bringBack(i int) {
	p, long, width := r.outer, r.Tile.Out[2], r.Tile.Out[1]
	plane := r.done/r.times*p.O*p.Out[0] + i
	at := (plane*p.Out[1] + r.first(r.done)) * width
	kernel.Best().Deinterleave(r.y[at:][:long*width], width, r.result[i*width*long:][:width*long], long, long, width)
	r.Done(at, long*width, 1, long*width)
}
