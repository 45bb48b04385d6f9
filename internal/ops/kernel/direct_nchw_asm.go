//go:build (amd64 || arm64) && !purego

package kernel

import "unsafe"

type planeFunc func(dst *float32, ds, dp int, src *float32, at, ss int, taps *uint64, count int, w, bias *float32, masks *uint32, maskStep, rows, n int, lo, hi float32, stream, far bool)

func (l ISA) directNCHW(t *PlaneTile, dst, src []float32, at int, w, bias []float32) {
	if l == Generic {
		directNCHWScalar(l, t, dst, src, at, w, bias)
		return
	}
	m := t.Masks
	directNCHWFuncs[l][t.Kind.Index()](&dst[0], t.DS, t.DP, unsafe.SliceData(src), at, t.SS,
		(*uint64)(unsafe.Pointer(&t.Taps[0])), len(t.Taps), &w[0], &bias[0],
		&m.words[0], 4*m.block, t.Rows, m.n, t.Lo, t.Hi, t.Stream, t.Far)
}
