package budget

import (
	"slices"
	"time"
)

// significant is the probability below which two sets of times differ, as benchstat has it.
const significant = 0.05

// mostTimes bounds the times of a layer that a baseline holds: the test takes time in the cube of them.
const mostTimes = 50

// rankTest is the Mann-Whitney U test of two sets of times: the probability, on both sides, that as uneven an order comes about
// where nothing differs; and whether times of a rank higher or lower than those of b. It is exact, ties among the times and
// all: of all ways to deal the ranks out it counts those that are as far from the middle. (Mann & Whitney 1947.)
func rankTest(a, b []time.Duration) (p float64, higher bool) {
	all := slices.Sorted(slices.Values(slices.Concat(a, b)))
	rank := map[time.Duration]int{} // twice the mean of the places that equal times have
	for i, t := range all {
		if i == 0 || t != all[i-1] {
			end := i
			for end < len(all) && all[end] == t {
				end++
			}
			rank[t] = i + end + 1
		}
	}
	sum := 0
	for _, t := range a {
		sum += rank[t]
	}
	most := len(all) * (len(all) + 1)
	ways := make([][]float64, len(a)+1) // of so many ranks and this sum
	for k := range ways {
		ways[k] = make([]float64, most+1)
	}
	ways[0][0] = 1
	sofar := 0 // the sum of all ranks dealt yet
	for i, t := range all {
		r := rank[t]
		sofar += r
		for k := min(len(a), i+1); k > 0; k-- {
			with, without := ways[k][r:sofar+1], ways[k-1]
			for s := range with {
				with[s] += without[s]
			}
		}
	}
	middle := len(a) * (len(all) + 1)
	away := max(sum-middle, middle-sum)
	as, total := 0.0, 0.0
	for s, n := range ways[len(a)] {
		total += n
		if max(s-middle, middle-s) >= away {
			as += n
		}
	}
	return as / total, sum > middle
}

// leastP is the least that the test of ranks says of so many times, which all differ: two of the ways to choose n of n + m.
func leastP(n, m int) float64 {
	p := 2.0
	for i := 1; i <= n; i++ {
		p *= float64(i) / float64(m+i)
	}
	return min(p, 1)
}

// ranked reports whether both have single times to rank.
func ranked(a, b Measured) bool { return len(a.Samples) > 0 && len(b.Samples) > 0 }

// apart says whether a took more (1) or less (-1) time than b by more than noise and with ranks less probable than chance, else 0; and the probability by the test of ranks, or
// -1 where there are no times to rank and the noise decides alone. Both must say so: the times of one run lie closer together than those
// of two, so that ranks alone tell unchanged layers apart more often than not.
func apart(a, b Measured, noise time.Duration, chance float64) (sign int, p float64) {
	more := a.Median - b.Median
	p = -1
	higher := more > 0
	if ranked(a, b) {
		p, higher = rankTest(a.Samples, b.Samples)
	}
	switch {
	case p >= chance || higher != (more > 0) || max(more, -more) <= noise:
		return 0, p
	case more > 0:
		return 1, p
	}
	return -1, p
}

// shifted is a measurement that took so much longer.
func (m Measured) shifted(by time.Duration) Measured {
	m.Median += by
	m.Samples = slices.Clone(m.Samples)
	for i := range m.Samples {
		m.Samples[i] += by
	}
	return m
}
