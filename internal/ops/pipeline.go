package ops

import (
	"context"
	"slices"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// Pipeline is a layer that is ready to run: its stages in turn, some of them fused, on intermediates that are allocated
// once and reused as soon as nobody needs them. As with a Plan, Run may be called again but not concurrently, and the
// operands must not change while the pipeline lives.
type Pipeline[T tensor.Float] struct {
	// Input and Output are N x C x spatial (R x C x P x P from RoI pooling).
	Input, Output []int
	steps         []step[T]
	values        [][]T // what steps read and write: the input, the output, operands from outside, intermediates
	memory        Memory
}

// Step describes one plan of a pipeline: the stages that it computes at once, and how.
type Step struct {
	Stages []string
	Info
}

type step[T tensor.Float] struct {
	unit
	Info
	runner problem.Runner[T]
	nodes  []node
	keeps  demand
	in     []int // values
	out    int
	args   [][]T
}

// The values that change with every run; the others follow.
const (
	inputValue = iota
	outputValue
)

// PrepareLayer prepares every stage of a layer of known shape. operands holds the weights of all stages and the arrays that the layer
// takes from outside (layer.External: offset, mask, rois), by name; see FillOperands for those that are missing.
//
// Algorithm "auto" may fuse stages; a name is used by every stage that accepts it, at least one, and the others choose
// for themselves; no stages are fused then, unless it is a fusion's name. Errors are *layer.Error where the layer or
// its operands cannot be.
func PrepareLayer[T tensor.Float](s shape.Result, operands map[string]*tensor.Tensor[T], opt Options) (*Pipeline[T], error) {
	if err := checkOperands(s, operands); err != nil {
		return nil, err
	}
	if opt.workers == nil {
		opt.workers = workers.New(opt.threads())
	}
	nodes, err := nodesOf(s, opt, problem.IsFloat64[T]())
	if err != nil {
		return nil, err
	}
	if opt.OddWeights {
		if opt.demands, err = oddWeights(nodes, operands, opt.Algorithm); err != nil {
			return nil, err
		}
	}
	steps, err := prepareNodes(nodes, operands, opt)
	if err != nil {
		return nil, err
	}
	p := &Pipeline[T]{Input: s.Input, Output: s.Output, steps: steps, memory: tensorMemory[T](s)}
	p.explain(opt.demands)
	p.wire(operands, opt.scratch)
	return p, nil
}

// wire gives every name that steps read or write a place in values, and every intermediate its buffer.
func (p *Pipeline[T]) wire(operands map[string]*tensor.Tensor[T], shared *scratch) {
	steps := p.runners()
	units := make([]unit, len(p.steps))
	for i, st := range p.steps {
		units[i] = st.unit
	}
	shareIn(shared, steps)
	p.memory.Workspace, p.memory.Packed = steps.Bytes()
	places, sizes := planBuffers(units)
	buffers := make([][]T, len(sizes))
	for i, n := range sizes {
		buffers[i] = make([]T, n)
		p.memory.Intermediates += n * problem.SizeOf[T]()
	}
	p.values = make([][]T, 2)
	at := map[string]int{layer.Input: inputValue, p.steps[len(p.steps)-1].result: outputValue}
	place := func(name string, data []T) {
		at[name] = len(p.values)
		p.values = append(p.values, data)
	}
	for i := range p.steps {
		st := &p.steps[i]
		st.args = make([][]T, len(st.inputs))
		for _, name := range st.inputs {
			if _, known := at[name]; !known {
				place(name, operands[name].Data)
			}
			st.in = append(st.in, at[name])
		}
		if b, ok := places[st.result]; ok {
			place(st.result, buffers[b][:st.elements])
		}
		st.out = at[st.result]
	}
}

// runners is those of the steps: they run in turn.
func (p *Pipeline[T]) runners() (list problem.Sequence[T]) {
	for _, st := range p.steps {
		list = append(list, st.runner)
	}
	return list
}

// Run computes the layer's output from its input; both have the pipeline's shapes. It allocates nothing. The error is
// ctx's if it is done before the work is; out is then unspecified.
func (p *Pipeline[T]) Run(ctx context.Context, out, x *tensor.Tensor[T]) error {
	if !slices.Equal(x.Shape, p.Input) {
		return wrongShape("input", x.Shape, p.Input)
	}
	if !slices.Equal(out.Shape, p.Output) {
		return wrongShape("output", out.Shape, p.Output)
	}
	p.values[inputValue], p.values[outputValue] = x.Data, out.Data
	for i := range p.steps {
		st := &p.steps[i]
		for j, v := range st.in {
			st.args[j] = p.values[v]
		}
		if err := st.runner.Run(ctx, p.values[st.out], st.args); err != nil {
			return err
		}
	}
	return nil
}

// FinishBy has f called on the pipeline's output, piece by piece as the last step writes it; false where that cannot.
func (p *Pipeline[T]) FinishBy(f problem.Finisher) bool {
	last, ok := p.steps[len(p.steps)-1].runner.(problem.Finishable)
	return ok && last.FinishBy(f)
}

// Copies reports whether the pipeline holds copies of all its operands, which may then change.
func (p *Pipeline[T]) Copies() bool {
	return !slices.ContainsFunc(p.steps, func(st step[T]) bool { return !st.Copies })
}

// Steps describes the plans in the order in which they run.
func (p *Pipeline[T]) Steps() []Step {
	out := make([]Step, len(p.steps))
	for i, st := range p.steps {
		out[i] = Step{st.stages, st.Info}
	}
	return out
}

// Departs is the first step whose data asks for what keeps to the definition, if there is one; it allocates nothing.
func (p *Pipeline[T]) Departs() (first Step, ok bool) {
	for _, st := range p.steps {
		if st.Data != "" {
			return Step{st.stages, st.Info}, true
		}
	}
	return Step{}, false
}
