package ops

import (
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// refTransposed is the definition itself.
func refTransposed[T tensor.Float](p *Problem, w operands[T]) (runner[T], error) {
	return newLiteral(p, p.rows(), p.workPerOutput(), func(out []T, in [][]T, from, to int) {
		reference.Transposed(&p.Geometry, out, in[0], w.Weight, w.Bias, from, to)
	}), nil
}

// phasesTransposed computes each output phase as an ordinary convolution, exactly.
func phasesTransposed[T tensor.Float](p *Problem, w operands[T]) (runner[T], error) {
	return newPhases(p, w, exactly)
}

// winogradPhases lets the phases' convolutions be Winograd's.
func winogradPhases(p *Problem, w operands[float32]) (runner[float32], error) {
	return newPhases(p, w, byWinograd)
}
