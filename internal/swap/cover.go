package swap

import (
	"cmp"
	"slices"
)

// cover chooses the fewest items whose gains reach every need: item i gains gains[i][q] of need q, and stands for weight[i] layers.
// proven says that no fewer do. most bounds the work of the exact search, in subsets looked at; where it does not suffice, the items
// are chosen one by one, those first that gain most of what is missing, and least is a number of items that are needed at the
// least. ok is false where all items together do not reach.
func cover(gains [][]float64, needs []float64, most int) (chosen []int, least int, proven, ok bool) {
	total := make([]float64, len(needs))
	for _, g := range gains {
		for q := range needs {
			total[q] += max(0, g[q])
		}
	}
	for q, n := range needs {
		if total[q] < n {
			return nil, 0, true, false
		}
	}
	least = atLeast(gains, needs)
	greedy, reached := oneByOne(gains, needs)
	if reached && len(greedy) == least {
		return greedy, least, true, true
	}
	s := search{gains: gains, needs: needs, left: most}
	s.bounds()
	upTo := len(gains)
	if reached {
		upTo = len(greedy) - 1 // only fewer are wanted
	}
	for k := least; k <= upTo; k++ {
		if s.choose(k, 0, slices.Clone(needs)) {
			slices.Sort(s.chosen)
			return s.chosen, k, true, true
		}
		if s.left <= 0 {
			return greedy, k, false, reached
		}
	}
	return greedy, len(greedy), true, reached
}

// atLeast is a number of items without which some need cannot be reached: as many of those that gain most of it as reach it.
func atLeast(gains [][]float64, needs []float64) (least int) {
	for q, need := range needs {
		sorted := make([]float64, len(gains))
		for i, g := range gains {
			sorted[i] = g[q]
		}
		slices.SortFunc(sorted, func(a, b float64) int { return cmp.Compare(b, a) })
		k := 0
		for sum := 0.0; sum < need && k < len(sorted); k++ {
			sum += sorted[k]
		}
		least = max(least, k)
	}
	return least
}

// oneByOne takes the items that gain most of what is missing, relative to it, until nothing is.
func oneByOne(gains [][]float64, needs []float64) (chosen []int, ok bool) {
	missing := slices.Clone(needs)
	used := make([]bool, len(gains))
	for slices.ContainsFunc(missing, func(m float64) bool { return m > 0 }) {
		best, most := -1, 0.0
		for i, g := range gains {
			if used[i] {
				continue
			}
			worth := 0.0
			for q, m := range missing {
				if m > 0 {
					worth += min(1, g[q]/m)
				}
			}
			if worth > most {
				best, most = i, worth
			}
		}
		if best < 0 {
			return chosen, false
		}
		used[best] = true
		chosen = append(chosen, best)
		for q := range missing {
			missing[q] -= gains[best][q]
		}
	}
	slices.Sort(chosen)
	return chosen, true
}

// search looks for a cover of exactly so many items, with the items in order and what later ones gain at most as a bound.
type search struct {
	gains  [][]float64
	needs  []float64
	order  []int
	best   [][]float64 // best[i][q]: the most that one of the items from order[i] on gains of q
	chosen []int
	left   int
}

func (s *search) bounds() {
	s.order = make([]int, len(s.gains))
	for i := range s.order {
		s.order[i] = i
	}
	worth := func(i int) (w float64) {
		for q, n := range s.needs {
			if n > 0 {
				w += s.gains[i][q] / n
			}
		}
		return w
	}
	slices.SortStableFunc(s.order, func(a, b int) int { return cmp.Compare(worth(b), worth(a)) })
	s.best = make([][]float64, len(s.order)+1)
	s.best[len(s.order)] = make([]float64, len(s.needs))
	for i := len(s.order) - 1; i >= 0; i-- {
		s.best[i] = slices.Clone(s.best[i+1])
		for q := range s.needs {
			s.best[i][q] = max(s.best[i][q], s.gains[s.order[i]][q])
		}
	}
}

// choose looks for k more items from the i-th on that gain what is missing.
func (s *search) choose(k, i int, missing []float64) bool {
	if s.left--; s.left <= 0 {
		return false
	}
	if k == 0 {
		return !slices.ContainsFunc(missing, func(m float64) bool { return m > 0 })
	}
	for ; i+k <= len(s.order); i++ {
		for q, m := range missing {
			if float64(k)*s.best[i][q] < m {
				return false
			}
		}
		next := slices.Clone(missing)
		for q := range next {
			next[q] -= s.gains[s.order[i]][q]
		}
		if s.choose(k-1, i+1, next) {
			s.chosen = append(s.chosen, s.order[i])
			return true
		}
	}
	return false
}
