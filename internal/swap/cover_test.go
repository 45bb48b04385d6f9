package swap

import (
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// The fewest items that reach every need, against all subsets; where the search is cut short, what it says holds all the same.
func TestCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, q := rapid.IntRange(0, 9).Draw(t, "items"), rapid.IntRange(1, 3).Draw(t, "needs")
		gains, needs := make([][]float64, n), make([]float64, q)
		for i := range gains {
			for range q {
				gains[i] = append(gains[i], float64(rapid.IntRange(-5, 20).Draw(t, "gain")))
			}
		}
		for k := range needs {
			needs[k] = float64(rapid.IntRange(-10, 60).Draw(t, "need"))
		}
		fewest := -1
		for set := range 1 << n {
			if c := bits.OnesCount(uint(set)); reaches(gains, needs, set) && (fewest < 0 || c < fewest) {
				fewest = c
			}
		}
		for _, most := range []int{1 << 20, 3} {
			chosen, least, proven, ok := cover(gains, needs, most)
			set := 0
			for _, i := range chosen {
				set |= 1 << i
			}
			switch {
			case ok && !reaches(gains, needs, set):
				t.Fatalf("%v of %v do not reach %v", chosen, gains, needs)
			case proven && ok != (fewest >= 0):
				t.Fatalf("%v to %v: found %v, fewest %d", gains, needs, ok, fewest)
			case proven && ok && len(chosen) != fewest:
				t.Fatalf("%v to %v: %v, fewest %d", gains, needs, chosen, fewest)
			case ok && least > fewest:
				t.Fatalf("%v to %v: at least %d, fewest %d", gains, needs, least, fewest)
			case most > 3 && !proven:
				t.Fatalf("%v to %v: not proven", gains, needs)
			}
		}
	})
}

func reaches(gains [][]float64, needs []float64, set int) bool {
	for q, need := range needs {
		sum := 0.0
		for i, g := range gains {
			if set>>i&1 == 1 {
				sum += g[q]
			}
		}
		if sum < need {
			return false
		}
	}
	return true
}
