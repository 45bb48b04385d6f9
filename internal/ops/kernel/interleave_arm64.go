//go:build !purego

package kernel

// interleave interleaves whole blocks of 4 columns and returns how many columns it did.
func (l ISA) interleave(dst []float32, src [][]float32, n int) int {
	if l == Generic || n < 4 {
		return 0
	}
	var from [8]*float32
	blocks := n / 4
	switch len(src) {
	case 2, 4, 8:
		for r := range src {
			from[r] = &src[r][0]
		}
	}
	switch len(src) {
	case 2:
		interleave2NEON(&dst[0], &from[0], blocks)
	case 4:
		interleave4NEON(&dst[0], &from[0], blocks)
	case 8:
		interleave8NEON(&dst[0], &from[0], blocks)
	default:
		return 0
	}
	return blocks * 4
}
