package tensor

import (
	"math"
	"testing"
)

// A span is what a walk from its start to its end meets, step by step.
func TestSpanIsAWalk(t *testing.T) {
	bounds := []int64{math.MinInt64, -7, -3, -1, 0, 1, 2, 4, 5, 9, math.MaxInt32, math.MaxInt64}
	for n := range 6 {
		for _, start := range bounds {
			for _, end := range bounds {
				for _, step := range []int64{math.MinInt64, -3, -2, -1, 1, 2, 3, math.MaxInt64} {
					place := func(v int64) int64 { // a bound may stand one place off the axis, on either side
						if v < 0 {
							v += int64(n)
						}
						return min(max(v, -1), int64(n))
					}
					from, to := max(0, place(start)), place(end)
					if step < 0 {
						from = min(from, int64(n)-1)
						if end == math.MaxInt32 || end == math.MaxInt64 {
							to = -1
						}
					} else {
						to = max(0, to)
					}
					var walked []int64
					for at := from; at >= 0 && at < int64(n) && (step > 0 && at < to || step < 0 && at > to); at += step {
						walked = append(walked, at)
						if step > int64(n) || step < -int64(n) {
							break // the next one is off the axis
						}
					}
					first, count := Span(start, end, step, n)
					if count != len(walked) || count > 0 && first != int(walked[0]) {
						t.Errorf("Span(%d, %d, %d, %d) = %d, %d; a walk meets %v", start, end, step, n, first, count, walked)
					}
				}
			}
		}
	}
}
