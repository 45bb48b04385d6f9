//go:build !purego

package kernel

import "unsafe"

type planeFunc func(dst *float32, ds, dp int, src *float32, at, ss int, taps *uint64, count int, w, bias *float32, masks *uint32, maskStep, rows, n int, lo, hi float32, stream, far bool)

// planeFuncs is indexed by level and by PlaneKind.Index.
var planeFuncs = [...][len(planeKinds)]planeFunc{
	AVX2: {
		plane1x3s1AVX2, plane1x3s2AVX2, plane1x5s1AVX2, plane1x5s2AVX2, plane1x7s1AVX2, plane1x7s2AVX2,
		plane1x1s1AVX2, plane2x1s1AVX2, plane4x1s1AVX2,
	},
	AVX512: {
		plane1x3s1AVX512, plane1x3s2AVX512, plane1x5s1AVX512, plane1x5s2AVX512, plane1x7s1AVX512, plane1x7s2AVX512,
		plane1x1s1AVX512, plane2x1s1AVX512, plane4x1s1AVX512,
	},
}

func (l Level) planes(t *PlaneTile, dst, src []float32, at int, w, bias []float32) {
	if l == Generic {
		planeGeneric(l, t, dst, src, at, w, bias)
		return
	}
	m := t.Masks
	planeFuncs[l][t.Kind.Index()](&dst[0], t.DS, t.DP, unsafe.SliceData(src), at, t.SS,
		(*uint64)(unsafe.Pointer(&t.Taps[0])), len(t.Taps), &w[0], &bias[0],
		&m.words[0], 4*m.block, t.Rows, m.n, t.Lo, t.Hi, t.Stream, t.Far)
}
