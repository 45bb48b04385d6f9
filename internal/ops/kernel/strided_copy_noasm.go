//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) stridedCopy(dst []float32, ds int, src []float32, ss, step, n, rows, ahead int) {
	stridedCopyScalar(dst, ds, src, ss, step, n, rows)
}
