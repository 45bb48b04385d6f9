package kernel

import (
	"fmt"
	"testing"
)

func TestTranspose(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for _, rows := range []int{1, 2, 15, 16, 17, 128, 130, 257} {
			for _, columns := range []int{1, 3, 16, 33} {
				next, ss := integers(uint64(rows*columns)), columns+rows%3
				dst, src := newOperand(rows*columns, next), newOperand((rows-1)*ss+columns, next)
				want := make([]float32, rows*columns)
				for i := range rows {
					for j := range columns {
						want[j*rows+i] = src.data[i*ss+j]
					}
				}
				l.Transpose(dst.data, src.data, ss, rows, columns)
				equal(t, fmt.Sprintf("%d rows of %d", rows, columns), dst.data, want)
				dst.unchanged(t, "dst", func(int) bool { return true })
				src.unchanged(t, "src", nil)
			}
		}
	})
}
