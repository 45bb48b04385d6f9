//go:build !amd64 || purego

package kernel

func (l Level) strip(dst []float32, ds int, src []float32, ss, step, n, rows, ahead int) {
	stripGeneric(dst, ds, src, ss, step, n, rows)
}
