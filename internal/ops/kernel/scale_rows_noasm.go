//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) scaleRows(dst, src, factors []float32, n int) {
	scaleRowsGeneric(dst, src, factors, n)
}
