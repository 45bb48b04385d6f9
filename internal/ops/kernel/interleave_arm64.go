//go:build !purego

package kernel

// interleaveLanes is the columns of a block.
const interleaveLanes = 4

// interleave interleaves whole blocks of columns of one row and returns how many columns it did: none where there is no kernel.
func (l ISA) interleave(dst *float32, src *[interleaveWays]*float32, ways, n int) int {
	blocks := n / interleaveLanes
	if l == Generic || blocks == 0 {
		return 0
	}
	switch ways {
	case 2:
		interleave2NEON(dst, &src[0], blocks)
	case 4:
		interleave4NEON(dst, &src[0], blocks)
	case 8:
		interleave8NEON(dst, &src[0], blocks)
	default:
		return 0
	}
	return blocks * interleaveLanes
}
