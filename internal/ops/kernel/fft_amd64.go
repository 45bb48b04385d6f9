//go:build !purego

package kernel

// fftPasses is indexed by instruction set, radix and kind.
var fftPasses = [...][7][3]fftPassFunc{
	AVX2: {
		2: {fftPass2PlainAVX2, fftPass2AfterAVX2, fftPass2BeforeAVX2},
		3: {fftPass3PlainAVX2, fftPass3AfterAVX2, fftPass3BeforeAVX2},
		4: {fftPass4PlainAVX2, fftPass4AfterAVX2, fftPass4BeforeAVX2},
		5: {fftPass5PlainAVX2, fftPass5AfterAVX2, fftPass5BeforeAVX2},
		6: {fftPass6PlainAVX2, fftPass6AfterAVX2, fftPass6BeforeAVX2},
	},
	AVX512: {
		2: {fftPass2PlainAVX512, fftPass2AfterAVX512, fftPass2BeforeAVX512},
		3: {fftPass3PlainAVX512, fftPass3AfterAVX512, fftPass3BeforeAVX512},
		4: {fftPass4PlainAVX512, fftPass4AfterAVX512, fftPass4BeforeAVX512},
		5: {fftPass5PlainAVX512, fftPass5AfterAVX512, fftPass5BeforeAVX512},
		6: {fftPass6PlainAVX512, fftPass6AfterAVX512, fftPass6BeforeAVX512},
	},
}

func (l ISA) fftSplit(dst []float32, second int, src []float32, order []int32) {
	switch l {
	case AVX512:
		fftSplitAVX512(&dst[0], second, &src[0], &order[0], len(order)/2)
	case AVX2:
		fftSplitAVX2(&dst[0], second, &src[0], &order[0], len(order)/2)
	default:
		fftSplitGeneric(l.Block(), dst, second, src, order)
	}
}

func (l ISA) fftJoin(dst, src []float32, second int, order []int32) {
	switch l {
	case AVX512:
		fftJoinAVX512(&dst[0], &src[0], second, &order[0], len(order)/2)
	case AVX2:
		fftJoinAVX2(&dst[0], &src[0], second, &order[0], len(order)/2)
	default:
		fftJoinGeneric(l.Block(), dst, src, second, order)
	}
}

func (l ISA) fftMultiply(dst, a, b []float32, n int, accumulate bool) {
	switch {
	case l == AVX512 && accumulate:
		fftMultiplyAddAVX512(&dst[0], &a[0], &b[0], n)
	case l == AVX512:
		fftMultiplyAVX512(&dst[0], &a[0], &b[0], n)
	case l == AVX2 && accumulate:
		fftMultiplyAddAVX2(&dst[0], &a[0], &b[0], n)
	case l == AVX2:
		fftMultiplyAVX2(&dst[0], &a[0], &b[0], n)
	default:
		fftMultiplyGeneric(l.Block(), dst, a, b, n, accumulate)
	}
}
