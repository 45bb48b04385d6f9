//go:build !purego

package kernel

func (l ISA) peak(n int) {
	if l == NEON {
		peakNEON(n)
		return
	}
	peakGeneric(n)
}
