//go:build !amd64 || purego

package kernel

func (l Level) split(even, odd []float32, ds int, src []float32, ss, n, rows int) {
	splitGeneric(even, odd, ds, src, ss, n, rows)
}
