package ops

import (
	"fmt"
	"math"

	"convx/internal/layer"
	"convx/internal/ops/dense"
	"convx/internal/ops/fourier"
	"convx/internal/ops/planes"
	"convx/internal/tensor"
)

// algorithm is one way to compute a primitive.
type algorithm struct {
	Name string
	// accept is nil, or returns why the algorithm cannot compute a problem. It is not asked whether it would be quick.
	accept func(*Problem) error
	// cost estimates the time of a run in nanoseconds, for the choice; nil is more than any other.
	cost func(*Problem) float64
	// tolerance bounds the error of an algorithm that rounds even where the data is integers, relative to the largest sum
	// of the magnitudes of an output's products; 0 is exact.
	tolerance float64
	// The constructors per element type. An algorithm without one declines that type.
	prepare32 func(*Problem, operands[float32]) (runner[float32], error)
	prepare64 func(*Problem, operands[float64]) (runner[float64], error)
}

// convAlgorithms stands by itself because the algorithms of other primitives choose from it.
var convAlgorithms = []algorithm{
	{Name: "winograd", accept: accepts(dense.BestWinogradDeclines), cost: winogradCost, tolerance: dense.WinogradTolerance, prepare32: winogradConv},
	{Name: "fft", accept: accepts(fourier.Declines), cost: fftCost, tolerance: fourier.Tolerance, prepare32: fftConv},
	{Name: "direct-nchw", accept: accepts(planes.Declines), cost: directNCHWCost, prepare32: directNCHWConv},
	{Name: "depthwise-nchwc", accept: accepts(dense.DepthwiseNCHWcDeclines), cost: depthwiseNCHWcCost, prepare32: depthwiseNCHWcConv},
	{Name: "direct-nchwc", accept: accepts(dense.DirectNCHWcDeclines), cost: directNCHWcCost, prepare32: directNCHWcConv},
	{Name: "patches", accept: accepts(dense.PatchesDeclines), cost: patchesCost, prepare32: patchesConv},
	{Name: "indirect-gemm", accept: accepts(dense.IndirectGemmDeclines), cost: indirectGemmCost, prepare32: indirectGemmConv},
	{Name: "gemm", cost: gemmCost, prepare32: gemmConv},
	{Name: "im2col", prepare32: newIm2col[float32], prepare64: newIm2col[float64]},
	{Name: referenceName, prepare32: refConv[float32], prepare64: refConv[float64]},
}

// algorithms holds, for each primitive, the ways to compute it, the best first; every list ends in the reference.
// "auto" takes the one of least cost among those that accept, the earlier one of equals.
var algorithms = map[layer.Kind][]algorithm{
	layer.KindConv: convAlgorithms,
	layer.KindTransposed: {
		{Name: "gemv", accept: gemvAccepts, cost: gemvCost, prepare32: newGemv},
		{
			Name: "phases-winograd", accept: winogradPhasesAccept, tolerance: dense.WinogradTolerance, prepare32: winogradPhases,
			cost: func(p *Problem) float64 { return phasesCost(p, byWinograd) },
		},
		{
			Name: "phases", accept: phasesAccept, prepare32: phasesTransposed[float32], prepare64: phasesTransposed[float64],
			cost: func(p *Problem) float64 { return phasesCost(p, exactly) },
		},
		{Name: referenceName, prepare32: refTransposed[float32], prepare64: refTransposed[float64]},
	},
	layer.KindDeformable: {
		{Name: "sampled", accept: sampledAccepts, cost: sampledCost, prepare32: newSampled},
		{Name: referenceName, prepare32: refDeformable[float32], prepare64: refDeformable[float64]},
	},
	layer.KindPool: {
		{Name: "simd", accept: vectorPoolAccepts, prepare32: vectorPool},
		{Name: "scalar", prepare32: newScalarPool[float32], prepare64: newScalarPool[float64]},
		{Name: referenceName, prepare32: refPool[float32], prepare64: refPool[float64]},
	},
	layer.KindLinear: {
		{Name: "gemv", accept: vectorLinearAccepts, prepare32: vectorLinear},
		{Name: "gemm", prepare32: newGemmLinear[float32], prepare64: newGemmLinear[float64]},
		{Name: referenceName, prepare32: refLinear[float32], prepare64: refLinear[float64]},
	},
	layer.KindActivation: {
		{Name: "simd", accept: vectorActivationAccepts, tolerance: vectorActivationTolerance, prepare32: vectorActivation},
		{Name: referenceName, prepare32: refActivation[float32], prepare64: refActivation[float64]},
	},
	layer.KindScale: {
		{Name: "simd", prepare32: vectorScale},
		{Name: referenceName, prepare32: refScale[float32], prepare64: refScale[float64]},
	},
	layer.KindAdd: {
		{Name: "simd", prepare32: vectorAdd},
		{Name: "scalar", prepare32: newScalarAdd[float32], prepare64: newScalarAdd[float64]},
		{Name: referenceName, prepare32: refAdd[float32], prepare64: refAdd[float64]},
	},
	layer.KindConcat: {
		{Name: referenceName, prepare32: refConcat[float32], prepare64: refConcat[float64]},
	},
	layer.KindResize: {
		{Name: "simd", prepare32: newVectorResize},
		{Name: "separable", prepare32: newSeparableResize[float32], prepare64: newSeparableResize[float64]},
		{Name: referenceName, prepare32: refResize[float32], prepare64: refResize[float64]},
	},
	layer.KindROIPool: {
		{Name: referenceName, prepare32: refROIPool[float32], prepare64: refROIPool[float64]},
	},
	layer.KindNorm: {
		{Name: referenceName, prepare32: refNorm[float32], prepare64: refNorm[float64]},
	},
}

// referenceName is the name of the algorithm that ends every list.
const referenceName = "reference"

// declines is nil or why a cannot compute p.
func (a *algorithm) declines(p *Problem) error {
	if p.Float64 && a.prepare64 == nil || !p.Float64 && a.prepare32 == nil {
		return fmt.Errorf("it does not compute in %s", p.dtype())
	}
	seen, err := a.sees(p)
	if err != nil {
		return err
	}
	if a.accept == nil {
		return nil
	}
	return a.accept(seen)
}

func (a *algorithm) costOf(p *Problem) float64 {
	if a.cost == nil {
		return math.Inf(1)
	}
	seen, err := a.sees(p)
	switch {
	case err != nil:
		return math.Inf(1)
	case seen == p:
		return a.cost(p)
	}
	return a.cost(seen) * float64(p.outputs()) / float64(seen.outputs())
}

// sees is the problem as the algorithm meets it: with padding of zeros or none, unless it is the reference.
func (a *algorithm) sees(p *Problem) (*Problem, error) {
	if a.Name == referenceName || !p.needsPadding() {
		return p, nil
	}
	plan, err := p.padPlan()
	return plan.seen, err
}

// prepareWith builds a's runner, inside one that pads where the padding is not zeros.
func prepareWith[T tensor.Float](a *algorithm, p *Problem, w operands[T]) (runner[T], error) {
	if a.Name != referenceName && p.needsPadding() {
		return newPadded(a, p, w)
	}
	return prepareOn(a, p, w)
}

// prepareOn builds a's runner for a problem as it is.
func prepareOn[T tensor.Float](a *algorithm, p *Problem, w operands[T]) (runner[T], error) {
	var r any
	var err error
	switch w := any(w).(type) {
	case operands[float32]:
		r, err = a.prepare32(p, w)
	case operands[float64]:
		r, err = a.prepare64(p, w)
	}
	if err != nil {
		return nil, err
	}
	return r.(runner[T]), nil
}
