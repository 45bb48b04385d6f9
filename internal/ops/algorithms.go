package ops

import (
	"math"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/blas"
	"convx/internal/ops/deformable"
	"convx/internal/ops/dense"
	"convx/internal/ops/elementwise"
	"convx/internal/ops/fourier"
	"convx/internal/ops/literal"
	"convx/internal/ops/planes"
	"convx/internal/ops/problem"
	"convx/internal/ops/resample"
	"convx/internal/ops/transposed"
	"convx/internal/tensor"
)

// algorithm is one way to compute a primitive.
type algorithm struct {
	Name string
	// accept is nil, or returns why the algorithm cannot compute a problem. It is not asked whether it would be quick.
	accept func(*problem.Problem) error
	// cost estimates the time of a run in nanoseconds, for the choice; nil is more than any other.
	cost func(*problem.Problem) float64
	// tolerance bounds the error of an algorithm that rounds even where the data is integers, relative to the largest sum
	// of the magnitudes of an output's products; 0 is exact.
	tolerance float64
	// keeps is how closely it keeps to the definition on float32 data of any range.
	keeps demand
	// pads reports whether it computes padding of other than zeros by itself; nil is never.
	pads func(*problem.Problem) bool
	// copies says that nothing reads the operands once a plan is prepared.
	copies bool
	// The constructors per element type. An algorithm without one declines that type.
	prepare32 func(*problem.Problem, problem.Operands[float32]) (problem.Runner[float32], error)
	prepare64 func(*problem.Problem, problem.Operands[float64]) (problem.Runner[float64], error)
}

// convAlgorithms stands by itself because the algorithms of other primitives choose from it.
var convAlgorithms = []algorithm{
	{Name: "winograd", copies: true, accept: accepts(dense.BestWinogradDeclines), cost: winogradCost, tolerance: dense.WinogradTolerance, pads: winogradPads, prepare32: winogradConv},
	{Name: "fft", copies: true, accept: accepts(fourier.Declines), cost: fftCost, tolerance: fourier.Tolerance, prepare32: fftConv},
	{Name: "direct-nchw", copies: true, keeps: ownProducts, accept: accepts(planes.Declines), cost: directNCHWCost, prepare32: directNCHWConv},
	{Name: "depthwise-nchwc", copies: true, keeps: ownProducts, accept: accepts(dense.DepthwiseNCHWcDeclines), cost: depthwiseNCHWcCost, prepare32: depthwiseNCHWcConv},
	{Name: "direct-nchwc", copies: true, keeps: ownProducts, accept: accepts(dense.DirectNCHWcDeclines), cost: directNCHWcCost, prepare32: directNCHWcConv},
	{Name: "patches", copies: true, keeps: ownProducts, accept: accepts(dense.PatchesDeclines), cost: patchesCost, prepare32: patchesConv},
	{Name: "indirect-gemm", copies: true, keeps: ownProducts, accept: accepts(dense.IndirectGemmDeclines), cost: indirectGemmCost, prepare32: indirectGemmConv},
	{Name: "gemm", copies: true, keeps: ownProducts, cost: gemmCost, prepare32: gemmConv},
	{Name: "im2col", prepare32: blas.NewIm2col[float32], prepare64: blas.NewIm2col[float64]},
	{Name: referenceName, keeps: wideSums, prepare32: literal.Conv[float32], prepare64: literal.Conv[float64]},
}

// algorithms holds, for each primitive, the ways to compute it, the best first; every list ends in the reference.
// "auto" takes the one of least cost among those that accept, the earlier one of equals.
var algorithms = map[layer.Kind][]algorithm{
	layer.KindConv: convAlgorithms,
	layer.KindTransposed: {
		{Name: "gemv", keeps: absentTaps, accept: transposed.GemvAccepts, cost: transposed.GemvCost, prepare32: transposed.NewGemv},
		{
			Name: "phases-winograd", copies: true, accept: winogradPhasesAccept, tolerance: dense.WinogradTolerance, prepare32: winogradPhases,
			cost: func(p *problem.Problem) float64 { return phasesCost(p, byWinograd) },
		},
		{
			Name: "phases", copies: true, keeps: ownProducts, accept: transposed.Accepts, prepare32: phasesTransposed[float32], prepare64: phasesTransposed[float64],
			cost: func(p *problem.Problem) float64 { return phasesCost(p, exactly) },
		},
		{Name: "col2im", copies: true, keeps: ownProducts, accept: transposed.Col2imAccepts, cost: col2imCost, prepare32: col2im},
		{Name: referenceName, keeps: wideSums, prepare32: literal.Transposed[float32], prepare64: literal.Transposed[float64]},
	},
	layer.KindDeformable: {
		{Name: "sampled", keeps: ownProducts, accept: deformable.Accepts, cost: deformable.Cost, prepare32: deformable.NewSampled},
		{Name: referenceName, keeps: wideSums, prepare32: literal.Deformable[float32], prepare64: literal.Deformable[float64]},
	},
	layer.KindPool: {
		{Name: "simd", accept: elementwise.GlobalPoolAccepts, cost: elementwise.GlobalPoolCost, prepare32: elementwise.GlobalPool},
		{Name: "separable", accept: elementwise.RowPoolAccepts, cost: elementwise.RowPoolCost, prepare32: elementwise.NewRowPool},
		{Name: "scalar", cost: elementwise.ScalarPoolCost, prepare32: elementwise.NewScalarPool[float32], prepare64: elementwise.NewScalarPool[float64]},
		{Name: referenceName, keeps: wideSums, prepare32: literal.Pool[float32], prepare64: literal.Pool[float64]},
	},
	layer.KindLinear: {
		{Name: "gemv", keeps: absentTaps, accept: elementwise.LinearAccepts, prepare32: elementwise.Linear},
		{Name: "gemm", prepare32: blas.NewLinear[float32], prepare64: blas.NewLinear[float64]},
		{Name: referenceName, keeps: wideSums, prepare32: literal.Linear[float32], prepare64: literal.Linear[float64]},
	},
	layer.KindActivation: {
		{Name: "simd", accept: elementwise.ActivationAccepts, tolerance: elementwise.ActivationTolerance, prepare32: elementwise.Activation},
		{Name: referenceName, keeps: wideSums, prepare32: literal.Activation[float32], prepare64: literal.Activation[float64]},
	},
	layer.KindScale: {
		{Name: "simd", prepare32: elementwise.Scale},
		{Name: referenceName, keeps: wideSums, prepare32: literal.Scale[float32], prepare64: literal.Scale[float64]},
	},
	layer.KindAdd: {
		{Name: "simd", prepare32: elementwise.Add},
		{Name: "scalar", prepare32: elementwise.NewScalarAdd[float32], prepare64: elementwise.NewScalarAdd[float64]},
		{Name: referenceName, keeps: wideSums, prepare32: literal.Add[float32], prepare64: literal.Add[float64]},
	},
	layer.KindConcat: {
		{Name: referenceName, keeps: wideSums, prepare32: literal.Concat[float32], prepare64: literal.Concat[float64]},
	},
	layer.KindResize: {
		{Name: "simd", prepare32: resample.NewSIMD},
		{Name: "separable", prepare32: resample.NewSeparable[float32], prepare64: resample.NewSeparable[float64]},
		{Name: referenceName, keeps: wideSums, prepare32: literal.Resize[float32], prepare64: literal.Resize[float64]},
	},
	layer.KindROIPool: {
		{Name: referenceName, keeps: wideSums, prepare32: literal.ROIPool[float32], prepare64: literal.ROIPool[float64]},
	},
	layer.KindNorm: {
		{Name: referenceName, keeps: wideSums, prepare32: literal.Norm[float32], prepare64: literal.Norm[float64]},
	},
	layer.KindDepthToSpace: {
		{Name: "simd", prepare32: elementwise.NewDepthToSpace},
		{Name: referenceName, keeps: wideSums, prepare32: literal.DepthToSpace[float32], prepare64: literal.DepthToSpace[float64]},
	},
}

