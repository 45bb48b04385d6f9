//go:build !purego

package kernel

// interleave interleaves whole blocks of 8 columns and returns how many columns it did.
func (l ISA) interleave(dst []float32, src [][]float32, n int) int {
	if l == Generic || n < 8 {
		return 0
	}
	var from [8]*float32
	blocks := n / 8
	switch len(src) {
	case 2, 4, 8:
		for r := range src {
			from[r] = &src[r][0]
		}
	}
	switch len(src) {
	case 2:
		interleave2AVX2(&dst[0], &from[0], blocks)
	case 4:
		interleave4AVX2(&dst[0], &from[0], blocks)
	case 8:
		interleave8AVX2(&dst[0], &from[0], blocks)
	default:
		return 0
	}
	return blocks * 8
}
