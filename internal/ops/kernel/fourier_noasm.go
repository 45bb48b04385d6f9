//go:build !amd64 || purego

package kernel

func (l Level) fourierPass(radix int, kind FourierKind, dst, src *FourierOperand, twiddles []float32, m, blocks int) {
	fourierPassGeneric(l.Block(), radix, kind, dst, src, twiddles, m, blocks)
}

func (l Level) fourierSplit(dst []float32, second int, src []float32, order []int32) {
	fourierSplitGeneric(l.Block(), dst, second, src, order)
}

func (l Level) fourierJoin(dst, src []float32, second int, order []int32) {
	fourierJoinGeneric(l.Block(), dst, src, second, order)
}

func (l Level) fourierMultiply(dst, a, b []float32, n int, accumulate bool) {
	fourierMultiplyGeneric(l.Block(), dst, a, b, n, accumulate)
}
