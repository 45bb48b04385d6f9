//go:build !purego

package kernel

// weave interleaves whole blocks of 8 columns and returns how many columns it did.
func (l Level) weave(dst []float32, src [][]float32, n int) int {
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
		weave2AVX2(&dst[0], &from[0], blocks)
	case 4:
		weave4AVX2(&dst[0], &from[0], blocks)
	case 8:
		weave8AVX2(&dst[0], &from[0], blocks)
	default:
		return 0
	}
	return blocks * 8
}

func (l Level) unweave(dst []float32, ds int, src []float32, ss, ways, n int) {
	switch l {
	case AVX512:
		unweaveAVX512(&dst[0], ds, &src[0], ss, ways, n)
	case AVX2:
		unweaveAVX2(&dst[0], ds, &src[0], ss, ways, n)
	default:
		unweaveGeneric(dst, ds, src, ss, ways, n)
	}
}
