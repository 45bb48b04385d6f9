//go:build !purego

package kernel

type stridedCopyFunc func(dst *float32, ds int, src *float32, ss, step, n, rows, ahead int)

// stridedCopyFuncs is indexed by instruction set and by step, 0 for any above 2.
var stridedCopyFuncs = [...][3]stridedCopyFunc{
	AVX2:   {stridedCopyNAVX2, stridedCopy1AVX2, stridedCopy2AVX2},
	AVX512: {stridedCopyNAVX512, stridedCopy1AVX512, stridedCopy2AVX512},
}

func (l ISA) stridedCopy(dst []float32, ds int, src []float32, ss, step, n, rows, ahead int) {
	if l == Generic {
		stridedCopyGeneric(dst, ds, src, ss, step, n, rows)
		return
	}
	kind := step
	if step > 2 {
		kind = 0
	}
	stridedCopyFuncs[l][kind](&dst[0], ds, &src[0], ss, step, n, rows, ahead)
}
