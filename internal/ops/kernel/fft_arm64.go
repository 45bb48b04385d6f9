//go:build !purego

package kernel

// fftPasses is indexed by instruction set, radix and kind.
var fftPasses = [...][7][3]fftPassFunc{
	NEON: {
		2: {fftPass2PlainNEON, fftPass2AfterNEON, fftPass2BeforeNEON},
		3: {fftPass3PlainNEON, fftPass3AfterNEON, fftPass3BeforeNEON},
		4: {fftPass4PlainNEON, fftPass4AfterNEON, fftPass4BeforeNEON},
		5: {fftPass5PlainNEON, fftPass5AfterNEON, fftPass5BeforeNEON},
		6: {fftPass6PlainNEON, fftPass6AfterNEON, fftPass6BeforeNEON},
	},
}

func (l ISA) fftSplit(dst []float32, second int, src []float32, order []int32) {
	if l == NEON {
		fftSplitNEON(&dst[0], second, &src[0], &order[0], len(order)/2)
		return
	}
	fftSplitGeneric(l.Block(), dst, second, src, order)
}

func (l ISA) fftJoin(dst, src []float32, second int, order []int32) {
	if l == NEON {
		fftJoinNEON(&dst[0], &src[0], second, &order[0], len(order)/2)
		return
	}
	fftJoinGeneric(l.Block(), dst, src, second, order)
}

func (l ISA) fftMultiply(dst, a, b []float32, n int, accumulate bool) {
	switch {
	case l == NEON && accumulate:
		fftMultiplyAddNEON(&dst[0], &a[0], &b[0], n)
	case l == NEON:
		fftMultiplyNEON(&dst[0], &a[0], &b[0], n)
	default:
		fftMultiplyGeneric(l.Block(), dst, a, b, n, accumulate)
	}
}
