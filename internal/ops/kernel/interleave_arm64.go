//go:build !purego

package kernel

// interleaveLanes is the columns of a vector.
const interleaveLanes = 4

// interleave interleaves at least as many columns as a vector has lanes: all of ways planes, or four of them.
func (l ISA) interleave(dst *float32, ways, ds int, src *[interleaveWays]*float32, ss *[interleaveWays]int, n, rows int) {
	switch ways {
	case 2:
		interleave2NEON(dst, ways, ds, &src[0], &ss[0], n, rows)
	case 3:
		interleaveBetween3NEON(dst, ways, ds, &src[0], &ss[0], n, rows)
	case 4:
		interleave4NEON(dst, ways, ds, &src[0], &ss[0], n, rows)
	case interleaveWays:
		interleave8NEON(dst, ways, ds, &src[0], &ss[0], n, rows)
	default:
		interleaveBetween4NEON(dst, ways, ds, &src[0], &ss[0], n, rows)
	}
}
