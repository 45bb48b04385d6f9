//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) resize(dst, src []float32, r *ResizeRow, lo, hi float32) {
	resizeGeneric(dst, src, r, lo, hi)
}
