package bench

import "slices"

// Rates are how fast the same loop ran in each round of a run, in turn, in 10^9 a second.
type Rates []float64

// Median is the middle of the rates; 0 if there are none.
func (r Rates) Median() float64 { return middle(slices.Sorted(slices.Values(r))) }

// Spread is half of the range in which the middle half of the rates lies, as a part of the median.
func (r Rates) Spread() float64 {
	if len(r) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r))
	return (sorted[len(r)*3/4] - sorted[len(r)/4]) / 2 / middle(sorted)
}

// Drift is how much faster the last third of the rounds was than the first, as a part: a processor that boosts at first and is slowed by
// heat has a negative one. It is 0 for fewer than three rounds.
func (r Rates) Drift() float64 {
	n := len(r) / 3
	if n == 0 {
		return 0
	}
	return r[len(r)-n:].Median()/r[:n].Median() - 1
}

// Unsteady reports whether the loop's rates say little of the machine at another time: they vary, or drift, by more than a tenth.
func (r Rates) Unsteady() bool {
	return r.Spread() > unsteady || r.Drift() > unsteady || r.Drift() < -unsteady
}

const unsteady = 0.1

func middle(sorted []float64) float64 {
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
