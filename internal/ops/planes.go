package ops

import "convx/internal/ops/planes"

// directNCHWConv reads the planes of groups of few channels as they are: depthwise and grouped convolution.
func directNCHWConv(p *Problem, w operands[float32]) (runner[float32], error) {
	return newDense(p, planes.New(*denseProblem(p), w.Weight, w.Bias)), nil
}

func directNCHWCost(p *Problem) float64 { return planes.Cost(denseProblem(p)) }
