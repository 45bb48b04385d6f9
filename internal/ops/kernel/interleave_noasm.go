//go:build (!amd64 && !arm64) || purego

package kernel

const interleaveLanes = 1

func (l ISA) interleave(*float32, int, int, *[interleaveWays]*float32, *[interleaveWays]int, int, int) {
}
