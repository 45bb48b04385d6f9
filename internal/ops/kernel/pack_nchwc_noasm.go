//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) packNCHWc(dst, src []float32, cs, channels, n int) {
	packNCHWcScalar(dst, src, cs, channels, n)
}

func (l ISA) packNCHWcPhases(dst, odd, src []float32, cs, channels, n int) {
	packNCHWcPhasesScalar(dst, odd, src, cs, channels, n)
}

func (l ISA) unpackNCHWc(dst []float32, cs int, src []float32, channels, n int) {
	unpackNCHWcScalar(dst, cs, src, channels, n)
}
