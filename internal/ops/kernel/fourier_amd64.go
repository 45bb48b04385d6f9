//go:build !purego

package kernel

type fourierPassFunc func(dst *float32, ds, db, di int, src *float32, ss, sb, si int, twiddles *float32, m, blocks int)

// fourierPasses is indexed by level, radix and kind.
var fourierPasses = [...][7][3]fourierPassFunc{
	AVX2: {
		2: {fourierPass2PlainAVX2, fourierPass2AfterAVX2, fourierPass2BeforeAVX2},
		3: {fourierPass3PlainAVX2, fourierPass3AfterAVX2, fourierPass3BeforeAVX2},
		4: {fourierPass4PlainAVX2, fourierPass4AfterAVX2, fourierPass4BeforeAVX2},
		5: {fourierPass5PlainAVX2, fourierPass5AfterAVX2, fourierPass5BeforeAVX2},
		6: {fourierPass6PlainAVX2, fourierPass6AfterAVX2, fourierPass6BeforeAVX2},
	},
	AVX512: {
		2: {fourierPass2PlainAVX512, fourierPass2AfterAVX512, fourierPass2BeforeAVX512},
		3: {fourierPass3PlainAVX512, fourierPass3AfterAVX512, fourierPass3BeforeAVX512},
		4: {fourierPass4PlainAVX512, fourierPass4AfterAVX512, fourierPass4BeforeAVX512},
		5: {fourierPass5PlainAVX512, fourierPass5AfterAVX512, fourierPass5BeforeAVX512},
		6: {fourierPass6PlainAVX512, fourierPass6AfterAVX512, fourierPass6BeforeAVX512},
	},
}

func (l Level) fourierPass(radix int, kind FourierKind, dst, src *FourierOperand, twiddles []float32, m, blocks int) {
	if l == Generic {
		fourierPassGeneric(l.Block(), radix, kind, dst, src, twiddles, m, blocks)
		return
	}
	to, di := dst.parts()
	from, si := src.parts()
	var factors *float32
	if kind != FourierPlain {
		factors = &twiddles[0]
	}
	fourierPasses[l][radix][kind](&dst.Data[to], dst.Step, dst.Block, di, &src.Data[from], src.Step, src.Block, si, factors, m, blocks)
}

func (l Level) fourierSplit(dst []float32, second int, src []float32, order []int32) {
	switch l {
	case AVX512:
		fourierSplitAVX512(&dst[0], second, &src[0], &order[0], len(order)/2)
	case AVX2:
		fourierSplitAVX2(&dst[0], second, &src[0], &order[0], len(order)/2)
	default:
		fourierSplitGeneric(l.Block(), dst, second, src, order)
	}
}

func (l Level) fourierJoin(dst, src []float32, second int, order []int32) {
	switch l {
	case AVX512:
		fourierJoinAVX512(&dst[0], &src[0], second, &order[0], len(order)/2)
	case AVX2:
		fourierJoinAVX2(&dst[0], &src[0], second, &order[0], len(order)/2)
	default:
		fourierJoinGeneric(l.Block(), dst, src, second, order)
	}
}

func (l Level) fourierMultiply(dst, a, b []float32, n int, accumulate bool) {
	switch {
	case l == AVX512 && accumulate:
		fourierMultiplyAddAVX512(&dst[0], &a[0], &b[0], n)
	case l == AVX512:
		fourierMultiplyAVX512(&dst[0], &a[0], &b[0], n)
	case l == AVX2 && accumulate:
		fourierMultiplyAddAVX2(&dst[0], &a[0], &b[0], n)
	case l == AVX2:
		fourierMultiplyAVX2(&dst[0], &a[0], &b[0], n)
	default:
		fourierMultiplyGeneric(l.Block(), dst, a, b, n, accumulate)
	}
}
