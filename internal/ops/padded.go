package ops

import (
	"context"
	"errors"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// needsPadding reports whether the padding holds something other than zeros.
func (p *Problem) needsPadding() bool { return p.PadMode != "" && p.PadMode != layer.PadZeros }

// padBytes bounds what is padded at once, and the outputs that are made of it: together with what an algorithm needs it
// stays below the workspace of one thread, and much of it in a second-level cache.
const padBytes = 2 << 20

// stripBytes is as much for borders: they are computed by an algorithm of their own, which needs a workspace too.
const stripBytes = 512 << 10

// padPlan is how a convolution with a padding mode other than zeros is computed by algorithms that know zeros alone. A
// small input is copied with its border. Of a large one the whole is computed with zeros, in place, and then the outputs
// that meet the border once more, box by box, on padded copies; or, if those are many, all outputs box by box.
type padPlan struct {
	seen  *Problem // what the algorithm computes: p with zeros, or a box
	zeros bool
	boxes []boxes // computed after that, or instead
}

// boxes is outputs that are computed in boxes of one size.
type boxes struct {
	outer   *Problem // that they are a part of
	turned  bool     // outer has height and width exchanged: columns are computed as rows, which suit vectors
	box     *Problem
	regions []region
}

// region is a range of outputs along each axis.
type region [3]struct{ from, to int }

var errTooWide = errors.New("the padded input under one output is larger than the workspace")

// padPlan does not depend on the number of threads: results must not.
func (p *Problem) padPlan() (padPlan, error) {
	all := p.wholeRegion()
	for _, box := range []*Problem{p.boxOf(p.N, p.Out), p.boxOf(1, p.Out)} {
		if p.holds(box, padBytes) {
			return padPlan{seen: box, boxes: []boxes{{p, false, box, []region{all}}}}, nil
		}
	}
	list := p.borders()
	outputs := 0 // of an image
	for _, b := range list {
		outputs += len(b.regions) * volume(b.regions[0].extent())
	}
	plan := padPlan{seen: p.withZeros(), zeros: true, boxes: list}
	if outputs > p.OutPlane()/4 || p.Out[0]*p.Out[1] == 1 { // a long sequence is computed sooner in parts
		box := p.cut(p.Out, padBytes)
		plan = padPlan{seen: box, boxes: []boxes{{p, false, box, []region{all}}}}
	}
	for _, b := range plan.boxes {
		if !b.outer.holds(b.box, padBytes) {
			return plan, errTooWide
		}
	}
	return plan, nil
}

// withZeros is p with zeros for padding.
func (p *Problem) withZeros() *Problem {
	q := *p
	q.PadMode = layer.PadZeros
	return &q
}

func (p *Problem) wholeRegion() (all region) {
	for a, n := range p.Out {
		all[a].to = n
	}
	return all
}

func (r region) extent() (n [3]int) {
	for a := range r {
		n[a] = r[a].to - r[a].from
	}
	return n
}

// borders is the outputs that meet padding: for each axis those at its beginning and at its end, as many of both.
func (p *Problem) borders() []boxes {
	var list []boxes
	inside := p.wholeRegion()
	for a := range p.Out {
		begin := (p.Pads[a].Begin + p.Stride[a] - 1) / p.Stride[a]
		reach := p.In[a] + p.Pads[a].Begin - (p.Kernel[a]-1)*p.Dilation[a] - 1 // of the last output that meets none
		end := p.Out[a]
		if reach >= 0 {
			end -= min(end, reach/p.Stride[a]+1)
		}
		n := max(begin, end)
		switch {
		case n == 0:
			continue
		case 2*n >= p.Out[a]: // what is left has no inside
			return append(list, boxes{p, false, p.cut(inside.extent(), stripBytes), []region{inside}})
		}
		first, last := inside, inside
		first[a].to, last[a].from = n, p.Out[a]-n
		strips := boxes{outer: p, regions: []region{first, last}}
		if a == 2 {
			strips = boxes{outer: p.turn(), turned: true, regions: []region{first.turn(), last.turn()}}
		}
		strips.box = strips.outer.cut(strips.regions[0].extent(), stripBytes)
		list = append(list, strips)
		inside[a].from, inside[a].to = n, p.Out[a]-n
	}
	return list
}

// begin is the input, padding included, that an output meets first.
func (p *Problem) begin(output [3]int) (input [3]int) {
	for a, o := range output {
		input[a] = o*p.Stride[a] - p.Pads[a].Begin
	}
	return input
}

// turn is p with height and width exchanged.
func (p *Problem) turn() *Problem {
	q := *p
	for _, v := range []*[3]int{&q.In, &q.Out, &q.Kernel, &q.Stride, &q.Dilation} {
		v[1], v[2] = v[2], v[1]
	}
	q.Pads[1], q.Pads[2] = q.Pads[2], q.Pads[1]
	return &q
}

func (r region) turn() region { return region{r[0], r[2], r[1]} }

// turnWeights are those of p.turn().
func turnWeights[T tensor.Float](p *Problem, w operands[T]) operands[T] {
	turned := make([]T, len(w.Weight))
	kh, kw := p.Kernel[1], p.Kernel[2]
	for i, v := range w.Weight {
		kernel, h, x := i/(kh*kw), i/kw%kh, i%kw
		turned[(kernel*kw+x)*kh+h] = v
	}
	return operands[T]{turned, w.Bias}
}

// cut is the box of at most out outputs that fits into some bytes.
func (p *Problem) cut(out [3]int, most int) *Problem {
	q := p.boxOf(1, out)
	for !p.holds(q, most) && volume(out) > 1 {
		axis := longest(out)
		out[axis] = half(out[axis])
		q = p.boxOf(1, out)
	}
	return q
}

// longest is the axis of a box to cut. Wide rows suit vectors: the others are cut while they have more than an eighth of
// the width.
func longest(out [3]int) int {
	axis, most := 2, out[2]
	for a := range 2 {
		if out[a] > 1 && 8*out[a] > most {
			axis, most = a, 8*out[a]
		}
	}
	return axis
}

// half is about half of n, in whole tiles of 4 if it has several.
func half(n int) int {
	if n > 16 {
		return (n/2 + 3) / 4 * 4
	}
	return (n + 1) / 2
}

// boxOf is p for n samples and out outputs of each axis, on an input that was padded beforehand.
func (p *Problem) boxOf(n int, out [3]int) *Problem {
	q := *p
	q.N, q.Out, q.Pads, q.PadMode = n, out, [3]layer.Pad{}, layer.PadZeros
	for a := range q.In {
		q.In[a] = (out[a]-1)*p.Stride[a] + (p.Kernel[a]-1)*p.Dilation[a] + 1
	}
	q.Inputs = [][]int{append([]int{n, p.C}, q.In[:]...)}
	q.Output = append([]int{n, p.O}, out[:]...)
	return &q
}

// holds reports whether a box fits: its padded input and, if it is a part of an image, its outputs.
func (p *Problem) holds(box *Problem, most int) bool {
	n := box.inputs()
	if box.Out != p.Out {
		n += box.outputs()
	}
	return n <= most/p.elementSize()
}

// inputs and outputs are the elements of a problem's first input and of its outputs.
func (p *Problem) inputs() int  { return p.N * p.C * p.InPlane() }
func (p *Problem) outputs() int { return p.N * p.O * p.OutPlane() }

// padded runs a padPlan.
type padded[T tensor.Float] struct {
	zeros runner[T] // nil if boxes are all
	boxes []*boxRunner[T]
	turns turns[T] // the algorithms' runners
	// What boxes are computed in: one after the other.
	input, result []T
}

// newPadded prepares p by a.
func newPadded[T tensor.Float](a *algorithm, p *Problem, w operands[T]) (runner[T], error) {
	plan, err := p.padPlan()
	if err != nil {
		return nil, err
	}
	return runPlan(plan, a, p, w)
}

func runPlan[T tensor.Float](plan padPlan, a *algorithm, p *Problem, w operands[T]) (runner[T], error) {
	first, err := prepareOn(a, plan.seen, w)
	if err != nil {
		return nil, err
	}
	r := &padded[T]{turns: turns[T]{first}}
	if plan.zeros {
		r.zeros = first
	}
	for _, b := range plan.boxes {
		next := first
		if plan.zeros {
			mine := w
			if b.turned {
				mine = turnWeights(p, w)
			}
			a, err := exactly(b.box)
			if err != nil {
				return nil, err
			}
			if next, err = prepareOn(a, b.box, mine); err != nil {
				return nil, err
			}
			r.turns = append(r.turns, next)
		}
		r.boxes = append(r.boxes, newBoxRunner(b, next))
	}
	r.allocate()
	return r, nil
}

func (r *padded[T]) allocate() {
	inputs, outputs := 0, 0
	for _, b := range r.boxes {
		inputs = max(inputs, b.box.inputs())
		if !b.whole {
			outputs = max(outputs, b.box.outputs())
		}
	}
	r.input, r.result = make([]T, inputs), make([]T, outputs)
	turns[T]{r}.share(nil)
}

// scratch implements scratcher.
func (r *padded[T]) scratch() int { return piecesSize([]*[]T{&r.input, &r.result}) + r.turns.scratch() }

// use implements scratcher.
func (r *padded[T]) use(memory []T) {
	r.turns.use(usePieces([]*[]T{&r.input, &r.result}, memory))
	for _, b := range r.boxes {
		b.input = r.input[:b.box.inputs()]
		if !b.whole {
			b.result = r.result[:b.box.outputs()]
		}
		b.in[0] = b.input
	}
}

func (r *padded[T]) run(ctx context.Context, out []T, in [][]T) error {
	if r.zeros != nil {
		if err := r.zeros.run(ctx, out, in); err != nil {
			return err
		}
	}
	for _, b := range r.boxes {
		if err := b.run(ctx, out, in); err != nil {
			return err
		}
	}
	return nil
}

func (r *padded[T]) bytes() (workspace, packed int) {
	workspace, packed = r.turns.bytes()
	return workspace + (len(r.input)+len(r.result))*sizeOf[T](), packed
}
