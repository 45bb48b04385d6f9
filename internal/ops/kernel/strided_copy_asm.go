//go:build (amd64 || arm64) && !purego

package kernel

type stridedCopyFunc func(dst *float32, ds int, src *float32, ss, step, n, rows, ahead int)

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
