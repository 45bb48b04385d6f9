//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) fftPass(radix int, kind FFTKind, dst, src *FFTOperand, twiddles []float32, m, blocks int) {
	fftPassGeneric(l.Block(), radix, kind, dst, src, twiddles, m, blocks)
}

func (l ISA) fftSplit(dst []float32, second int, src []float32, order []int32) {
	fftSplitGeneric(l.Block(), dst, second, src, order)
}

func (l ISA) fftJoin(dst, src []float32, second int, order []int32) {
	fftJoinGeneric(l.Block(), dst, src, second, order)
}

func (l ISA) fftMultiply(dst, a, b []float32, n int, accumulate bool) {
	fftMultiplyGeneric(l.Block(), dst, a, b, n, accumulate)
}
