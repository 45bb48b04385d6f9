//go:build (amd64 || arm64) && !purego

package kernel

import "unsafe"

type planeFunc func(dst *float32, ds, dp int, src *float32, at, ss, sp int, taps *uint64, count int, w, bias *float32, sw int, masks *uint32, maskStep, rows, n, times int, lo, hi float32, stream, far bool)

func (l ISA) directNCHW(t *PlaneTile, dst, src []float32, at int, w, bias []float32, times int) {
	if l == Generic {
		directNCHWScalar(l, t, dst, src, at, w, bias, times)
		return
	}
	m := t.Masks
	directNCHWFuncs[l][t.Kind.Index()](&dst[0], t.DS, t.DP, unsafe.SliceData(src), at, t.SS, t.SP,
		(*uint64)(unsafe.Pointer(&t.Taps[0])), len(t.Taps), &w[0], &bias[0], t.SW,
		&m.words[0], 4*m.block, t.Rows, m.n, times, t.Lo, t.Hi, t.Stream, t.Far)
}
