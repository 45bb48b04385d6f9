//go:build !purego

package kernel

// interleaveLanes is the columns of a vector.
const interleaveLanes = 8

// interleave interleaves at least as many columns as a vector has lanes: all of ways planes, or four of them.
func (l ISA) interleave(dst *float32, ways, ds int, src *[interleaveWays]*float32, ss *[interleaveWays]int, n, rows int) {
	switch ways {
	case 2:
		interleave2AVX2(dst, ways, ds, &src[0], &ss[0], n, rows)
	case 3:
		interleaveBetween3AVX2(dst, ways, ds, &src[0], &ss[0], n, rows)
	case 4:
		interleave4AVX2(dst, ways, ds, &src[0], &ss[0], n, rows)
	case interleaveWays:
		interleave8AVX2(dst, ways, ds, &src[0], &ss[0], n, rows)
	default:
		interleaveBetween4AVX2(dst, ways, ds, &src[0], &ss[0], n, rows)
	}
}
