package kernel

import (
	"fmt"
	"testing"
)

func TestSplitEveryTail(t *testing.T) {
	eachLevel(t, func(t *testing.T, l Level) {
		for n := 1; n <= 100; n++ {
			for rows := 1; rows <= 3; rows++ {
				next := integers(uint64(n))
				ds, ss := (n+1)/2+rows, n+rows
				src := newOperand((rows-1)*ss+n, func(i int) float32 {
					if i%ss >= n {
						return canary
					}
					return next(i)
				})
				fill := func(int) float32 { return canary }
				even, odd := newOperand((rows-1)*ds+(n+1)/2, fill), newOperand((rows-1)*ds+max(1, n/2), fill)
				l.Split(even.data, odd.data, ds, src.data, ss, n, rows)
				for r := range rows {
					for j := range n {
						if got := [2]*operand{even, odd}[j%2].data[r*ds+j/2]; got != src.data[r*ss+j] {
							t.Fatalf("%s: row %d column %d is %v, want %v", fmt.Sprint("n ", n), r, j, got, src.data[r*ss+j])
						}
					}
				}
				even.unchanged(t, "even", func(i int) bool { return i%ds < (n+1)/2 })
				odd.unchanged(t, "odd", func(i int) bool { return i%ds < n/2 })
				src.unchanged(t, "src", nil)
			}
		}
	})
}
