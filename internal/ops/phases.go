package ops

import (
	"math"

	"convx/internal/lang"
	"convx/internal/ops/problem"
	"convx/internal/ops/transposed"
	"convx/internal/tensor"
)

// phaseChoice chooses the algorithm of a phase's convolution.
type phaseChoice func(*problem.Problem) (*algorithm, error)

// exactly keeps the convolutions of phases exact.
func exactly(p *problem.Problem) (*algorithm, error) {
	var sel selection
	for _, a := range convAlgorithms {
		if a.tolerance > 0 {
			sel.without = append(sel.without, a.Name)
		}
	}
	return sel.chooseFrom(convAlgorithms, p)
}

// byWinograd takes Winograd wherever it accepts.
func byWinograd(p *problem.Problem) (*algorithm, error) {
	if a, err := (selection{only: []string{"winograd"}}).chooseFrom(convAlgorithms, p); err == nil {
		return a, nil
	}
	return exactly(p)
}

// phasesCost is the estimate of a transposed convolution whose phases are chosen so.
func phasesCost(p *problem.Problem, choose phaseChoice) float64 {
	return transposed.Cost(p, costBy(choose))
}

// costBy is the estimate of a convolution that is chosen so.
func costBy(choose phaseChoice) func(*problem.Problem) float64 {
	return func(sub *problem.Problem) float64 {
		a, err := choose(sub)
		if err != nil {
			return math.Inf(1)
		}
		return a.costOf(sub)
	}
}

func col2imCost(p *problem.Problem) float64 { return transposed.Col2imCost(p, costBy(exactly)) }

// col2im multiplies by an exact 1x1 convolution.
func col2im(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return transposed.NewCol2im(p, w, phasesBy[float32](exactly))
}

// winogradPhasesAccept wants a phase that Winograd computes.
func winogradPhasesAccept(p *problem.Problem) error {
	parts, _, err := transposed.Convolutions(p)
	if err != nil {
		return err
	}
	for _, sub := range parts {
		if a, err := byWinograd(sub); err == nil && a.Name == "winograd" {
			return nil
		}
	}
	return lang.New("winograd computes none of its phases")
}

// phasesTransposed computes each output phase as an ordinary convolution, exactly.
func phasesTransposed[T tensor.Float](p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	return transposed.New(p, w, phasesBy[T](exactly))
}

// winogradPhases lets the phases' convolutions be Winograd's.
func winogradPhases(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return transposed.New(p, w, phasesBy[float32](byWinograd))
}

// phasesBy prepares phases by the algorithm that is chosen for each.
func phasesBy[T tensor.Float](choose phaseChoice) transposed.Convolve[T] {
	return func(p *problem.Problem) (func(problem.Operands[T]) (problem.Runner[T], error), error) {
		a, err := choose(p)
		if err != nil {
			return nil, err
		}
		return func(w problem.Operands[T]) (problem.Runner[T], error) { return prepareWith(a, p, w) }, nil
	}
}