// referenceName is the name of the algorithm that ends every list.
const referenceName = "reference"

// declines is nil or why a cannot compute p.
func (a *algorithm) declines(p *problem.Problem) error {
	if p.Float64 && a.prepare64 == nil || !p.Float64 && a.prepare32 == nil {
		return lang.Errorf("it does not compute in %s", p.DType())
	}
	seen, err := a.sees(p)
	if err != nil {
		return err
	}
	if a.accept == nil {
		return nil
	}
	err = a.accept(seen)
	if err != nil && a.turn(seen) != nil {
		return nil
	}
	return err
}

func (a *algorithm) costOf(p *problem.Problem) float64 {
	if a.cost == nil {
		return math.Inf(1)
	}
	seen, err := a.sees(p)
	switch {
	case err != nil:
		return math.Inf(1)
	case seen == p:
		return a.lyingCost(p)
	}
	return a.lyingCost(seen) * float64(p.OutputSize()) / float64(seen.OutputSize())
}

// lyingCost is the cost of p as it is or turned, whichever is less.
func (a *algorithm) lyingCost(p *problem.Problem) float64 {
	if t := a.turn(p); t != nil {
		return t.Cost(a.cost(t.Tile))
	}
	return a.cost(p)
}

// turn is how a computes p with height and width exchanged; nil if it does not, or is as quick without.
func (a *algorithm) turn(p *problem.Problem) *problem.Turn {
	if a.cost == nil {
		return nil
	}
	t := p.Turn()
	if t == nil || a.accept != nil && a.accept(t.Tile) != nil {
		return nil
	}
	cost := t.Cost(a.cost(t.Tile))
	if math.IsInf(cost, 1) || (a.accept == nil || a.accept(p) == nil) && a.cost(p) <= cost {
		return nil
	}
	return t
}

// padsItself reports whether the algorithm meets a problem with its padding, whatever that holds.
func (a *algorithm) padsItself(p *problem.Problem) bool {
	return a.Name == referenceName || !p.NeedsPadding() || a.pads != nil && a.pads(p)
}

// sees is the problem as the algorithm meets it: with padding of zeros or none, unless it pads by itself.
func (a *algorithm) sees(p *problem.Problem) (*problem.Problem, error) {
	if a.padsItself(p) {
		return p, nil
	}
	plan, err := p.PadPlan()
	return plan.Seen, err
}

// prepareWith builds a's runner, inside one that pads where the padding is not zeros.
func prepareWith[T tensor.Float](a *algorithm, p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	if !a.padsItself(p) {
		return newPadded(a, p, w)
	}
	return prepareOn(a, p, w)
}

// prepareOn builds a's runner for a problem that is padded with zeros, or none that a has to see.
func prepareOn[T tensor.Float](a *algorithm, p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	var r any
	var err error
	switch w := any(w).(type) {
	case problem.Operands[float32]:
		if t := a.turn(p); t != nil {
			r, err = a.prepareTurned(t, p, w)
		} else {
			r, err = a.prepare32(p, w)
		}
	case problem.Operands[float64]:
		r, err = a.prepare64(p, w)
	}
	if err != nil {
		return nil, err
	}
	return r.(problem.Runner[T]), nil
}

// prepareTurned builds a's runner inside one that exchanges height and width.
func (a *algorithm) prepareTurned(t *problem.Turn, p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	next, err := a.prepare32(t.Tile, turnWeights(p, w))
	if err != nil {
		return nil, err
	}
	return problem.NewTurned(t, next), nil
}
