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
func accepts(declines func(*problem.Convolution) string) func(*problem.Problem) error {
	return func(p *problem.Problem) error {
		if reason := declines(p.Convolution()); reason != "" {
			return errors.New(reason)
		}
		return nil
	}
}

// gemmConv is implicit GEMM on packed panels: every convolution.
func gemmConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return problem.NewConvRunner(p, dense.NewGemm(*p.Convolution(), w.Weight, w.Bias)), nil
}

func gemmCost(p *problem.Problem) float64 { return dense.GemmCost(p.Convolution()) }

// indirectGemmConv is GEMM on rows of the input where they lie, or in a padded copy.
func indirectGemmConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return problem.NewConvRunner(p, dense.NewIndirectGemm(*p.Convolution(), w.Weight, w.Bias)), nil
}

func indirectGemmCost(p *problem.Problem) float64 { return dense.IndirectGemmCost(p.Convolution()) }

// directNCHWcConv is the definition's loops on channel blocks.
func directNCHWcConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return problem.NewConvRunner(p, dense.NewDirectNCHWc(*p.Convolution(), w.Weight, w.Bias)), nil
}

func directNCHWcCost(p *problem.Problem) float64 { return dense.DirectNCHWcCost(p.Convolution()) }

// depthwiseNCHWcConv is depthwise convolution on channel blocks.
func depthwiseNCHWcConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return problem.NewConvRunner(p, dense.NewDepthwiseNCHWc(*p.Convolution(), w.Weight, w.Bias)), nil
}

func depthwiseNCHWcCost(p *problem.Problem) float64 { return dense.DepthwiseNCHWcCost(p.Convolution()) }

// patchesConv is a 1x1 convolution over the taps of windows that do not overlap.
func patchesConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return problem.NewConvRunner(p, dense.NewPatches(*p.Convolution(), w.Weight, w.Bias)), nil
}

func patchesCost(p *problem.Problem) float64 { return dense.PatchesCost(p.Convolution()) }

// winogradConv is F(m x m, r x r) with the tile that the cost model prefers.
func winogradConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	q := p.Convolution()
	m, _ := dense.BestWinograd(q)
	return problem.NewConvRunner(p, dense.NewBestWinograd(*q, m, w.Weight, w.Bias)), nil
}

// winogradPads reports whether the tile that the cost model prefers is computed with the border that p has, on planes as they are.
func winogradPads(p *problem.Problem) bool {
	q := p.Convolution()
	m, _ := dense.BestWinograd(q)
	return !p.Float64 && p.Turn() == nil && m != 0 && dense.WinogradPads(q, m)
}

func winogradCost(p *problem.Problem) float64 {
	m, cost := dense.BestWinograd(p.Convolution())
	if m == 0 {
		return math.Inf(1)
	}
	return cost
}

// fftConv multiplies spectra: large kernels of stride 1.
func fftConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return problem.NewConvRunner(p, fourier.New(*p.Convolution(), w.Weight, w.Bias)), nil
}

func fftCost(p *problem.Problem) float64 { return fourier.Cost(p.Convolution()) }

// directNCHWConv reads the planes of groups of few channels as they are: depthwise and grouped convolution.
func directNCHWConv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return problem.NewConvRunner(p, planes.New(*p.Convolution(), w.Weight, w.Bias)), nil
}

func directNCHWCost(p *problem.Problem) float64 { return planes.Cost(p.Convolution()) }
