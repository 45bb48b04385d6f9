//go:build !purego

package kernel

type stripFunc func(dst *float32, ds int, src *float32, ss, step, n, rows, ahead int)

// stripFuncs is indexed by level and by step, 0 for any above 2.
var stripFuncs = [...][3]stripFunc{
	AVX2:   {stripNAVX2, strip1AVX2, strip2AVX2},
	AVX512: {stripNAVX512, strip1AVX512, strip2AVX512},
}

func (l Level) strip(dst []float32, ds int, src []float32, ss, step, n, rows, ahead int) {
	if l == Generic {
		stripGeneric(dst, ds, src, ss, step, n, rows)
		return
	}
	kind := step
	if step > 2 {
		kind = 0
	}
	stripFuncs[l][kind](&dst[0], ds, &src[0], ss, step, n, rows, ahead)
}
