package ops

import "convx/internal/ops/fourier"

// fftConv multiplies spectra: large kernels of stride 1.
func fftConv(p *Problem, w operands[float32]) (runner[float32], error) {
	return newDense(p, fourier.New(*denseProblem(p), w.Weight, w.Bias)), nil
}

func fftCost(p *Problem) float64 { return fourier.Cost(denseProblem(p)) }
