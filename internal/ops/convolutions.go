package ops

import (
	"errors"
	"math"

	"convx/internal/ops/dense"
	"convx/internal/ops/fourier"
	"convx/internal/ops/planes"
	"convx/internal/ops/problem"
)

// accepts makes the reason that declines gives, if any, an error.
func accepts(declines func(*dense.Problem) string) func(*problem.Problem) error {
	return func(p *problem.Problem) error {
		if reason := declines(dense.Of(p)); reason != "" {
			return errors.New(reason)
		}
		return nil
	}
}

// gemmConv is implicit GEMM on packed panels: every convolution.
func gemmConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return dense.Runner(p, dense.NewGemm(*dense.Of(p), w.Weight, w.Bias)), nil
}

func gemmCost(p *problem.Problem) float64 { return dense.Of(p).GemmCost() }

// indirectGemmConv is GEMM on rows of the input where they lie, or in a padded copy.
func indirectGemmConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return dense.Runner(p, dense.NewIndirectGemm(*dense.Of(p), w.Weight, w.Bias)), nil
}

func indirectGemmCost(p *problem.Problem) float64 { return dense.Of(p).IndirectGemmCost() }

// directNCHWcConv is the definition's loops on channel blocks.
func directNCHWcConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return dense.Runner(p, dense.NewDirectNCHWc(*dense.Of(p), w.Weight, w.Bias)), nil
}

func directNCHWcCost(p *problem.Problem) float64 { return dense.Of(p).DirectNCHWcCost() }

// depthwiseNCHWcConv is depthwise convolution on channel blocks.
func depthwiseNCHWcConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return dense.Runner(p, dense.NewDepthwiseNCHWc(*dense.Of(p), w.Weight, w.Bias)), nil
}

func depthwiseNCHWcCost(p *problem.Problem) float64 { return dense.Of(p).DepthwiseNCHWcCost() }

// patchesConv is a 1x1 convolution over the taps of windows that do not overlap.
func patchesConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return dense.Runner(p, dense.NewPatches(*dense.Of(p), w.Weight, w.Bias)), nil
}

func patchesCost(p *problem.Problem) float64 { return dense.Of(p).PatchesCost() }

// winogradConv is F(m x m, r x r) with the tile that the cost model prefers.
func winogradConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	q := dense.Of(p)
	m, _ := q.BestWinograd()
	return dense.Runner(p, dense.NewBestWinograd(*q, m, w.Weight, w.Bias)), nil
}

func winogradCost(p *problem.Problem) float64 {
	m, cost := dense.Of(p).BestWinograd()
	if m == 0 {
		return math.Inf(1)
	}
	return cost
}

// fftConv multiplies spectra: large kernels of stride 1.
func fftConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return dense.Runner(p, fourier.New(*dense.Of(p), w.Weight, w.Bias)), nil
}

func fftCost(p *problem.Problem) float64 { return fourier.Cost(dense.Of(p)) }

// directNCHWConv reads the planes of groups of few channels as they are: depthwise and grouped convolution.
func directNCHWConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return dense.Runner(p, planes.New(*dense.Of(p), w.Weight, w.Bias)), nil
}

func directNCHWCost(p *problem.Problem) float64 { return planes.Cost(dense.Of(p)) }
