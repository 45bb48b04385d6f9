//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) resize(dst, src []float32, r *Resizer, at int64, rows []resizeStep, lo, hi float32, lines []float32) {
	resizeGeneric(dst, src, r, at, rows, lo, hi, lines)
}
