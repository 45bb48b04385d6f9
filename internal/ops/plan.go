package ops

import (
	"context"
	"runtime"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// Options say how to compute, never what.
type Options struct {
	// Algorithm is "" or "auto" (the cheapest that accepts), a name (only that one), or names to leave out,
	// "auto,-winograd,-fft". See Algorithms for the names.
	Algorithm string
	// Threads is the number of threads that a plan uses; 0 is all of GOMAXPROCS, 1 starts no goroutine.
	Threads int
	// Runs is how often the plan will run, for the choice of an algorithm: each run bears its share of what packing takes; 0 is so
	// often that it bears none.
	Runs int
	// Cold says, for that choice, that weights are in no cache when a run begins: those of other layers were read since the last.
	Cold bool
	// OddWeights has "auto" look for NaN and infinite weights: such stages are computed by what leaves out taps that meet padding.
	OddWeights bool

	workers *workers.Pool // shared by the stages of a layer
	scratch *scratch      // of layers that run in turn
	demands demands       // of the data that a layer's stages meet
}

func (o Options) threads() int {
	if o.Threads <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Threads
}

// problem checks a stage against its input shapes. Errors are *layer.Error.
func (o Options) problem(st layer.Stage, in [][]int) (*problem.Problem, error) {
	p, err := problem.New(st, in, o.threads(), o.workers)
	if err == nil {
		p.Runs, p.Cold = o.Runs, o.Cold
	}
	return p, err
}

// OwnTolerance is how far exact algorithms, which add up an output's own products in float32, may be from the definition, relative
// to the output's own sum of magnitudes |bias| + sum |weight * input|.
const OwnTolerance = 1e-6

// Info describes a prepared plan.
type Info struct {
	Kind      layer.Kind
	Algorithm string
	// Workspace is the bytes of scratch memory, all threads together; Packed the bytes of transformed weights.
	Workspace, Packed int
	// Copies says that the plan holds copies of its operands: what it was given may change once it is prepared.
	Copies bool
	// Tolerance is 0 if the algorithm is exact on integer-valued data; otherwise its error relative to the largest sum
	// of the magnitudes of an output's products.
	Tolerance float64
	// Data is what is out of the ordinary in data that PrepareFor has seen, where the algorithm was chosen for it, or
	// where one that was asked for by name does not keep to the definition on it: see Keeps.
	Data  string
	Keeps bool
}

// Plan is a primitive that is ready to run: algorithm chosen, weights packed, workspace allocated. Run may be called any
// number of times, but not by two goroutines at once: the workspace is the plan's own. The weights that Prepare was given
// must not change while the plan lives, unless it Copies.
type Plan[T tensor.Float] struct {
	Info
	Inputs [][]int
	Output []int
	runner problem.Runner[T]
	in     [][]T
}

// Prepare chooses an algorithm for one stage on inputs of these shapes (N x C x spatial) and does everything that can be
// done once. weights holds the stage's operands by name (layer.Stage.Operands). Errors are *layer.Error where the
// layer or the operands cannot be, and name each algorithm's reason where none accepts.
func Prepare[T tensor.Float](st layer.Stage, in [][]int, weights map[string]*tensor.Tensor[T], opt Options) (*Plan[T], error) {
	p, err := opt.problem(st, in)
	if err != nil {
		return nil, err
	}
	p.Float64 = problem.IsFloat64[T]()
	return prepareProblem(p, weights, opt)
}

func prepareProblem[T tensor.Float](p *problem.Problem, weights map[string]*tensor.Tensor[T], opt Options) (*Plan[T], error) {
	w, err := bind(p, weights)
	if err != nil {
		return nil, err
	}
	sel, err := parseSelection(opt.Algorithm)
	if err != nil {
		return nil, err
	}
	a, err := sel.choose(p)
	if err != nil {
		return nil, err
	}
	return newPlan(a, p, w)
}

func newPlan[T tensor.Float](a *algorithm, p *problem.Problem, w problem.Operands[T]) (*Plan[T], error) {
	r, err := prepareWith(a, p, w)
	if err != nil {
		return nil, lang.Errorf("preparing %s for %s: %w", a.Name, p, err)
	}
	plan := &Plan[T]{Inputs: p.Inputs, Output: p.Output, runner: r, in: make([][]T, len(p.Inputs))}
	plan.Kind, plan.Algorithm, plan.Tolerance = p.Stage.Op.Kind(), a.Name, a.tolerance
	plan.Copies = a.copies
	plan.Workspace, plan.Packed = r.Bytes()
	return plan, nil
}

// Run computes out from in, whose shapes are the plan's Inputs and Output. It allocates nothing. The error is ctx's if
// it is done before the work is; out is then unspecified.
func (p *Plan[T]) Run(ctx context.Context, out *tensor.Tensor[T], in ...*tensor.Tensor[T]) error {
	if len(in) != len(p.in) {
		return lang.Errorf("running %s: %d inputs, not %d", p.Kind, len(in), len(p.in))
	}
	if !slices.Equal(out.Shape, p.Output) {
		return wrongShape("output", out.Shape, p.Output)
	}
	for i, t := range in {
		if !slices.Equal(t.Shape, p.Inputs[i]) {
			return wrongShape("input", t.Shape, p.Inputs[i])
		}
		p.in[i] = t.Data
	}
	err := p.runner.Run(ctx, out.Data, p.in)
	clear(p.in)
	return err
}
