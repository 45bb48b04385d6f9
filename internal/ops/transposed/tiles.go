package transposed

import (
	"context"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// A large output of a transposed convolution is computed tile by tile, each from a copy of the inputs that it meets, so that
// a block has many channels however large the picture is.
type tiled[T tensor.Float] struct {
	tiles         *problem.TileRunner[T]
	phases        problem.Runner[T]
	input, result []T
}

// tileOf is p for one sample and at most out outputs of each axis, whole strides of them: a transposed convolution
// too, which begins with the inputs that are returned for the first output.
func tileOf(p *problem.Problem, out [3]int) (tile *problem.Problem, begin [3]int) {
	q := *p
	q.N = 1
	for a, s := range p.Stride {
		q.Out[a] = (out[a] + s - 1) / s * s
		pad, reach := p.Pads[a].Begin, (p.Kernel[a]-1)*p.Dilation[a]
		// Output 0 meets input i by tap t if pad - t*dilation = i*stride.
		begin[a] = min(floorDiv(pad-reach+s-1, s), pad/s)
		q.Pads[a] = layer.Pad{Begin: pad - begin[a]*s}
		q.In[a] = (q.Out[a]-1+q.Pads[a].Begin)/s + 1
	}
	q.Inputs = [][]int{append([]int{1, p.C}, q.In[:]...)}
	q.Output = append([]int{1, p.O}, q.Out[:]...)
	return &q, begin
}

func floorDiv(a, b int) int {
	if a < 0 {
		return -((b - 1 - a) / b)
	}
	return a / b
}

// fewBlocks is how often the input may be packed, for other channels of the output, before tiles of all are quicker.
const fewBlocks = 8

// phaseTile is the tile that p is computed in, or p itself: where it is small, or no tile is.
func phaseTile(p *problem.Problem) (tile *problem.Problem, begin [3]int) {
	if l, err := layPhases(p); err == nil && l.blocks <= fewBlocks {
		return p, begin
	}
	out := p.Out
	tile, begin = tileOf(p, out)
	for tile.InputSize()+tile.OutputSize() > problem.PadBytes/p.ElementSize() {
		axis := problem.Longest(out)
		if out[axis] <= p.Stride[axis] {
			return p, begin
		}
		out[axis] = problem.Half(out[axis])
		tile, begin = tileOf(p, out)
	}
	return tile, begin
}

func newTiled[T tensor.Float](p, tile *problem.Problem, begin [3]int, phases problem.Runner[T]) problem.Runner[T] {
	outer := *p
	outer.PadMode = layer.PadZeros
	var firsts [][3]int
	for d := 0; d < p.Out[0]; d += tile.Out[0] {
		for h := 0; h < p.Out[1]; h += tile.Out[1] {
			for w := 0; w < p.Out[2]; w += tile.Out[2] {
				firsts = append(firsts, [3]int{d, h, w})
			}
		}
	}
	r := &tiled[T]{phases: phases, input: make([]T, tile.InputSize()), result: make([]T, tile.OutputSize())}
	r.tiles = problem.NewTileRunnerAt(&outer, tile, firsts, func(first [3]int) [3]int {
		for a := range first {
			first[a] = first[a]/p.Stride[a] + begin[a]
		}
		return first
	}, phases)
	problem.Sequence[T]{r}.Share(nil)
	return r
}

func (r *tiled[T]) Run(ctx context.Context, out []T, in [][]T) error {
	return r.tiles.Run(ctx, out, in)
}

func (r *tiled[T]) buffers() []*[]T { return []*[]T{&r.input, &r.result} }

// WorkspaceSize implements problem.WorkspaceSharer.
func (r *tiled[T]) WorkspaceSize() int {
	return problem.BuffersSize(r.buffers()) + problem.Sequence[T]{r.phases}.WorkspaceSize()
}

// UseWorkspace implements problem.WorkspaceSharer.
func (r *tiled[T]) UseWorkspace(memory []T) {
	problem.Sequence[T]{r.phases}.UseWorkspace(problem.UseBuffers(r.buffers(), memory))
	r.tiles.UseBuffers(r.input, r.result)
}

func (r *tiled[T]) Bytes() (workspace, packed int) {
	workspace, packed = r.phases.Bytes()
	return workspace + (len(r.input)+len(r.result))*problem.SizeOf[T](), packed
}
