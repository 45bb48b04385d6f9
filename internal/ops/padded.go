package ops

import (
	"context"

	"convx/internal/ops/problem"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// padded runs a problem.PadPlan.
type padded[T tensor.Float] struct {
	zeros problem.Runner[T] // nil if tiles are all
	tiles []*problem.TileRunner[T]
	// The algorithms' runners.
	sequence problem.Sequence[T]
	// What tiles are computed in: one after the other.
	input, result []T
}

// PadsItself reports whether the algorithm that PrepareLayer would choose for a convolution, a layer of its own, computes its border
// as it computes the rest: what would else be computed twice, or copied.
func PadsItself(s shape.Result, opt Options) bool {
	nodes, err := nodesOf(s, opt, false)
	if err != nil || len(nodes) != 1 {
		return false
	}
	sel, err := parseSelection(opt.Algorithm)
	if err != nil {
		return false
	}
	a, err := sel.choose(nodes[0].problem)
	return err == nil && a.padsItself(nodes[0].problem)
}

// newPadded prepares p by a.
func newPadded[T tensor.Float](a *algorithm, p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	plan, err := p.PadPlan()
	if err != nil {
		return nil, err
	}
	return runPlan(plan, a, p, w)
}

func runPlan[T tensor.Float](plan problem.PadPlan, a *algorithm, p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	first, err := prepareOn(a, plan.Seen, w)
	if err != nil {
		return nil, err
	}
	r := &padded[T]{sequence: problem.Sequence[T]{first}}
	if plan.Zeros {
		r.zeros = first
	}
	for _, t := range plan.Tiles {
		next := first
		if plan.Zeros {
			mine := w
			if t.Turned {
				mine = turnWeights(p, w)
			}
			a, err := exactly(t.Tile)
			if err != nil {
				return nil, err
			}
			if next, err = prepareOn(a, t.Tile, mine); err != nil {
				return nil, err
			}
			r.sequence = append(r.sequence, next)
		}
		r.tiles = append(r.tiles, problem.NewTileRunner(t, next))
	}
	r.allocate()
	return r, nil
}

func (r *padded[T]) allocate() {
	inputs, outputs := 0, 0
	for _, t := range r.tiles {
		in, out := t.Sizes()
		inputs, outputs = max(inputs, in), max(outputs, out)
	}
	r.input, r.result = make([]T, inputs), make([]T, outputs)
	problem.Sequence[T]{r}.Share(nil)
}

func (r *padded[T]) buffers() []*[]T { return []*[]T{&r.input, &r.result} }

// WorkspaceSize implements problem.WorkspaceSharer.
func (r *padded[T]) WorkspaceSize() int {
	return problem.BuffersSize(r.buffers()) + r.sequence.WorkspaceSize()
}

// UseWorkspace implements problem.WorkspaceSharer.
func (r *padded[T]) UseWorkspace(memory []T) {
	r.sequence.UseWorkspace(problem.UseBuffers(r.buffers(), memory))
	for _, t := range r.tiles {
		t.UseBuffers(r.input, r.result)
	}
}

// Run implements problem.Runner.
func (r *padded[T]) Run(ctx context.Context, out []T, in [][]T) error {
	if r.zeros != nil {
		if err := r.zeros.Run(ctx, out, in); err != nil {
			return err
		}
	}
	for _, t := range r.tiles {
		if err := t.Run(ctx, out, in); err != nil {
			return err
		}
	}
	return nil
}

// Bytes implements problem.Runner.
func (r *padded[T]) Bytes() (workspace, packed int) {
	workspace, packed = r.sequence.Bytes()
	return workspace + (len(r.input)+len(r.result))*problem.SizeOf[T](), packed
}

// turnWeights are those of p.turn().
func turnWeights[T tensor.Float](p *problem.Problem, w problem.Operands[T]) problem.Operands[T] {
	turned := make([]T, len(w.Weight))
	kh, kw := p.Kernel[1], p.Kernel[2]
	for i, v := range w.Weight {
		kernel, h, x := i/(kh*kw), i/kw%kh, i%kw
		turned[(kernel*kw+x)*kh+h] = v
	}
	return problem.Operands[T]{Weight: turned, Bias: w.Bias}
}
