package ops

import "convx/internal/ops/fourier"

// fourierConv multiplies spectra: large kernels of stride 1.
func fourierConv(p *Problem, w operands[float32]) (runner[float32], error) {
	return newDense(p, fourier.New(*denseProblem(p), w.Weight, w.Bias)), nil
}

func fourierCost(p *Problem) float64 { return fourier.Cost(denseProblem(p)) }
