package ops

import (
	"context"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// A large output of a transposed convolution is computed box by box, each from a copy of the inputs that it meets, so that
// a block has many channels however large the picture is.
type phaseBoxes[T tensor.Float] struct {
	boxes  *boxRunner[T]
	phases runner[T]
}

// transposedBox is p for one sample and at most out outputs of each axis, whole strides of them: a transposed convolution
// too, which begins with the inputs that are returned for the first output.
func (p *Problem) transposedBox(out [3]int) (box *Problem, begin [3]int) {
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

// fewBlocks is how often the input may be packed, for other channels of the output, before boxes of all are quicker.
const fewBlocks = 8

// phaseBox is the box that p is computed in, or p itself: where it is small, or no box is.
func (p *Problem) phaseBox() (box *Problem, begin [3]int) {
	if l, err := layPhases(p); err == nil && l.blocks <= fewBlocks {
		return p, begin
	}
	out := p.Out
	box, begin = p.transposedBox(out)
	for box.inputs()+box.outputs() > padBytes/p.elementSize() {
		axis := longest(out)
		if out[axis] <= p.Stride[axis] {
			return p, begin
		}
		out[axis] = half(out[axis])
		box, begin = p.transposedBox(out)
	}
	return box, begin
}

func newPhaseBoxes[T tensor.Float](p, box *Problem, begin [3]int, phases runner[T]) runner[T] {
	r := &phaseBoxes[T]{phases: phases}
	outer := *p
	outer.PadMode = layer.PadZeros
	r.boxes = &boxRunner[T]{outer: &outer, box: box, next: phases, team: newTeam(p), in: make([][]T, 1)}
	r.boxes.begin = func(first [3]int) [3]int {
		for a := range first {
			first[a] = first[a]/p.Stride[a] + begin[a]
		}
		return first
	}
	for d := 0; d < p.Out[0]; d += box.Out[0] {
		for h := 0; h < p.Out[1]; h += box.Out[1] {
			for w := 0; w < p.Out[2]; w += box.Out[2] {
				r.boxes.firsts = append(r.boxes.firsts, [3]int{d, h, w})
			}
		}
	}
	r.boxes.move = r.boxes.moveRows
	r.boxes.input, r.boxes.result = make([]T, box.inputs()), make([]T, box.outputs())
	turns[T]{r}.share(nil)
	return r
}

func (r *phaseBoxes[T]) run(ctx context.Context, out []T, in [][]T) error {
	return r.boxes.run(ctx, out, in)
}

func (r *phaseBoxes[T]) pieces() []*[]T { return []*[]T{&r.boxes.input, &r.boxes.result} }

// scratch implements scratcher.
func (r *phaseBoxes[T]) scratch() int { return piecesSize(r.pieces()) + turns[T]{r.phases}.scratch() }

// use implements scratcher.
func (r *phaseBoxes[T]) use(memory []T) {
	turns[T]{r.phases}.use(usePieces(r.pieces(), memory))
	r.boxes.in[0] = r.boxes.input
}

func (r *phaseBoxes[T]) bytes() (workspace, packed int) {
	workspace, packed = r.phases.bytes()
	return workspace + (len(r.boxes.input)+len(r.boxes.result))*sizeOf[T](), packed
}
